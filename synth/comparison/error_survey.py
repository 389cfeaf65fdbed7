"""All error figures of the report: mantissa pairs, real operands, and what leaves the range."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.operands import OperandAccuracy, operand_accuracy
from lmul.sim.accuracy.pairs import SEEDED_PAIRS, Histogram, PairAccuracy, accuracy, histogram
from lmul.sim.accuracy.ranges import Census, census
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import Rounding
from lmul.synth.comparison.designs import REPORT_FORMATS, shown_kinds

__all__ = ["HISTOGRAM_FORMATS", "ErrorSurvey", "OperandRow", "survey"]


HISTOGRAM_FORMATS = ("e4m3", "e5m2", "bf16")
"""fp16 and fp32 spread as bf16 does: the paper's constant is 2**-4 in all three."""

_HISTOGRAM_EDGES = np.arange(-25.5, 27) / 100
_FEWER_PAIRS = 1_000_000

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class OperandRow:
    """One measurement on one of attention's two matrix products.

    ``matrix`` is ``QK`` or ``AV``; ``scaled`` says whether operands were scaled by a power of
    two a tensor before encoding.
    """

    matrix: str
    scaled: bool
    result: OperandAccuracy


@dataclass(frozen=True)
class ErrorSurvey:
    """Everything measured, in the report's order of formats and kinds."""

    pairs: Sequence[PairAccuracy]
    histograms: dict[tuple[str, str], Histogram]
    operands: Sequence[OperandRow]
    census: dict[tuple[str, str], Census]

    def pair(self, fmt: str, kind: str) -> PairAccuracy:
        """The errors of one kind in one format over mantissa pairs."""
        return next(p for p in self.pairs if (p.format.name, p.kind) == (fmt, kind))


def survey(
    formats: Iterable[str] = REPORT_FORMATS,
    full: bool = True,
    on_progress: Progress | None = None,
) -> ErrorSurvey:
    """Measure all of it; without ``full``, a tenth of fp32's seeded pairs and no unscaled fp8.

    Formats of 8 bits are measured with operands scaled and as they are: without a scale most
    attention weights are subnormal in e4m3, and that is no error of a multiplier. Wider formats
    need no scale.
    """
    cases: list[tuple[str, Kind]] = [(fmt, kind) for fmt in formats for kind in shown_kinds(fmt)]
    roundings: tuple[Rounding, ...] = ("nearest", "truncate")
    runs: list[tuple[str, Kind, Rounding, str, bool]] = [
        (fmt, kind, rounding, matrix, scaled)
        for scaled in (True, False)
        for fmt, kind in cases
        if (scaled == FORMATS[fmt].is_narrow) or (not scaled and FORMATS[fmt].is_narrow and full)
        for rounding in roundings
        for matrix in ("QK", "AV")
    ]
    total, done = 2 * len(cases) + len(runs), 0

    def step(label: str) -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, total, label)

    pairs: list[PairAccuracy] = []
    spreads: dict[tuple[str, str], Histogram] = {}
    classes: dict[tuple[str, str], Census] = {}
    operands: list[OperandRow] = []
    for fmt, kind in cases:
        pairs.append(accuracy(kind, fmt, pairs=SEEDED_PAIRS if full else _FEWER_PAIRS))
        step(f"errors of {kind} {fmt}")
        if fmt in HISTOGRAM_FORMATS:
            spreads[fmt, kind] = histogram(kind, fmt, _HISTOGRAM_EDGES)
        classes[fmt, kind] = census(kind, fmt)
        step(f"range of {kind} {fmt}")
    tensors = attention().products
    for fmt, kind, rounding, matrix, scaled in runs:
        left, right = tensors[matrix]
        result = operand_accuracy(left, right, fmt, kind, rounding, scaled=scaled)
        operands.append(OperandRow(matrix, scaled, result))
        step(f"{matrix} of a sentence encoder, {kind} {fmt}")
    return ErrorSurvey(pairs, spreads, operands, classes)
