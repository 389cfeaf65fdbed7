"""Drives a PE cycle by cycle, against a model of its contract."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.sim.benches.streams import known
from lmul.sim.benches.verdict import Mismatch, require_no_mismatch
from lmul.sim.golden.codec import code_dtype
from lmul.sim.reference.pe import (
    RawResult,
    edge_operands,
    expected_results,
    read_result,
    reset_operand,
    zero_operand,
)
from lmul.sim.reference.vectors import SEED

__all__ = ["PEDriver"]

_PERIOD_NS = 4
_SETTLE_NS = 1
_SHOWN = 5

Codes = npt.NDArray[np.unsignedinteger[Any]]
Operand = dict[str, int]


@dataclass(frozen=True)
class _Slot:
    """What stands in a register of the PE: operands, their codes if any, and the mark."""

    a: Operand | None = None  # None: as after reset
    b: Operand | None = None
    codes: tuple[tuple[int, int], ...] = ()  # of each pair; none: zeros, which are in no sum
    last: int = 0


class PEDriver:
    """One PE; after ``pe_latency`` enabled cycles a pair is in the sum that ``total`` shows.

    Parameters
    ----------
    dut : handle
        The PE's module.
    design : MacDesign or str
        The PE, or its name.
    seed : int
        Of what is random.

    Attributes
    ----------
    compared : int
        Sums that :meth:`check` has found to be right.
    """

    def __init__(self, dut: Any, design: MacDesign | str, *, seed: int = SEED) -> None:
        self.design = MacDesign.parse(design)
        self.path = datapath_of(self.design)
        self.rng = np.random.default_rng(seed)
        self.compared = 0
        self._dut = dut
        self._results = [name for name, _ in self.path.result_layout]
        self._slots = [_Slot()] * self.design.pe_latency  # newest first
        self._sum: list[tuple[int, int]] = []
        self._seen: list[tuple[tuple[tuple[int, int], ...], RawResult]] = []

    async def start(self) -> None:
        """Start the clock, and reset."""
        self._set(_Slot(zero_operand(self.path, self.rng), zero_operand(self.path, self.rng)), 1)
        self._dut.rst.value = 1
        # Before the first edge all inputs are known, or unknown bits might stay for ever.
        await Timer(_SETTLE_NS, unit="ns")
        Clock(self._dut.clk, _PERIOD_NS, unit="ns").start()
        await FallingEdge(self._dut.clk)
        await self.reset()

    async def reset(self, en: int = 1) -> None:
        """Reset for a cycle, enabled or not: sum and operands are zero after it."""
        self._dut.rst.value = 1
        self._dut.en.value = en
        await FallingEdge(self._dut.clk)
        self._dut.rst.value = 0
        self._slots = [_Slot()] * len(self._slots)
        self._sum = []

    async def dot_product(self, x: Codes, y: Codes, idle: float = 0.0, hold: float = 0.0) -> None:
        """Give the pairs of one dot product, with zeros and disabled cycles at random between."""
        first = edge_operands(self.path, x, False, self.rng)
        second = edge_operands(self.path, y, True, self.rng)
        pairs = tuple(zip(x.tolist(), y.tolist(), strict=True))
        for place, (a, b) in enumerate(zip(first, second, strict=True)):
            while self.rng.random() < hold:
                # Whatever stands at the inputs, it may not matter.
                await self._cycle(_Slot(first[0], second[0], last=1), en=0)
            while self.rng.random() < idle:
                await self._zero()
            codes = pairs[place * self.path.terms :][: self.path.terms]
            await self._cycle(_Slot(a, b, codes, int(place == len(first) - 1)))

    async def flush(self) -> None:
        """Give zeros until all sums have come out."""
        for _ in range(len(self._slots)):
            await self._zero()

    def check(self) -> None:
        """Hold every sum against golden.

        Raises
        ------
        Mismatch
            With the first that are wrong.
        """
        wrong = []
        dtype = code_dtype(self.design.format)
        for pairs, result in self._seen:
            x, y = np.array(pairs, dtype).T if pairs else np.zeros((2, 1), dtype)
            [[want]] = expected_results(self.design, x[None], y[:, None])
            if not want.agrees(result):
                shown = " ".join(f"{one:#x}*{other:#x}" for one, other in pairs[:_SHOWN])
                wrong.append(f"sum of {len(pairs)}, {shown}: got={result} want={want}")
        require_no_mismatch(len(self._seen), len(wrong), wrong[:_SHOWN])
        self.compared = len(self._seen)

    async def _zero(self) -> None:
        a, b = (zero_operand(self.path, self.rng) for _ in range(2))
        await self._cycle(_Slot(a, b))

    async def _cycle(self, given: _Slot, en: int = 1) -> None:
        """One clock cycle with ``given`` at the inputs."""
        self._set(given, en)
        await Timer(_SETTLE_NS, unit="ns")
        adds = self._slots[-1]
        if known(self._dut.captures) != adds.last:
            raise Mismatch(f"captures is not {adds.last}")
        result = None
        if adds.last:
            fields = {name: known(getattr(self._dut, f"total_{name}")) for name in self._results}
            result = read_result(self.design, fields)
        self._check_passed()
        await FallingEdge(self._dut.clk)
        if not en:
            return
        self._sum += adds.codes
        if result is not None:
            self._seen.append((tuple(self._sum), result))
            self._sum = []
        self._slots = [given, *self._slots[:-1]]

    def _set(self, given: _Slot, en: int) -> None:
        for side, operand in (("a", given.a), ("b", given.b)):
            for name, value in (operand or {}).items():
                getattr(self._dut, f"{side}_{name}").value = value
        self._dut.last.value = given.last
        self._dut.en.value = en

    def _check_passed(self) -> None:
        """The operands of the enabled cycle before are passed on; after reset, zeros."""
        newest = self._slots[0]
        if known(self._dut.last_next) != newest.last:
            raise Mismatch(f"last_next is not {newest.last}")
        for side, operand in (("a", newest.a), ("b", newest.b)):
            for name, value in (operand or reset_operand(self.path)).items():
                found = known(getattr(self._dut, f"{side}_next_{name}"))
                if found != value:
                    raise Mismatch(f"{side}_next_{name} is {found}, not {value}")
