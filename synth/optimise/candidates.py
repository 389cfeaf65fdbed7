"""Corrections, judged: the best constant, and the best table for top bits and steps."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.numbers.formats import FloatFormat
from lmul.synth.optimise.pairs import Objective, Pairs

__all__ = [
    "MOST_BIAS",
    "Errors",
    "Judged",
    "best",
    "best_constant",
    "best_table",
    "judge",
    "meets",
]


MOST_BIAS = 0.001
"""The largest mean error of tables that are found with their gates."""


_BISECTIONS = 40


@dataclass(frozen=True)
class Judged:
    """A correction and its errors on the pairs it was judged on.

    Attributes
    ----------
    correction : Correction
        A constant is a table of one entry.
    mred, bias, worst : float
        Mean of the relative errors' magnitudes, their mean, and the largest, with its sign.
    dot : float
        The error of a dot product against the root of the sum of its terms' squares, as long as
        the terms' signs are independent.
    """

    correction: Correction
    mred: float
    bias: float
    worst: float
    dot: float


@dataclass(frozen=True, eq=False)
class Errors:
    """Relative errors by cell of a table and by the value that stands there.

    A cell is a set of two values of the top bits, for tables are symmetric, and a carry.

    Attributes
    ----------
    fmt : FloatFormat
    pairs : Pairs
    top_bits, places, summed : int
        Of the corrections, as in :class:`~lmul.hdl.numbers.corrections.Correction`.
    by_carry : bool
        Whether the carry into the top bits chooses, too.
    """

    fmt: FloatFormat
    pairs: Pairs
    top_bits: int
    places: int
    summed: int
    by_carry: bool = False

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """Which cell each pair falls into, a table's cells behind those of another."""
        low_bits = self.fmt.mantissa_bits - self.top_bits
        man = np.arange(1 << self.fmt.mantissa_bits)
        top = man >> low_bits
        low, high = np.minimum.outer(top, top), np.maximum.outer(top, top)
        cells = high * (high + 1) // 2 + low
        if not self.by_carry:
            return cells
        carry = (self._sum >> low_bits) - low - high
        side = 1 << self.top_bits
        return cells + side * (side + 1) // 2 * carry

    @cached_property
    def _sum(self) -> NDArray[np.int64]:
        """The sums of all mantissas, without what is lost."""
        man = np.arange(1 << self.fmt.mantissa_bits)
        lost = man[:, None] & man & ((1 << (self.fmt.mantissa_bits - self.summed)) - 1)
        return man[:, None] + man - lost

    @property
    def values(self) -> range:
        """In steps: no pair wants more than 0.172, and a few steps more make up for lost bits."""
        return range((3 << self.places) // 16 + 2)

    def of(self, value: int) -> NDArray[np.float64]:
        """The errors of all pairs with one value in all cells; infinite where a sum reaches 2.

        A constant may carry twice: L-Mul's does.
        """
        m = self.fmt.mantissa_bits
        one = 1 << m
        man = np.arange(one)
        total = self._sum + (value << (m - self.places))
        product = np.ldexp(1 + (total & (one - 1)) / one, total >> m)
        errors = product / np.multiply.outer(1 + man / one, 1 + man / one) - 1
        return np.where((total >= 2 * one) & (self.top_bits > 0), np.inf, errors)

    @cached_property
    def sums(self) -> dict[str, NDArray[np.float64]]:
        """By measure, an array of shape (cells, values); means are shares of all pairs' weight."""
        shape = int(self.cells.max()) + 1, len(self.values)
        found = {name: np.zeros(shape) for name in ("mred", "bias", "worst", "low", "dot")}
        counts = self.pairs.counts / self.pairs.counts.sum()
        squares = self.pairs.squares / self.pairs.squares.sum()
        where = self.cells.ravel()
        order = np.argsort(where, kind="stable")
        starts = np.searchsorted(where[order], np.arange(shape[0]))
        for column, value in enumerate(self.values):
            errors = self.of(value)
            met = np.where(self.pairs.counts > 0, errors, 0)
            for name, terms in (
                ("mred", counts * np.abs(met)),
                ("bias", counts * met),
                ("dot", squares * met**2),
            ):
                found[name][:, column] = np.bincount(where, terms.ravel(), shape[0])
            ordered = met.ravel()[order]
            found["worst"][:, column] = np.maximum.reduceat(ordered, starts)
            found["low"][:, column] = np.minimum.reduceat(ordered, starts)
        return found


def best_constant(fmt: FloatFormat, pairs: Pairs, objective: Objective) -> Judged:
    """The best constant in place of L-Mul's, among all that the format has."""
    return best(_Constants(fmt, pairs, 0, fmt.mantissa_bits, fmt.mantissa_bits), objective)


class _Constants(Errors):
    @property
    def values(self) -> range:
        return range(1 << (self.places - 2) if self.places > 2 else 1 << self.places)


def best_table(
    fmt: FloatFormat,
    pairs: Pairs,
    objective: Objective,
    top_bits: int,
    places: int,
    summed: int | None = None,
    by_carry: bool = False,
) -> Judged:
    """The best table of corrections.

    Parameters
    ----------
    fmt : FloatFormat
    pairs : Pairs
    objective : str
        The mean's bias is made small first, and among tables without one the mean magnitude.
    top_bits, places, summed, by_carry
        As in :class:`~lmul.hdl.numbers.corrections.Correction`; without ``summed``, all places.
    """
    if summed is None:
        summed = fmt.mantissa_bits
    return best(Errors(fmt, pairs, top_bits, places, summed, by_carry), objective)


def best(errors: Errors, objective: Objective) -> Judged:
    """The best table of a shape."""
    return _judged(errors, _choice(errors, objective))


def meets(errors: Errors, correction: Correction, target: float) -> bool:
    """Whether a mean error is within a target and the bias within :data:`MOST_BIAS`."""
    found = judge(errors.fmt, errors.pairs, correction)
    return found.mred <= target and abs(found.bias) <= MOST_BIAS


def judge(fmt: FloatFormat, pairs: Pairs, correction: Correction) -> Judged:
    """The errors of a given table."""
    c = correction
    errors = Errors(fmt, pairs, c.top_bits, c.places, c.summed, c.by_carry)
    side = range(1 << c.top_bits)
    chosen = [table[high][low] for table in c.tables for high in side for low in side[: high + 1]]
    return _judged(errors, np.array(chosen))


def _choice(errors: Errors, objective: Objective) -> NDArray[np.int64]:
    sums = errors.sums
    if objective == "worst":
        return _least(np.maximum(sums["worst"], -sums["low"]), sums["mred"])
    if objective != "bias":
        return np.argmin(sums[objective], axis=1)
    # What a cell's bias costs is raised until the table has none: then its mean is the least
    # that a table without bias can have, but for the steps.
    allowed = np.isfinite(sums["mred"])
    biases = np.where(allowed, sums["bias"], 0)
    low, high = -1.0, 1.0
    found: list[tuple[float, float, NDArray[np.int64]]] = []
    for _ in range(_BISECTIONS):
        price = (low + high) / 2
        chosen = np.argmin(np.where(allowed, sums["mred"], np.inf) + price * biases, axis=1)
        bias = float(_taken(sums["bias"], chosen).sum())
        found.append((abs(bias), float(_taken(sums["mred"], chosen).sum()), chosen))
        low, high = (price, high) if bias > 0 else (low, price)
    return min(found, key=lambda one: one[:2])[2]


def _least(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.int64]:
    """By row, the column of the least entry of ``first``; of equal ones, that of ``second``."""
    ties = first <= first.min(axis=1, keepdims=True)
    return np.argmin(np.where(ties, second, np.inf), axis=1)


def _taken(sums: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.take_along_axis(sums, chosen[:, None], axis=1)[:, 0]


def _judged(errors: Errors, chosen: NDArray[np.int64]) -> Judged:
    side = 1 << errors.top_bits
    tables = np.zeros((1 + errors.by_carry, side, side), np.int64)
    cells = iter(chosen.tolist())
    for table in tables:
        for high in range(side):
            for low in range(high + 1):
                table[high, low] = table[low, high] = next(cells)
    made = tuple(tuple(map(tuple, table)) for table in tables.tolist())
    sums = {name: _taken(array, chosen) for name, array in errors.sums.items()}
    worst = max(float(sums["worst"].max()), float(sums["low"].min()), key=abs)
    return Judged(
        Correction(made, errors.places, errors.summed),
        float(sums["mred"].sum()),
        float(sums["bias"].sum()),
        worst,
        float(np.sqrt(sums["dot"].sum())),
    )
