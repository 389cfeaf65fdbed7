"""The report's picture of PEs and arrays: gates by part, stacked."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmul.synth.mac_designs import COUNTED_FORMATS, INT8_PE, pe_kinds, pe_name
from lmul.synth.mac_survey import ARRAY_KINDS
from lmul.synth.mac_tables import array_parts
from lmul.synth.parts import PartCount
from lmul.synth.pictures import Draw, Picture
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_methods import GATES
from lmul.synth.stacked_bars import stacked_bars

__all__ = ["gates_by_part"]

_SIDE = 16


@dataclass(frozen=True)
class _Bar:
    kind: str
    parts: Sequence[PartCount]
    scale: int = 1

    @property
    def gates(self) -> float:
        return sum(part.gates for part in self.parts) / self.scale

    @property
    def flipflops(self) -> float:
        return sum(part.flipflops for part in self.parts) / self.scale


def gates_by_part(document: ReportDocument) -> Picture:
    """Stacked bars: the gates of a PE, and an array's gates for each of its PEs."""
    mac = document.mac
    panels: list[tuple[str, Draw]] = []
    for fmt in (fmt for fmt in document.formats if fmt in COUNTED_FORMATS):
        names = {kind: pe_name(kind, fmt, "ftz") for kind in pe_kinds(fmt)}
        if fmt != "bf16":
            names |= {"int8": INT8_PE}
        bars = [_Bar(k, mac.splits[name].parts) for k, name in names.items() if name in mac.splits]
        if bars:
            panels.append((f"a PE, {fmt}", _panel(bars)))
    found = {kind: array_parts(mac, kind, "e4m3", "ftz", _SIDE) for kind in (*ARRAY_KINDS, "int8")}
    bars = [_Bar(kind, parts, _SIDE**2) for kind, parts in found.items() if parts]
    if bars:
        panels.append((f"{_SIDE}x{_SIDE} array, e4m3, a PE's share", _panel(bars)))
    return Picture(
        "parts",
        "Where the gates of PEs and arrays are",
        "Two-input gates and inverters by part, each part synthesised apart, under ftz; the upper "
        "number is their sum, the lower one flip-flops, which are not in the bars. L-Mul makes "
        "the product small; what aligns and adds it up is the same for all kinds.",
        panels,
        method=GATES,
    )


def _panel(bars: Sequence[_Bar]) -> Draw:
    return stacked_bars(
        {bar.kind: {part.part: part.gates / bar.scale for part in bar.parts} for bar in bars},
        "gates",
        {bar.kind: f"{bar.gates:.0f}\n{bar.flipflops:.0f} FF" for bar in bars},
    )
