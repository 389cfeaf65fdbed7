"""One head of attention on a simulated array: Q·Kᵀ, softmax in float, A·V."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.sim.compiled.run import ArrayRun, Comparison, compare, run_array
from lmul.sim.golden.codec import decode, encode
from lmul.sim.reference.matrices import golden
from lmul.torch.arithmetic import Arithmetic

__all__ = ["HeadRun", "Product", "in_golden", "on_array", "softmax"]


Floats = npt.NDArray[np.float64]
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Product:
    """One of the two products: the array's run beside the golden model."""

    run: ArrayRun
    comparison: Comparison


@dataclass(frozen=True)
class HeadRun:
    """A head's output.

    Attributes
    ----------
    output : float64 array, shape (tokens, head dim)
    scores, values : Product
        Q·Kᵀ and A·V.
    """

    output: Floats
    scores: Product
    values: Product

    @property
    def cycles(self) -> int:
        """Of both products."""
        return self.scores.run.cycles + self.values.run.cycles

    @property
    def wrong(self) -> int:
        """Results that differ from the golden model's."""
        compared = self.scores.comparison, self.values.comparison
        return sum(one.results - one.equal for one in compared)

    @property
    def bit_exact(self) -> bool:
        """Whether none does."""
        return not self.wrong

    @property
    def utilisation(self) -> float:
        """Products made, of those that the array's cells had time for."""
        cells = self.scores.run.design.multipliers
        return (self.scores.run.macs + self.values.run.macs) / (cells * self.cycles)


def softmax(scores: Floats) -> Floats:
    """Along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


Multiply = Callable[[MacDesign, npt.NDArray[Any], npt.NDArray[Any]], npt.NDArray[Any]]


def _attend(design: MacDesign, q: Floats, k: Floats, v: Floats, multiply: Multiply) -> Floats:
    scores = _product(design, q, k.T, multiply) / np.sqrt(q.shape[1])
    return _product(design, softmax(scores), v, multiply)


def _product(design: MacDesign, left: Floats, right: Floats, multiply: Multiply) -> Floats:
    """Each row of ``left`` and column of ``right`` scaled to the top of the format, and back."""
    fmt = design.format
    largest = [np.abs(side).max(axis, keepdims=True) for side, axis in ((left, 1), (right, 0))]
    if isinstance(fmt, IntegerFormat):
        steps = [np.where(one > 0, one / fmt.max_code, 1.0) for one in largest]
        sides = [np.rint(x / s).astype(np.int8) for x, s in zip((left, right), steps, strict=True)]
        return multiply(design, *sides) * (steps[0] * steps[1])
    arithmetic = Arithmetic.of(fmt, design.kind, design.policy, design.accumulator)
    top = arithmetic.top_exponent(left.shape[1])
    most, _ = np.frexp(fmt.max)  # what is at the top must not be beyond it
    steps = []
    for fraction, exponent in map(np.frexp, largest):
        steps.append(np.ldexp(1.0, exponent - 1 - top + (fraction > most)))
    codes = [encode(x / s, fmt) for x, s in zip((left, right), steps, strict=True)]
    return decode(multiply(design, *codes), "fp32", np.float64) * (steps[0] * steps[1])


def in_golden(design: MacDesign, q: Floats, k: Floats, v: Floats) -> Floats:
    """The head's output by the golden model, shape (tokens, head dim).

    Parameters
    ----------
    design : MacDesign
        An array.
    q, k, v : arrays, shape (tokens, head dim)
        q and k before the division by sqrt(head dim).
    """
    return _attend(design, q, k, v, lambda of, x, y: golden(of, x, y).codes)


def on_array(
    design: MacDesign, q: Floats, k: Floats, v: Floats, on_progress: OnProgress
) -> HeadRun:
    """The same on the simulated array, each product compared with the golden model.

    Raises
    ------
    ToolNotFound, ToolFailed, ValueError
        As :func:`lmul.sim.compiled.run.run_array`.
    """
    products: list[Product] = []

    def multiply(of: MacDesign, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        run = run_array(of, x, y, on_progress=on_progress)
        products.append(Product(run, compare(run, golden(of, x, y))))
        return run.codes

    output = _attend(design, q, k, v, multiply)
    return HeadRun(output, *products)
