"""What the figures say, a line each; each is written only if this run's figures say it.

Of two circuits one is said to take less only where their ranges over several mappings do not
overlap.
"""

from collections.abc import Callable, Sequence

from lmul.synth.comparison.cell_survey import AREA, DELAY, ENERGY, GATES
from lmul.synth.comparison.designs import ACCUMULATORS, multipliers_in_cells, pe_name, pes_in_cells
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.paper_energy import DOT_CLAIMS
from lmul.synth.comparison.paper_gates import paper_lmul, paper_multiplier
from lmul.synth.pictures.accuracy import accuracy_points, best_points
from lmul.synth.report.verdict import LEVELS, shown_ratio
from lmul.synth.tables.table import percent

__all__ = ["findings"]


_POLICY = "ftz"
"""Special cases handled as an accelerator would: zeros, NaN and Inf right, subnormals flushed."""


def findings(document: ReportDocument) -> list[str]:
    """At most seven sentences, most important first."""
    parts: Sequence[Callable[[ReportDocument], str]] = (
        _gates,
        _constant,
        _truncated,
        _claim,
        _window,
        _loses,
        _front,
    )
    return [text for part in parts if (text := part(document))]


def _mred(document: ReportDocument, fmt: str, kind: str) -> float:
    return document.errors.pair(fmt, kind).packed.mred


def _gates(document: ReportDocument) -> str:
    """Of the exactly rounding multipliers' gates, where the difference is more than luck."""
    said = []
    for fmt in document.formats:
        names = multipliers_in_cells(fmt, _POLICY)
        told = [
            f"{shown_ratio(ratio)} of {twin}'s"
            for twin in ("lmul_rne", "exact")
            if (ratio := document.cells.ratio_range(names["lmul"], names.get(twin, ""), GATES))
            and ratio.told
        ]
        if told:
            said.append(f"{fmt} {', '.join(told)}")
    if not said:
        return ""
    paper = percent(paper_lmul(4, 3) / paper_multiplier(4, 3))
    return f"Gates of L-Mul's multiplier: {'; '.join(said)} (the paper counts {paper} in e4m3)."


def _constant(document: ReportDocument) -> str:
    """Where Mitchell's product, L-Mul without its constant, leaves L-Mul nothing."""
    said = []
    for fmt in document.formats:
        names = multipliers_in_cells(fmt, _POLICY)
        ratio = document.cells.ratio_range(names["lmul"], names.get("mitchell", ""), GATES)
        if ratio is None or (ratio.told and ratio.most < 1):
            continue
        mine, other = (_mred(document, fmt, kind) for kind in ("lmul", "mitchell"))
        if other < mine:
            said.append(f"{fmt} {percent(other, 1)} against {percent(mine, 1)}")
    if not said:
        return ""
    return (
        "L-Mul's constant does harm where mantissas are short: Mitchell's adder without it is not "
        f"larger beyond the mapping's range, and errs less: {'; '.join(said)}."
    )


def _truncated(document: ReportDocument) -> str:
    """L-Mul errs upward and truncation downward: together they can beat an exact product."""
    found = {
        (r.result.format.name, r.matrix, r.result.rounding, r.result.kind): (
            r.result.dots_original.relative
        )
        for r in document.errors.operands
        if r.scaled == (r.result.format.width <= 8)
    }
    said = []
    for fmt in document.formats:
        keys = [
            (fmt, "QK", rounding, kind)
            for rounding in ("truncate", "nearest")
            for kind in ("lmul", "exact")
        ]
        if any(key not in found for key in keys):
            continue
        cut, exact_cut, near, exact_near = (found[key] for key in keys)
        if cut < exact_cut and near > exact_near:
            shown = [percent(one, 1) for one in (cut, exact_cut, near, exact_near)]
            said.append(
                f"{fmt} {shown[0]} against {shown[1]}, rounded to nearest {shown[2]} against "
                f"{shown[3]}"
            )
    if not said:
        return ""
    return (
        "Operands truncated, as the paper does, L-Mul's dot products err less than an exact "
        f"product's; rounded to nearest, as hardware does, more: {'; '.join(said)}."
    )


def _claim(document: ReportDocument) -> str:
    """Against fp16 and fp32 the format saves, not L-Mul."""
    said = []
    for wide in sorted(DOT_CLAIMS):
        against = pes_in_cells(wide, _POLICY).get("exact", "")
        narrow, own = pes_in_cells("e4m3", _POLICY), pes_in_cells(wide, _POLICY)
        names = narrow["lmul"], narrow["exact"], own["lmul"]
        ratios = [document.cells.ratio(name, against, ENERGY) for name in names]
        if all(ratio is not None for ratio in ratios):
            shown = [percent(ratio) for ratio in ratios if ratio is not None]
            said.append(
                f"of an exact {wide} PE's energy e4m3 takes {shown[0]} with L-Mul and {shown[1]} "
                f"exact, {wide} with L-Mul {shown[2]} (paper: {percent(1 - DOT_CLAIMS[wide])})"
            )
    if not said:
        return ""
    return f"What the paper saves is mostly the narrow format's doing: {'; '.join(said)}."


def _window(document: ReportDocument) -> str:
    """What a narrower sum takes, under an exact product, beside what L-Mul's product does."""
    said = []
    errors = {
        name: one.error.relative for (name, m), one in document.mac.errors.items() if m == "QK"
    }
    for fmt, window in (("e5m2", "fix24_-9"), ("e4m3", "fix20_-7")):
        if fmt not in ACCUMULATORS or fmt not in document.formats:
            continue
        wide, narrow = (pe_name("exact", fmt, _POLICY, sum_) for sum_ in ("exact", window))
        lmul = pe_name("lmul", fmt, _POLICY)
        ratios = [document.cells.ratio_range(name, wide, ENERGY) for name in (narrow, lmul)]
        if any(r is None or not r.told for r in ratios) or not {narrow, lmul} <= errors.keys():
            continue
        shown = [shown_ratio(ratio) for ratio in ratios if ratio]
        said.append(
            f"{fmt} {shown[0]} at an error of {percent(errors[narrow], 1)} by sums in {window}, "
            f"{shown[1]} at {percent(errors[lmul], 1)} by L-Mul's product"
        )
    if not said:
        return ""
    return (
        f"A narrower sum saves too, of the energy of an exact PE with full sums: {'; '.join(said)}."
    )


def _loses(document: ReportDocument) -> str:
    """Where another kind takes less than L-Mul by more than both ranges."""
    said = []
    for fmt in document.formats:
        for level, designs in LEVELS.items():
            names = designs(fmt)
            for other in ("lmul_rne", "mitchell", "int8"):
                for what, label in {AREA: "area", DELAY: "delay", ENERGY: "energy"}.items():
                    ratio = document.cells.ratio_range(
                        names.get("lmul", ""), names.get(other, ""), what
                    )
                    if ratio and ratio.told and ratio.least > 1:
                        shown = f"{shown_ratio(ratio)} of {other}'s {label}"
                        said.append(f"{fmt} {level} {shown}")
    return f"Where L-Mul takes more: {'; '.join(said)}." if said else ""


def _front(document: ReportDocument) -> str:
    """Which PEs no other beats in energy and error."""
    points = [point for point in accuracy_points(document) if point.narrow]
    if not any(point.kind == "lmul" for point in points):
        return ""
    best = best_points(points)
    told = ", ".join(
        (f"{one.kind} {one.label}" if one.kind != "int8" else "int8")
        + f" ({one.energy:.0f} fJ, {percent(one.error, 1)})"
        for one in best
    )
    among = "is" if any(one.kind == "lmul" for one in best) else "is not"
    return f"L-Mul {among} among the 8-bit PEs that no other beats in energy and error: {told}."
