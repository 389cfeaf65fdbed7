"""All figures of PEs and arrays in the report: gates, their parts, errors of their sums."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.accumulators import AccumulatorAccuracy, accumulator_accuracy, int8_accuracy
from lmul.sim.accuracy.operands import DotError
from lmul.sim.accuracy.workload import attention
from lmul.synth.comparison.designs import (
    ACCUMULATORS,
    ARRAY_SIDE,
    WINDOW_KINDS,
    array_name,
    has_pes,
    int8_array_name,
    kept_kinds,
    mac_designs,
    pe_kinds,
    pe_name,
)
from lmul.synth.comparison.int8_check import int8_own_width
from lmul.synth.comparison.points import counted, split_of
from lmul.synth.gates.breakdown import PartCount, Split
from lmul.synth.gates.count import GateCount, count
from lmul.synth.gates.scale import composed
from lmul.synth.measure.measurement import Measured, Point

__all__ = ["MATRICES", "MacSurvey", "array_bits", "array_parts", "mac_survey"]


MATRICES = ("QK", "AV")

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class MacSurvey:
    """What was measured of PEs and arrays.

    Attributes
    ----------
    counts : mapping of design name to GateCount
        PEs, arrays, and the integer product.
    splits : mapping of design name to Split
        Of PEs under ftz with their format's usual accumulator, and of arrays.
    errors : mapping of (design name, matrix) to AccumulatorAccuracy
        Of PEs' sums on the real tile's ``QK`` and ``AV``.
    int8 : mapping of matrix to DotError
        Of the integer twin's.
    int8_own : (int, GateCount) or None
        Bits and gates of the integer PE that sums in no more bits than it needs.
    """

    counts: Mapping[str, GateCount]
    splits: Mapping[str, Split]
    errors: Mapping[tuple[str, str], AccumulatorAccuracy]
    int8: Mapping[str, DotError]
    int8_own: tuple[int, GateCount] | None = None


def mac_survey(
    found: Mapping[Point, Measured],
    formats: Sequence[str],
    full: bool = False,
    on_progress: Progress | None = None,
) -> MacSurvey:
    """Put together what was counted, and measure the errors of sums.

    Parameters
    ----------
    found : mapping of Point to Measured
        The results of :func:`mac_points`.
    formats : sequence of str
    full : bool
        As there.
    on_progress : callable, optional
        Called with sums measured, sums in all, and what was measured last.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects a design.
    """
    apart, whole = mac_designs(formats, full)
    if not apart:
        return MacSurvey({}, {}, {}, {})
    products = attention().products
    runs = [(one, matrix) for one in _measured(formats, full) for matrix in products]
    errors = {}
    for done, ((name, fmt, kind, accumulator), matrix) in enumerate(runs, 1):
        operands = products[matrix]
        errors[name, matrix] = accumulator_accuracy(*operands, fmt, kind, "ftz", accumulator)
        if on_progress:
            on_progress(done, len(runs), f"{matrix} of a sentence encoder, {name}")
    return MacSurvey(
        counted(found, [*apart, *whole]),
        {name: split_of(found, name) for name in apart},
        errors,
        {matrix: int8_accuracy(*operands) for matrix, operands in products.items()},
        _int8_own() if full else None,
    )


def _int8_own() -> tuple[int, GateCount]:
    # Imported here: driving a netlist pulls in Amaranth.
    from lmul.synth.comparison.int8_check import check_narrow_int8

    circuit, bits = int8_own_width()
    check_narrow_int8(circuit, bits)
    return bits, count(circuit)


def _measured(formats: Iterable[str], full: bool) -> Iterator[tuple[str, str, Kind, str | None]]:
    """PEs whose sums are measured: name, format, kind, accumulator."""
    for fmt in (fmt for fmt in formats if has_pes(fmt)):
        for kind in (*pe_kinds(fmt), *kept_kinds(fmt)):
            yield pe_name(kind, fmt, "ftz"), fmt, kind, None
        if not full:
            continue
        for accumulator in ACCUMULATORS.get(fmt, ())[1:]:
            for kind in WINDOW_KINDS:
                yield pe_name(kind, fmt, "ftz", accumulator), fmt, kind, accumulator


def array_parts(
    mac: MacSurvey, kind: str, fmt: str, policy: str, side: int
) -> list[PartCount] | None:
    """The parts of a square array, composed where it is larger than the one counted."""
    name = int8_array_name() if kind == "int8" else array_name(kind, fmt, policy)  # pyright: ignore[reportArgumentType]
    if name not in mac.splits:
        return None
    if side == ARRAY_SIDE:
        return list(mac.splits[name].parts)
    return composed(mac.splits[name], ARRAY_SIDE, side, *array_bits(name))


def array_bits(name: str) -> tuple[int, int]:
    """Bits of an array's operand behind the edge, and of its result."""
    # Imported here: the datapath pulls in Amaranth.
    from lmul.hdl.mac.datapath import datapath_of

    design = MacDesign.parse(name)
    result = FORMATS["fp32"].width  # what an array gives out; an integer array's sums are as wide
    return datapath_of(design).operand_layout.size, result
