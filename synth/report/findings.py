"""What else the figures say, a line each; each is written only if this run's figures say it.

Of two circuits one is said to take less only where their ranges over several mappings do not
overlap. A line names one case; the others stand in its table.
"""

from collections.abc import Callable, Sequence

from lmul.synth.comparison.cell_survey import ENERGY, GATES
from lmul.synth.comparison.designs import ACCUMULATORS, multipliers_in_cells, pe_name, pes_in_cells
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper.energy import DOT_CLAIMS
from lmul.synth.comparison.paper.gates import paper_lmul, paper_multiplier
from lmul.synth.pictures.accuracy import accuracy_points, best_points
from lmul.synth.tables.levels import shown_ratio
from lmul.synth.tables.table import percent
from lmul.synth.tables.variation import losses

__all__ = ["findings"]


_POLICY = "ftz"
"""Special cases handled as an accelerator would: zeros, NaN and Inf right, subnormals flushed."""


def findings(document: ReportDocument) -> list[str]:
    """At most seven lines, most important first."""
    parts: Sequence[Callable[[ReportDocument], str]] = (
        _front,
        _claim,
        _constant,
        _truncated,
        _window,
        _gates,
        _loses,
    )
    return [text for part in parts if (text := part(document))]


def _front(document: ReportDocument) -> str:
    """Whether an 8-bit PE of L-Mul's is one that no other beats in energy and error."""
    points = [point for point in accuracy_points(document) if point.narrow]
    if not any(point.kind == "lmul" for point in points):
        return ""
    best = best_points(points)
    mine = sum(one.kind == "lmul" for one in best)
    told = f"{mine or 'none'} of them {'are' if mine > 1 else 'is'} L-Mul's"
    return f"Of the 8-bit PEs {len(best)} are beaten by no other in both energy and error: {told}."


def _claim(document: ReportDocument) -> str:
    """Beside fp16 the format takes less, not L-Mul."""
    [wide, *_] = sorted(DOT_CLAIMS)
    against = pes_in_cells(wide, _POLICY).get("exact", "")
    narrow, own = pes_in_cells("e4m3", _POLICY), pes_in_cells(wide, _POLICY)
    ratios = [
        document.cells.ratio(name, against, ENERGY)
        for name in (narrow["lmul"], narrow["exact"], own["lmul"])
    ]
    if any(ratio is None for ratio in ratios):
        return ""
    shown = [percent(ratio) for ratio in ratios if ratio is not None]
    return (
        f"Of an exact {wide} PE's energy an e4m3 PE takes {shown[0]} with L-Mul and {shown[1]} "
        f"without it; {wide} with L-Mul {shown[2]}."
    )


def _constant(document: ReportDocument) -> str:
    """Where Mitchell's product, L-Mul without its constant, leaves L-Mul nothing."""
    for fmt in document.formats:
        names = multipliers_in_cells(fmt, _POLICY)
        ratio = document.cells.ratio_range(names["lmul"], names.get("mitchell", ""), GATES)
        if ratio is None or (ratio.told and ratio.most < 1):
            continue
        mine, other = (document.errors.pair(fmt, kind).packed.mred for kind in ("lmul", "mitchell"))
        if other < mine:
            return (
                f"L-Mul's constant does harm in {fmt}: Mitchell's adder without it errs by "
                f"{percent(other, 1)}, not {percent(mine, 1)}, and is no larger."
            )
    return ""


def _truncated(document: ReportDocument) -> str:
    """L-Mul errs upward and truncation downward: together they can beat an exact product."""
    found = {
        (r.result.format.name, r.result.rounding, r.result.kind): r.result.dots_original.relative
        for r in document.errors.operands
        if r.matrix == "QK" and r.scaled == r.result.format.is_narrow
    }
    for fmt in document.formats:
        keys = [(fmt, how, kind) for how in ("truncate", "nearest") for kind in ("lmul", "exact")]
        if any(key not in found for key in keys):
            continue
        cut, exact_cut, near, exact_near = (found[key] for key in keys)
        if cut < exact_cut and near > exact_near:
            return (
                f"With {fmt} operands truncated, as in the paper, L-Mul errs by {percent(cut, 1)} "
                f"and exact by {percent(exact_cut, 1)}; rounded, L-Mul errs more."
            )
    return ""


def _window(document: ReportDocument) -> str:
    """What a narrower sum takes, under an exact product, beside what L-Mul's product does."""
    errors = {
        name: one.error.relative for (name, m), one in document.mac.errors.items() if m == "QK"
    }
    for fmt, window in (("e4m3", "fix20_-7"), ("e5m2", "fix24_-9")):
        if fmt not in ACCUMULATORS or fmt not in document.formats:
            continue
        wide, narrow = (pe_name("exact", fmt, _POLICY, sum_) for sum_ in ("exact", window))
        lmul = pe_name("lmul", fmt, _POLICY)
        ratios = [document.cells.ratio_range(name, wide, ENERGY) for name in (narrow, lmul)]
        if any(r is None or not r.told for r in ratios) or not {narrow, lmul} <= errors.keys():
            continue
        shown = [percent(ratio.median) for ratio in ratios if ratio]
        return (
            f"Of an exact {fmt} PE's energy, sums in {window} take {shown[0]} at an error of "
            f"{percent(errors[narrow], 1)}, L-Mul {shown[1]} at {percent(errors[lmul], 1)}."
        )
    return ""


def _gates(document: ReportDocument) -> str:
    """Of the exactly rounding multipliers' gates, where the difference is more than luck."""
    for fmt in document.formats:
        names = multipliers_in_cells(fmt, _POLICY)
        told = [
            f"{shown_ratio(ratio)} of {twin}'s"
            for twin in ("lmul_rne", "exact")
            if (ratio := document.cells.ratio_range(names["lmul"], names.get(twin, ""), GATES))
            and ratio.told
        ]
        if told:
            paper = percent(paper_lmul(4, 3) / paper_multiplier(4, 3))
            claimed = f" (the paper counts {paper})" if fmt == "e4m3" else ""
            return f"Gates: L-Mul's {fmt} multiplier takes {', '.join(told)}{claimed}."
    return ""


def _loses(document: ReportDocument) -> str:
    """Where another kind takes less than L-Mul by more than both ranges: the worst case."""
    found = losses(document)
    if not found:
        return ""
    worst = max(found, key=lambda text: found[text].median)
    return f"L-Mul takes more than a twin in {len(found)} comparisons, at worst {worst}."
