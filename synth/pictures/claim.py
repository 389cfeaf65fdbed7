"""The energy of L-Mul and its alternatives, with the paper's claim as a line."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lmul.synth.comparison.cell_survey import ENERGY
from lmul.synth.comparison.designs import multipliers_in_cells, pes_in_cells
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper_energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.pictures.picture import COLOURS, INK, Draw, Picture
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
    "product": (multipliers_in_cells, PRODUCT_CLAIMS),
    "PE": (pes_in_cells, DOT_CLAIMS),
}


def energy_against_claim(document: ReportDocument) -> Picture:
    """Bars: fJ of a product and of a multiply-accumulate, against an exact one in fp16 and fp32.

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
                name = designs(fmt, "ftz").get(kind, "") if fmt in document.formats else ""
                energy = document.cells.figure(name, ENERGY)
                if energy is not None:
                    energies[kind if kind == "int8" else f"{kind} {fmt}"] = energy
            if f"exact {baseline}" in energies:
                panels.append(
                    (f"{level}, beside exact {baseline}", _panel(energies, baseline, saved))
                )
    return Picture(
        "energy-claim",
        "Energy beside the paper's claim",
        "fJ of a product, and of a multiply-accumulate in a PE, without glitches, under ftz; in "
        "brackets the share of the exact circuit at the bottom. The line is what the paper claims "
        "is left of that. L-Mul in the baseline's own format is the claim's own comparison; in 8 "
        "bits the format saves too: exact circuits of the same format show how much.",
        panels,
        cells_method(document.cells),
    )


def _panel(energies: Mapping[str, float], baseline: str, saved: float) -> Draw:
    whole = energies[f"exact {baseline}"]
    limit = (1 - saved) * whole

    def draw(axes: Axes) -> None:
        names = list(energies)
        places = range(len(names))[::-1]
        axes.barh(
            places,
            list(energies.values()),
            0.76,
            color=[COLOURS[name.split()[0]] for name in names],
            linewidth=0,
        )
        for place, energy in zip(places, energies.values(), strict=True):
            axes.text(
                max(energy, limit) + 0.015 * whole,  # the line would cross it
                place,
                f"{energy:,.0f}  ({percent(energy / whole)})",
                va="center",
                fontsize=8,
                color=INK,
            )
        axes.axvline(limit, color=INK, linewidth=1.2, linestyle="--")
        axes.text(
            limit + 0.02 * whole,
            len(names) - 0.35,
            f"paper: {percent(saved)} less than exact {baseline}",
            fontsize=8,
            color=INK,
            va="bottom",
        )
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, whole * 1.3)
        axes.set_ylim(-0.6, len(names) + 0.3)
        axes.set_xlabel("fJ")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.6)
        axes.set_axisbelow(True)

    return draw
