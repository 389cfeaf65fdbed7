"""Designs of processing elements and of systolic arrays."""

from dataclasses import dataclass, replace
from typing import Self

from lmul.hdl.designs.cycles import Flow, array_cycles, pipeline_latency
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac_name import (
    DEFAULT_POLICY,
    FLOWS,
    LEVELS,
    MacLevel,
    mac_name,
    read_mac_name,
)
from lmul.hdl.designs.parts import (
    MAX_TERMS,
    MAX_WINDOW,
    MIN_WINDOW,
    MacKind,
    check_format,
    check_number,
    check_policy,
)
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import INT8, FloatFormat, Format
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.numbers.product_range import product_range
from lmul.hdl.numbers.sum_parts import SUM_BITS, SumParts

__all__ = [
    "INT8_MAX_K",
    "MAX_FIFO",
    "MAX_K",
    "MAX_PLACES",
    "MAX_SIDE",
    "MIN_FIFO",
    "MacDesign",
]


MAX_SIDE = 64
MAX_K = 1 << 24
INT8_MAX_K = ((1 << SUM_BITS - 1) - 1) >> 14
"""So many squares of -128, the largest product of int8, fit into a sum of 32 bits: 131071."""
_MAX_STAGES = 2
_MAX_ROUNDER = 3
MAX_PLACES = 64
MIN_FIFO, MAX_FIFO = 2, 1 << 16  # a memory of one beat would pass one every other cycle


@dataclass(frozen=True)
class MacDesign(Design, begins=("pe-", "array-", "product-int8")):
    """A processing element, an array of them, or the integer twin's product unit.

    Parameters
    ----------
    level : str
        ``"pe"`` or ``"array"``; ``"product"`` with ``int8`` alone.
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`, or ``"int8"``.
    format : FloatFormat or IntegerFormat
        Of both operands; :data:`~lmul.hdl.numbers.formats.INT8` with kind ``int8`` alone.
    policy : Policy
        Ignored by ``int8``.
    accumulator : Accumulator or None
        None is the format's default: ``exact`` up to 8 bits, else ``fp32``; 32-bit integers for
        ``int8``, which may be a ``dualW``.
    k_max : int
        The longest dot product of an ``exact`` accumulator, up to 2**24; of ``int8``, up to 131071,
        for its sums have 32 bits whatever K.
    stages : int
        Registers between operands and accumulation: 1 behind the product, or behind the sum of
        several; 2 also in the product.
    rows, columns : int
        Of an array, 1 to 64; 1 for a PE.
    flow : str
        Of an array: ``"os"`` or ``"ws"``.
    fifo : int
        Of an array: beats of the FIFO behind the port of each stream of operands, 2 to 65,536; 0:
        there are only the two of the port's register slice.
    rounder : int
        Of an array of floating-point operands: 0 to 3 registers in the rounder at each column's
        end, which without them is one long cycle.
    terms : int
        Pairs that a PE takes a cycle, 1 to 32.
    window : int
        Of several pairs whose sum is a float: bits of a product that are kept, from the place of
        the group's largest exponent down, 4 to 48; else 0.
    carries : int
        Of an exact sum: a carry is kept every so many places, 1 to 64, for the next cycle to add;
        0: none is. Results are the same.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    what = "a PE or array"

    level: MacLevel
    kind: MacKind
    format: Format
    policy: Policy = DEFAULT_POLICY
    accumulator: Accumulator | None = None
    k_max: int = DEFAULT_K_MAX
    stages: int = 0
    rows: int = 1
    columns: int = 1
    flow: Flow = "os"
    fifo: int = 0
    rounder: int = 0
    terms: int = 1
    window: int = 0
    carries: int = 0

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"Level must be {', '.join(LEVELS)}, not {self.level!r}")
        if self.accumulator is not None and not isinstance(self.accumulator, Accumulator):
            raise TypeError(f"Accumulator must be an Accumulator, not {self.accumulator!r}")
        if self.kind == "int8":
            if self.format != INT8 or not self.resolved_accumulator.is_exact:
                raise ValueError(
                    "Kind 'int8' has no floating-point format, and sums that are exact or dualW"
                )
            object.__setattr__(self, "policy", DEFAULT_POLICY)
        else:
            check_kind(self.kind, check_format(self.format))
        if self.accumulator == default_accumulator(self.format):
            object.__setattr__(self, "accumulator", None)
        check_policy(self.policy)
        self._check_group()
        check_number("k_max", self.k_max, 1, self._most_k)
        if self.k_max != self._usual_k and not self.resolved_accumulator.is_exact:
            raise ValueError("k_max is for exact accumulators; the others take any K")
        check_number("Stages", self.stages, 0, self.most_stages)
        check_number("Places between carries", self.carries, 0, MAX_PLACES)
        if self.carries and self.resolved_accumulator.name != "exact":
            raise ValueError(
                f"Carries are kept of exact sums, not of {self.resolved_accumulator}: leave -cN out"
            )
        check_number("Rows", self.rows, 1, MAX_SIDE)
        check_number("Columns", self.columns, 1, MAX_SIDE)
        if self.flow not in FLOWS:
            raise ValueError(f"Flow must be os or ws, not {self.flow!r}")
        if self.is_dual:
            self._check_dual()
        if self.fifo != 0 or isinstance(self.fifo, bool):
            check_number("FIFO", self.fifo, MIN_FIFO, MAX_FIFO)
        check_number("Registers of the rounder", self.rounder, 0, _MAX_ROUNDER)
        if self.rounder and self.kind == "int8":
            raise ValueError("Sums of int8 are not rounded: its arrays have no rounder")
        ours = self.rows, self.columns, self.flow, self.fifo, self.rounder
        if self.level != "array" and ours != (1, 1, "os", 0, 0):
            raise ValueError("Only an array has rows, columns, flow, FIFOs and rounders")
        if self.level == "product":
            if self.kind != "int8":
                raise ValueError(f"Kind {self.kind!r} at level product is a UnitDesign")
            if self.accumulator is not None:
                raise ValueError("A product unit has no sum; a PE has")
            if self.terms > 1:
                raise ValueError("A product unit takes one pair; a PE may take several a cycle")
            if self.stages or self.k_max != DEFAULT_K_MAX:
                raise ValueError("A product unit has neither stages nor k_max; a PE has")

    def _check_dual(self) -> None:
        """Raise where a sum can't be cut into a narrow part and what is written on change only."""
        if self.flow == "ws":
            raise ValueError(
                f"In a ws array another sum passes each PE in each cycle, so that no part of it "
                f"stays: {self.accumulator} is for PEs and os arrays"
            )
        if self.terms > 1:
            raise ValueError(f"Several pairs a cycle are not added to {self.accumulator} sums yet")
        _ = self.sum_parts

    def _check_group(self) -> None:
        """Raise where several pairs a cycle can't be added up so; K_max becomes a multiple."""
        check_number("Pairs a cycle", self.terms, 1, MAX_TERMS)
        sums = self.resolved_accumulator
        if self.terms == 1:
            if self.window != 0 or isinstance(self.window, bool):
                raise ValueError("A window is for several pairs a cycle, as in -n4-w16")
            return
        if sums.format is not None:
            if self.window == 0 and not isinstance(self.window, bool):
                raise ValueError(
                    f"Several pairs a cycle and {sums} sums need a window, as in -n4-w16"
                )
            check_number("A window's bits", self.window, MIN_WINDOW, MAX_WINDOW)
        elif self.window != 0 or isinstance(self.window, bool):
            raise ValueError(
                "Only float sums align a group in a window of its own: leave -wW out with "
                f"{sums} ones"
            )
        if self.k_max == DEFAULT_K_MAX:
            object.__setattr__(self, "k_max", self._usual_k)
        if isinstance(self.k_max, int) and self.k_max % self.terms:
            raise ValueError(
                f"k_max must be a multiple of the {self.terms} pairs a cycle, such as "
                f"{self._whole(self.k_max)}, not {self.k_max!r}"
            )

    def _whole(self, k: int) -> int:
        """So many products in whole groups."""
        return -(-k // self.terms) * self.terms

    @property
    def most_stages(self) -> int:
        """Registers between operands and accumulation, at most: several products have none."""
        return _MAX_STAGES if self.terms == 1 else 1

    @property
    def _usual_k(self) -> int:
        """The K_max that a name leaves out."""
        return self._whole(DEFAULT_K_MAX)

    @property
    def _most_k(self) -> int:
        """The largest K_max, in whole groups."""
        most = INT8_MAX_K if self.kind == "int8" else MAX_K
        return most // self.terms * self.terms

    @property
    def resolved_accumulator(self) -> Accumulator:
        """The accumulator, the default put in; an ``int8`` design's is exact."""
        if self.accumulator is not None:
            return self.accumulator
        return default_accumulator(self.format)

    @property
    def is_dual(self) -> bool:
        """Whether some of its sum's bits are written on change only."""
        return self.resolved_accumulator.narrow is not None

    @property
    def sum_parts(self) -> SumParts:
        """Which bits of an exact sum are written in each cycle, and which on change only."""
        sums = self.resolved_accumulator
        if self.kind == "int8" or not isinstance(self.format, FloatFormat):
            return SumParts.of_integers(sums, SUM_BITS)
        products = product_range(self.format, self.kind, self.policy)
        return SumParts.of(sums, products, products.accumulator_bits(self.k_max))

    @property
    def name(self) -> str:
        """The canonical name; defaults are left out."""
        return mac_name(self, self._usual_k)

    def cycles(self, m: int, k: int, n: int) -> int:
        """See :meth:`Design.cycles`."""
        if self.level != "array":
            return super().cycles(m, k, n)
        return array_cycles(
            *(self.flow, self.rows, self.columns, self.stages, m, k, n),
            *(self.fifo, self.rounder, self.terms),
        )

    @property
    def pe_latency(self) -> int:
        """Enabled cycles from a pair at a PE's port to its sum: with carries kept, one more."""
        return 1 + self.stages + bool(self.carries)

    @property
    def latency(self) -> int:
        """Cycles from an operand to a result in an array's pipeline: P in its closed form."""
        return pipeline_latency(self.flow, self.stages, self.fifo, self.rounder)

    def utilisation(self, m: int, k: int, n: int) -> float:
        """See :meth:`Design.utilisation`."""
        if self.level != "array":
            return super().utilisation(m, k, n)
        return m * k * n / (self.multipliers * self.cycles(m, k, n))

    @property
    def multipliers(self) -> int:
        """How many products an array makes a cycle."""
        return self.rows * self.columns * self.terms

    def check_depth(self, k: int) -> None:
        """Raise ValueError, with a way out, where sums of ``k`` products may not fit."""
        if k <= self.k_max or not self.resolved_accumulator.is_exact:
            return
        if k <= (most := self._most_k):
            way_out = f"use {replace(self, k_max=self._whole(k)).name!r}"
        else:
            way_out = f"cut the product along K, since no such design has room for more than {most}"
        raise ValueError(
            f"K is {k}, and the sums of {self.name!r} have room for K up to {self.k_max}; {way_out}"
        )

    @classmethod
    def _from_name(cls, name: str) -> Self:
        return cls(**read_mac_name(name))
