"""The energy of L-Mul and its alternatives, with the paper's claim as a line."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import multipliers_in_cells, pes_in_cells
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper.energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.pictures.picture import COLOURS, INK, Draw, Picture, kinds_key, right_labels
from lmul.synth.tables.methods import cells_method
from lmul.synth.tables.table import percent

__all__ = ["energy_against_claim"]


_BARS = (
    ("lmul", "e4m3"),
    ("lmul_rne", "e4m3"),
    ("exact", "e4m3"),
    ("lmul", "e5m2"),
    ("exact", "e5m2"),
    ("int8", "e4m3"),
    ("lmul", "bf16"),
    ("exact", "bf16"),
    ("lmul", "fp16"),
    ("exact", "fp16"),
    ("lmul", "fp32"),
    ("exact", "fp32"),
)
_LEVELS = {
    "multiplier": (multipliers_in_cells, PRODUCT_CLAIMS),
    "PE": (pes_in_cells, DOT_CLAIMS),
}


def energy_against_claim(document: ReportDocument) -> Picture:
    """Bars: fJ of a product and of a multiply-accumulate, beside an exact one in fp16 and fp32.

    One panel a level and baseline of the paper's, its claim a line across.
    """
    panels = []
    for level, (designs, claims) in _LEVELS.items():
        for baseline, saved in sorted(claims.items()):
            energies = {}
            for kind, fmt in _BARS:
                # Up to the baseline: a wider format would press all others together.
                if fmt == "fp32" and baseline != "fp32":
                    continue
                energy = document.cells.figure(designs(fmt, "ftz").get(kind, ""), ENERGY)
                if energy is not None:
                    energies[kind if kind == "int8" else f"{kind} {fmt}"] = energy
            if f"exact {baseline}" in energies:
                title = f"{level}, beside exact {baseline} (paper: {percent(1 - saved)})"
                panels.append((title, _panel(energies, baseline, saved)))
    return Picture(
        "energy-claim",
        "Energy beside the paper's claims, L-Mul's beside exact circuits'",
        "fJ of a product in a multiplier, and of a multiply-accumulate in a PE, real delays, "
        "under ftz; in brackets the share of the exact circuit that the paper compares with. The "
        "dashed line is what the paper claims that L-Mul takes of it. L-Mul in the baseline's own "
        "format is the claim's own comparison; in 8 bits the format helps: exact circuits of the "
        "same format show how much.",
        panels,
        cells_method(document.cells),
        kinds_key((kind for kind, _ in _BARS), markers=False),
        (5.4, 3.6),
    )


def _panel(energies: Mapping[str, float], baseline: str, saved: float) -> Draw:
    whole = energies[f"exact {baseline}"]

    def draw(axes: Axes) -> None:
        names = sorted(energies, key=lambda name: energies[name])
        places = range(len(names))
        axes.axvline((1 - saved) * whole, color=INK, linewidth=1.2, linestyle="--", zorder=0)
        values = [energies[name] for name in names]
        colours = [COLOURS[name.split()[0]] for name in names]
        axes.barh(places, values, 0.76, color=colours, linewidth=0)
        labels = [f"{value:,.0f} ({percent(value / whole)})" for value in values]
        right_labels(axes, places, labels)
        axes.set_yticks(places, names)
        axes.set_xlim(0, max(values))
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlabel("fJ")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
