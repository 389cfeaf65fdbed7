"""What the figures say, in sentences; each is written only if this run's figures say it."""

from collections.abc import Sequence

from lmul.hdl.formats import FORMATS
from lmul.synth.cell_findings import cell_findings
from lmul.synth.comparison import HeadlineRow
from lmul.synth.mac_findings import mac_findings
from lmul.synth.paper import paper_lmul, paper_multiplier
from lmul.synth.report_document import ReportDocument

__all__ = ["findings"]

_POLICY = "ftz"
"""Special cases handled as an accelerator would: zeros, NaN and Inf right, subnormals flushed."""


def findings(document: ReportDocument) -> list[str]:
    """The sentences, most important first."""
    rows = [row for row in document.rows if row.policy == _POLICY]
    beaten = [_beaten(document, row) for row in rows if row.smallest_exact != "exact"]
    alone = [row for row in rows if row.smallest_exact == "exact"]
    return [
        *beaten,
        *([_alone(document, alone)] if alone else []),
        *mac_findings(document),
        *cell_findings(document),
        *_mitchell(document),
        *_against_the_paper(document),
        *_truncated(document),
    ]


def _share(value: float) -> str:
    return f"{100 * value:.2g}\u00a0%"


def _mred(document: ReportDocument, fmt: str, kind: str) -> str:
    return _share(document.errors.pair(fmt, kind).packed.mred)


def _beaten(document: ReportDocument, row: HeadlineRow) -> str:
    """Where an exactly rounding circuit comes close to L-Mul."""
    small = row.smallest_exact
    lmul, other, conventional = row.gates["lmul"], row.gates[small], row.gates["exact"]
    how = "L-Mul's own adder with a data-dependent carry-in" if small == "lmul_rne" else "exact too"
    compared = (
        f"L-Mul saves {other - lmul} of them, {_share(1 - row.to_smallest)}, and errs"
        if lmul < other
        else "L-Mul saves nothing, and errs"
    )
    return (
        f"{row.format} ({row.policy}): L-Mul takes {lmul} gates, {_share(row.to_conventional)} of "
        f"the conventional exact multiplier's {conventional}. But an exactly rounded product is "
        f"had for {other} gates ({small}: {how}): {compared} by "
        f"{_mred(document, row.format, 'lmul')} on average where that one errs by "
        f"{_mred(document, row.format, small)}, the least that the format allows."
    )


def _alone(document: ReportDocument, rows: Sequence[HeadlineRow]) -> str:
    """Where only the full product rounds exactly."""
    gates = "; ".join(
        f"{row.format} {row.gates['lmul']} of {row.gates['exact']} gates, "
        f"{_share(row.to_conventional)}, mean error {_mred(document, row.format, 'lmul')}"
        for row in rows
    )
    return (
        f"With more mantissa bits L-Mul stands alone ({_POLICY}): {gates}. Rounding exactly by one "
        "carry-in ends at three mantissa bits, so here the only exact circuit is the full product."
    )


def _against_the_paper(document: ReportDocument) -> list[str]:
    row = document.row("e4m3", _POLICY)
    if row is None:
        return []
    lmul, exact = paper_lmul(4, 3), paper_multiplier(4, 3)
    return [
        f"The paper puts fp8 L-Mul at {lmul} of {exact} gates, {_share(lmul / exact)}. Synthesised "
        f"alike, with special cases in both, e4m3 comes to {_share(row.to_conventional)} of the "
        f"conventional multiplier and {_share(row.to_smallest)} of the smallest exactly rounding "
        "one."
    ]


def _truncated(document: ReportDocument) -> list[str]:
    """L-Mul errs upward and truncation downward: together they can beat an exact product."""
    found = {
        (r.result.format.name, r.matrix, r.result.rounding, r.result.kind): (
            r.result.dots_original.relative
        )
        for r in document.errors.operands
        if r.scaled == (r.result.format.width <= 8)
    }
    parts = []
    for fmt in document.formats:
        for matrix, name in (("QK", "Q·Kᵀ"), ("AV", "A·V")):
            keys = [
                (fmt, matrix, rounding, kind)
                for rounding in ("truncate", "nearest")
                for kind in ("lmul", "exact")
            ]
            if any(key not in found for key in keys):
                continue
            lmul_cut, exact_cut, lmul_near, exact_near = (_share(found[key]) for key in keys)
            if found[keys[0]] < found[keys[1]] and found[keys[2]] > found[keys[3]]:
                parts.append(
                    f"{fmt} {name}: truncated {lmul_cut} against {exact_cut}, to nearest "
                    f"{lmul_near} against {exact_near}"
                )
    if not parts:
        return []
    return [
        "How operands are cut to size decides who wins. L-Mul errs upward and truncation, which "
        "the paper uses, downward, so on real dot products L-Mul of truncated operands is off by "
        "less than an exact multiplier of the same operands; rounded to nearest, as fp8 hardware "
        f"does, it is off by more. L-Mul against exact: {'; '.join(parts)}."
    ]


def _mitchell(document: ReportDocument) -> list[str]:
    """Where Mitchell's product, L-Mul without its constant, leaves L-Mul nothing."""
    better, nearest = [], []
    for row in (row for row in document.rows if row.policy == _POLICY):
        lmul, mitchell, exact = (
            document.errors.pair(row.format, kind).packed.mred
            for kind in ("lmul", "mitchell", "exact")
        )
        if mitchell < lmul and row.gates["mitchell"] <= row.gates["lmul"]:
            better.append(
                f"{row.format} {row.gates['mitchell']} gates and {_share(mitchell)} against "
                f"{row.gates['lmul']} and {_share(lmul)}"
            )
        # No code is nearer than the nearest: equal means are equal errors, pair by pair.
        if FORMATS[row.format].mantissa_bits > 1 and mitchell <= exact * (1 + 1e-9):
            nearest.append(row.format)
    texts = []
    if better:
        texts.append(
            "L-Mul's constant does harm where mantissas are short: plain Mitchell, the same adder "
            f"without it, takes no more gates and errs less ({_POLICY}): {'; '.join(better)}."
        )
    if nearest:
        texts.append(
            f"At {', '.join(nearest)} Mitchell's product is already a nearest code on every pair, "
            "as exact rounding is; it breaks ties downward instead of to even."
        )
    return texts
