"""Gate counts as points: kept by content, made in processes of their own."""

from collections.abc import Iterable, Mapping

from lmul.synth.gates import GateCount
from lmul.synth.parts import PartCount, Split
from lmul.synth.point import Measured, Point

__all__ = ["counted", "counted_text", "gate_points", "split_of", "split_points"]

Found = Mapping[Point, Measured]


def gate_points(designs: Iterable[str]) -> list[Point]:
    """The gates of each design."""
    return [Point(name, "gates") for name in designs]


def split_points(designs: Iterable[str]) -> list[Point]:
    """The gates of each design and those of its parts."""
    return [Point(name, measure) for name in designs for measure in ("gates", "split")]


def counted(found: Found, designs: Iterable[str]) -> dict[str, GateCount]:
    """Gate counts by design, from the results of :func:`gate_points`."""
    return {name: GateCount(**found[Point(name, "gates")].detail["count"]) for name in designs}


def counted_text(found: Found, design: str) -> str:
    """The SHA-256 of the Verilog whose gates were counted."""
    return found[Point(design, "gates")].detail["verilog"]


def split_of(found: Found, design: str) -> Split:
    """A design's gates, whole and by part, from the results of :func:`split_points`."""
    [whole] = counted(found, [design]).values()
    parts = found[Point(design, "split")].detail["parts"]
    return Split(whole, tuple(PartCount(**part) for part in parts))
