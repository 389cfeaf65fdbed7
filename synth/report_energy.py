"""Energy in the report: L-Mul and its twins in one format, on the real attention tile."""

from collections.abc import Callable, Mapping, Sequence

from lmul.synth.default_library import EMBEDDED
from lmul.synth.energy import Energy, measure
from lmul.synth.report_table import NOTHING, Table, percent

__all__ = [
    "ENERGY_FORMAT",
    "ENERGY_TITLE",
    "KINDS_SHOWN",
    "STIMULUS",
    "energy_findings",
    "energy_survey",
    "energy_table",
]

ENERGY_FORMAT = "e4m3"
ENERGY_TITLE = "Energy of an operation, fJ: e4m3 ftz and int8, on the real tile's Q·Kᵀ"
KINDS_SHOWN = ("lmul", "lmul_rne", "mitchell", "exact", "int8")
STIMULUS = "attention QK"

_CLAIMED = {"multiplier": 0.95, "pe": 0.80}  # arXiv 2410.00907, abstract: what L-Mul saves
_BASELINES = "an fp16 product and an fp32 multiply-accumulate"

Progress = Callable[[int, int, str], None]


def energy_survey(on_progress: Progress | None = None) -> list[Energy]:
    """Measure multipliers and PEs of :data:`KINDS_SHOWN` with the embedded library.

    Raises
    ------
    Exception
        As :func:`lmul.synth.energy.measure`.
    """
    names = [
        *(f"{kind}-{ENERGY_FORMAT}-ftz" for kind in KINDS_SHOWN if kind != "int8"),
        "product-int8",
        *(f"pe-{kind}-{ENERGY_FORMAT}-ftz" for kind in KINDS_SHOWN if kind != "int8"),
        "pe-int8",
    ]
    found = []
    for done, design in enumerate(names, 1):
        # The library is named: a PDK that happens to be installed must not change a report.
        found += measure(design, STIMULUS, liberty=EMBEDDED, parts=False)
        if on_progress:
            on_progress(done, len(names), f"energy of {design}")
    return found


def energy_table(found: Sequence[Energy]) -> Table:
    """What each kind takes at both levels, L-Mul's share of it, and what it saves.

    Parameters
    ----------
    found : sequence of Energy
        Of :func:`energy_survey`; of none, the table has no rows.
    """
    levels = {level: _by_kind(found, level) for level in _CLAIMED}
    rows = []
    for kind in KINDS_SHOWN:
        cells = [cell for by_kind in levels.values() for cell in _cells(by_kind, kind)]
        if any(cell != NOTHING for cell in cells):
            rows.append([kind, *cells])
    if rows:
        claims = [[NOTHING] * 3 + [percent(saved)] for saved in _CLAIMED.values()]
        rows.append(["claimed", *(cell for cells in claims for cell in cells)])
    return Table(
        ENERGY_TITLE,
        [
            "kind",
            "multiply",  # ten letters would not fit into 80 columns
            "with glitches",
            "lmul : it",
            "saved",
            "PE",
            "PE with glitches",
            "lmul : PE",
            "PE saved",
        ],
        rows,
        _notes(found[0]) if rows else (),
        strong=frozenset({4, 8}),
    )


def _notes(one: Energy) -> list[str]:
    return [
        f"Mapped to {one.library}, the embedded library, and simulated with {one.operations:,} "
        "operand pairs of whole dot products of the real tile's Q·Kᵀ; results compared with the "
        f"golden model in the same run. {one.transition:.0f} ps transition at the ports, leakage "
        f"of one period at {one.frequency / 1e6:g} MHz. No wires, no clock tree, nothing behind "
        "the outputs. The first figure of each level is without glitches (zero delay), and "
        "shares are of it; with glitches every gate takes one unit of time. “saved” is "
        "against exact.",
        "A PE multiplies and adds up, its registers and their clock included; int8's multiplier "
        "is its bare product. “claimed” is the paper: 95 % element-wise, 80 % of dot products, "
        f"against {_BASELINES}, from energies of single additions and multiplications. "
        "The baselines here are circuits of the same 8-bit format.",
    ]


def energy_findings(found: Sequence[Energy]) -> list[str]:
    """What the figures say beside the paper's claim; nothing where a level is missing."""
    multipliers, pes = (_by_kind(found, level) for level in _CLAIMED)
    wanted = {"lmul", "lmul_rne", "exact"}
    if wanted - multipliers.keys() or wanted - pes.keys():
        return []

    def share(by_kind: Mapping[str, Energy], other: str) -> str:
        return percent(by_kind["lmul"].total / by_kind[other].total)

    glitching = percent(multipliers["lmul"].with_glitches / multipliers["exact"].with_glitches)
    pe_glitching = percent(pes["lmul"].with_glitches / pes["exact"].with_glitches)
    product, dot = (percent(1 - saved) for saved in _CLAIMED.values())
    return [
        f"Energy ({ENERGY_FORMAT} ftz, real operands, no wires): L-Mul takes "
        f"{multipliers['lmul'].total:.0f} fJ a product, {share(multipliers, 'exact')} of the exact "
        f"multiplier's {multipliers['exact'].total:.0f} ({glitching} with glitches), and "
        f"{pes['lmul'].total:.0f} fJ a multiply-accumulate, {share(pes, 'exact')} of the exact "
        f"PE's {pes['exact'].total:.0f} ({pe_glitching}). Of lmul_rne, which rounds exactly, it "
        f"takes {share(multipliers, 'lmul_rne')} and {share(pes, 'lmul_rne')}. The paper claims "
        f"{product} and {dot}, of {_BASELINES}."
    ]


def _by_kind(found: Sequence[Energy], level: str) -> dict[str, Energy]:
    # The bare integer product stands beside multipliers: it has nothing to unpack or pack.
    names = {"product-int8": "int8", "pe-int8": "int8"}
    names |= {
        f"{prefix}{kind}-{ENERGY_FORMAT}-ftz": kind
        for kind in KINDS_SHOWN
        for prefix in ("", "pe-")
    }
    levels = {level, "product"} if level == "multiplier" else {level}
    return {names[one.design]: one for one in found if one.level in levels}


def _cells(by_kind: Mapping[str, Energy], kind: str) -> list[str]:
    if kind not in by_kind:
        return [NOTHING] * 4
    one = by_kind[kind]
    over, saved = NOTHING, NOTHING
    if "lmul" in by_kind and kind != "lmul":
        over = percent(by_kind["lmul"].total / one.total)
    if "exact" in by_kind and kind != "exact":
        saved = percent(1 - one.total / by_kind["exact"].total)
    return [f"{one.total:.0f}", f"{one.with_glitches:.0f}", over, saved]
