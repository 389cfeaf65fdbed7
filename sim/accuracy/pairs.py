"""Error of a kind of product over mantissa pairs, against the exact product of the same operands.

Errors are relative and signed: ``product / exact - 1``. Exponents only scale a product, so
operands sit at the middle of the exponent range, where every result is normal and in range. What
leaves the range elsewhere (overflow, underflow, zeros, NaN and Inf) is counted by
:mod:`lmul.sim.accuracy.ranges` and never mixed into the errors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.accuracy.ranges import range_masks
from lmul.sim.golden.codec import as_format, code_dtype, decode
from lmul.sim.golden.multiply import multiply, product

__all__ = [
    "ALL_PAIRS_MANTISSA_BITS",
    "SEEDED_PAIRS",
    "ErrorStats",
    "Histogram",
    "PairAccuracy",
    "accuracy",
    "histogram",
]


ALL_PAIRS_MANTISSA_BITS = 10
SEEDED_PAIRS = 10_000_000
"""Pairs drawn where all are too many (ARITHMETIC section 8)."""

_CHUNK = 1 << 20

Progress = Callable[[int, int, str], None]


@dataclass
class ErrorStats:
    """Signed relative errors, summed up as they come.

    Attributes
    ----------
    counted : int
        How many errors went in.
    worst_low, worst_high : float
        The smallest and the largest signed error.
    """

    counted: int = 0
    worst_low: float = 0.0
    worst_high: float = 0.0
    _sum: float = field(default=0.0, repr=False)
    _sum_of_magnitudes: float = field(default=0.0, repr=False)

    def add(self, errors: NDArray[np.float64]) -> None:
        """Take in an array of signed relative errors."""
        if errors.size == 0:
            return
        low, high = float(errors.min()), float(errors.max())
        self.worst_low = min(self.worst_low, low) if self.counted else low
        self.worst_high = max(self.worst_high, high) if self.counted else high
        self.counted += errors.size
        self._sum += float(errors.sum())
        self._sum_of_magnitudes += float(np.abs(errors).sum())

    @property
    def mred(self) -> float:
        """Mean relative error distance: the mean of |error|; NaN of nothing."""
        return self._sum_of_magnitudes / self.counted if self.counted else float("nan")

    @property
    def bias(self) -> float:
        """The mean of the signed errors; NaN of nothing."""
        return self._sum / self.counted if self.counted else float("nan")

    @property
    def worst(self) -> float:
        """The error of largest magnitude, with its sign."""
        return max(self.worst_low, self.worst_high, key=abs)

    def as_dict(self) -> dict[str, float | int]:
        """For JSON."""
        return {
            "mred": self.mred,
            "bias": self.bias,
            "worst_low": self.worst_low,
            "worst_high": self.worst_high,
            "counted": self.counted,
        }


@dataclass(frozen=True)
class PairAccuracy:
    """Errors of one kind in one format over mantissa pairs.

    Attributes
    ----------
    unrounded, packed : ErrorStats
        Of the product as the unit gives it, and of the format's code it is rounded to.
    outside : int
        Pairs left out because a product is not normal and in range; 0 but for formats with
        hardly any exponent.
    exhaustive : bool
        Whether these are all pairs, or ``pairs`` seeded ones.
    """

    kind: Kind
    format: FloatFormat
    offset: int
    unrounded: ErrorStats
    packed: ErrorStats
    pairs: int
    outside: int
    exhaustive: bool
    seed: int | None


@dataclass(frozen=True)
class Histogram:
    """Shares of signed relative errors: ``shares[i]`` lies in ``edges[i]`` to ``edges[i + 1]``."""

    edges: NDArray[np.float64]
    shares: NDArray[np.float64]


def accuracy(
    kind: Kind,
    fmt: FloatFormat | str,
    offset: int | None = None,
    *,
    pairs: int = SEEDED_PAIRS,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> PairAccuracy:
    """Measure ``kind`` over all mantissa pairs of ``fmt``, or ``pairs`` seeded ones.

    All pairs up to ten mantissa bits (``pairs`` and ``seed`` are not used then), seeded ones
    beyond; each kind meets the same pairs.

    Raises
    ------
    TypeError, ValueError
        For an unknown kind or format, and for an offset out of range.
    """
    fmt = as_format(fmt)
    kind = check_kind(kind, fmt)
    resolved = resolve_offset(kind, fmt, offset)
    unrounded, packed = ErrorStats(), ErrorStats()
    done = outside = 0
    total = _pair_count(fmt, pairs)
    for x, y in _mantissa_pairs(fmt, pairs, seed):
        exact, value, rounded, usable = _products(x, y, fmt, kind, offset)
        unrounded.add((value / exact - 1)[usable])
        packed.add((rounded / exact - 1)[usable])
        outside += int(usable.size - np.count_nonzero(usable))
        done += x.size
        if on_progress:
            on_progress(done, total, f"errors of {kind} {fmt.name}")
    exhaustive = fmt.mantissa_bits <= ALL_PAIRS_MANTISSA_BITS
    return PairAccuracy(
        kind,
        fmt,
        resolved,
        unrounded,
        packed,
        done,
        outside,
        exhaustive,
        None if exhaustive else seed,
    )


def histogram(
    kind: Kind,
    fmt: FloatFormat | str,
    edges: NDArray[np.float64],
    offset: int | None = None,
    *,
    pairs: int = 1_000_000,
    seed: int = 0,
) -> Histogram:
    """How the packed product's relative errors spread, over the pairs of :func:`accuracy`.

    ``edges`` rises; errors beyond its ends fall into no bin, so shares may sum to less than 1.
    """
    fmt = as_format(fmt)
    counts = np.zeros(len(edges) - 1, np.int64)
    total = 0
    for x, y in _mantissa_pairs(fmt, pairs, seed):
        exact, _, rounded, usable = _products(x, y, fmt, check_kind(kind, fmt), offset)
        errors = (rounded / exact - 1)[usable]
        counts += np.histogram(errors, edges)[0]
        total += errors.size
    return Histogram(np.asarray(edges, np.float64), counts / max(total, 1))


def _products(
    x: NDArray[np.unsignedinteger],
    y: NDArray[np.unsignedinteger],
    fmt: FloatFormat,
    kind: Kind,
    offset: int | None,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """Exact, unrounded, packed; and where the packed one is a normal number."""
    # Two significands of at most 24 bits: their product is exact in float64.
    exact = decode(x, fmt, np.float64) * decode(y, fmt, np.float64)
    value = product(x, y, fmt, kind, "normalize", offset)
    usable = ~np.logical_or(*range_masks(value, fmt)) & ~np.logical_or(*range_masks(exact, fmt))
    # In range every policy packs alike; ftz is the one that golden computes fastest.
    rounded = decode(multiply(x, y, fmt, kind, "ftz", offset), fmt, np.float64)
    return exact, value, rounded, usable


def _pair_count(fmt: FloatFormat, pairs: int) -> int:
    if fmt.mantissa_bits <= ALL_PAIRS_MANTISSA_BITS:
        return 1 << (2 * fmt.mantissa_bits)
    if pairs < 1:
        raise ValueError(f"Pairs must be a positive integer, not {pairs!r}")
    return pairs


def _mantissa_pairs(
    fmt: FloatFormat, pairs: int, seed: int
) -> Iterator[tuple[NDArray[np.unsignedinteger], NDArray[np.unsignedinteger]]]:
    """Codes of positive normal operands in chunks: every mantissa pair, or seeded ones."""
    m, dtype = fmt.mantissa_bits, code_dtype(fmt)
    # The sum of fields that puts a product of 1.0 × 1.0 at the middle exponent.
    fields = min(max(fmt.exponent_mask // 2 + fmt.bias, 2), 2 * fmt.exponent_mask)
    x_base, y_base = (fields // 2) << m, (fields - fields // 2) << m
    total = _pair_count(fmt, pairs)
    rng = np.random.default_rng(seed) if m > ALL_PAIRS_MANTISSA_BITS else None
    for start in range(0, total, _CHUNK):
        count = min(_CHUNK, total - start)
        if rng is None:
            index = np.arange(start, start + count)
            mx, my = index >> m, index & fmt.mantissa_mask
        else:
            mx, my = rng.integers(0, 1 << m, (2, count))
        yield (x_base + mx).astype(dtype), (y_base + my).astype(dtype)
