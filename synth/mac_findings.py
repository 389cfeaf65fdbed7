"""What the figures of PEs and arrays say; each sentence only if this run's figures say it."""

from lmul.synth.array_scale import total
from lmul.synth.comparison import multiplier_name
from lmul.synth.mac_designs import INT8_PE, pe_name
from lmul.synth.mac_tables import array_parts
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import percent

__all__ = ["mac_findings"]

_POLICY = "ftz"


def mac_findings(document: ReportDocument) -> list[str]:
    """The sentences, most important first."""
    return [*_survives(document), *_window(document), *_int8(document)]


def _survives(document: ReportDocument) -> list[str]:
    """From the multiplier to the PE and the array, fp8 and bf16."""
    counts = {**document.counts, **document.mac.counts}
    said = []
    for fmt in ("e4m3", "e5m2", "bf16"):
        names = [
            (multiplier_name(kind, fmt, _POLICY), pe_name(kind, fmt, _POLICY))
            for kind in ("lmul", "exact")
        ]
        if any(name not in counts for pair in names for name in pair):
            continue
        multiplier, pe = (
            1 - counts[names[0][level]].gates / counts[names[1][level]].gates for level in (0, 1)
        )
        if not 0 < pe < multiplier:
            continue
        text = f"{fmt} {percent(multiplier)} of the multiplier, {percent(pe)} of the PE"
        parts = [array_parts(document.mac, kind, fmt, _POLICY, 16) for kind in ("lmul", "exact")]
        gates = [total(found).gates for found in parts if found]
        if len(gates) == 2:
            text += f", {percent(1 - gates[0] / gates[1])} of a 16x16 array"
        said.append(text)
    if not said:
        return []
    return [
        f"Accumulation dilutes the saving ({_POLICY}, against the conventional exact twin): "
        f"L-Mul saves {'; '.join(said)}. A product must be aligned and added up whatever "
        "made it."
    ]


def _window(document: ReportDocument) -> list[str]:
    """A narrower sum saves about as much as a cheaper product, or more, at less error."""
    mac = document.mac
    said = []
    for fmt, window in (("e5m2", "fix24_-9"), ("e4m3", "fix20_-7")):
        wide, narrow = (pe_name("exact", fmt, _POLICY, sum_) for sum_ in ("exact", window))
        lmul = pe_name("lmul", fmt, _POLICY)
        if any((name, "QK") not in mac.errors for name in (wide, narrow, lmul)):
            continue
        gates = {name: mac.counts[name].gates for name in (wide, narrow, lmul)}
        errors = {name: mac.errors[name, "QK"].error.relative for name in gates}
        saved, by_product = gates[wide] - gates[narrow], gates[wide] - gates[lmul]
        if saved < 0.5 * by_product or errors[narrow] >= errors[lmul]:
            continue
        said.append(
            f"{fmt} {saved} of {gates[wide]} gates by {window}, error "
            f"{percent(errors[narrow], 1)}, and {by_product} by L-Mul's product, error "
            f"{percent(errors[lmul], 1)}"
        )
    if not said:
        return []
    return [
        "A narrower sum saves gates too, under an exact product as under any other: of a PE with "
        f"exact product and full sum, {'; '.join(said)} (errors on the real "
        "tile's Q·Kᵀ)."
    ]


def _int8(document: ReportDocument) -> list[str]:
    mac = document.mac
    lmul = pe_name("lmul", "e4m3", _POLICY)
    if INT8_PE not in mac.counts or lmul not in mac.counts:
        return []
    mine, other = mac.counts[lmul], mac.counts[INT8_PE]
    errors = mac.errors[lmul, "QK"].error.relative, mac.int8["QK"].relative
    return [
        f"int8, which sums in 32 bits, takes {other.gates} gates and {other.flipflops} flip-flops "
        f"a PE where e4m3 L-Mul takes {mine.gates} and {mine.flipflops}; on the tile's Q·Kᵀ it "
        f"errs by {percent(errors[1], 1)}, L-Mul by {percent(errors[0], 1)}."
    ]
