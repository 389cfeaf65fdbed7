"""All figures of PEs and arrays in the report: gates, their parts, errors of their sums."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmul.hdl.kinds import Kind
from lmul.sim.accumulator_accuracy import (
    AccumulatorAccuracy,
    accumulator_accuracy,
    int8_accuracy,
)
from lmul.sim.operand_accuracy import DotError
from lmul.sim.workload import attention
from lmul.synth.gate_points import counted, gate_points, split_of, split_points
from lmul.synth.gates import GateCount, count
from lmul.synth.mac_designs import (
    ACCUMULATORS,
    COUNTED_FORMATS,
    INT8_PE,
    INT8_PRODUCT,
    array_name,
    has_pes,
    int8_array_name,
    int8_own_width,
    pe_kinds,
    pe_name,
    pe_policies,
    same_width_name,
)
from lmul.synth.parts import Split
from lmul.synth.point import Measured, Point

__all__ = [
    "ARRAY_KINDS",
    "MATRICES",
    "WINDOW_KINDS",
    "MacSurvey",
    "mac_designs",
    "mac_points",
    "mac_survey",
]

ARRAY_KINDS: tuple[Kind, ...] = ("lmul", "lmul_rne", "exact")
WINDOW_KINDS: tuple[Kind, ...] = ("lmul", "lmul_rne", "exact")
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


def mac_designs(formats: Iterable[str], full: bool = False) -> tuple[list[str], list[str]]:
    """Names of the designs to be split by part, and of those only to be counted.

    With ``full`` other policies too, and accumulators of other kinds and widths.
    """
    formats = [fmt for fmt in formats if fmt in COUNTED_FORMATS]
    if not formats:
        return [], []
    apart = [pe_name(kind, fmt, "ftz") for fmt in formats for kind in pe_kinds(fmt)]
    apart.append(INT8_PE)
    if "e4m3" in formats:
        apart += [*(array_name(kind, "e4m3") for kind in ARRAY_KINDS), int8_array_name()]
    whole = []
    if full:
        whole += [
            pe_name(kind, fmt, policy)
            for fmt in formats
            for policy in pe_policies(fmt)
            for kind in pe_kinds(fmt)
        ]
        whole += [name for fmt in formats for name in _same_width(fmt)]
        whole += [
            pe_name(kind, fmt, "ftz", accumulator)
            for fmt in formats
            for accumulator in ACCUMULATORS.get(fmt, ())
            for kind in WINDOW_KINDS
        ]
    whole.append(INT8_PRODUCT)
    return apart, [name for name in dict.fromkeys(whole) if name not in apart]


def _same_width(fmt: str) -> Iterator[str]:
    if fmt not in ACCUMULATORS:  # sums of a floating-point format are all as wide
        return
    for policy in pe_policies(fmt):
        for kind in WINDOW_KINDS:
            yield same_width_name(kind, fmt, policy, WINDOW_KINDS)


def mac_points(formats: Iterable[str], full: bool = False) -> list[Point]:
    """What is to be counted, for :func:`lmul.synth.point_runs.run_points`."""
    apart, whole = mac_designs(formats, full)
    return [*split_points(apart), *gate_points(whole)]


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
    from lmul.synth.int8_check import check_narrow_int8

    circuit, bits = int8_own_width()
    check_narrow_int8(circuit, bits)
    return bits, count(circuit)


def _measured(formats: Iterable[str], full: bool) -> Iterator[tuple[str, str, Kind, str | None]]:
    """PEs whose sums are measured: name, format, kind, accumulator."""
    for fmt in (fmt for fmt in formats if has_pes(fmt)):
        for kind in pe_kinds(fmt):
            yield pe_name(kind, fmt, "ftz"), fmt, kind, None
        if not full:
            continue
        for accumulator in ACCUMULATORS.get(fmt, ())[1:]:
            for kind in WINDOW_KINDS:
                yield pe_name(kind, fmt, "ftz", accumulator), fmt, kind, accumulator
