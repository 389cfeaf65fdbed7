"""The datapath of a PE: the layouts of operand, product and sum, and the units between them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amaranth.hdl import Shape
from amaranth.lib import data

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.group.lanes import LanesLayout, lane_resets
from lmul.hdl.group.product import AlignedGroup, ExactGroup, WindowGroup
from lmul.hdl.mac.edge import Edge, EdgeLayout
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.mac.rounder import RoundFixed, RoundFloat
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.hdl.numbers.product_range import ProductRange, product_range
from lmul.hdl.numbers.sum_parts import SumParts
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.registry import product_unit
from lmul.hdl.sums.accumulate import AccumulationUnit, accumulation_unit, sum_shape
from lmul.hdl.sums.saved_carries import AccumulateGroupSaved, AccumulateSaved, Segments, kept_layout

__all__ = ["Datapath", "FloatDatapath", "datapath_of"]


@dataclass(frozen=True)
class FloatDatapath:
    """Multiply and accumulate codes of a floating-point format.

    Parameters
    ----------
    fmt : FloatFormat
        Of both operands.
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    policy : Policy
        Its ``subnormals`` and ``specials`` knobs are for operands, its ``overflow`` knob is for
        roundings of sums.
    accumulator : Accumulator or None
        None is ``exact`` up to 8 bits and ``fp32`` beyond.
    k_max : int
        The longest dot product that an exact accumulator has room for.
    stages : int
        Registers between operands and accumulation: 1 behind the product, 2 also in it.
    offset : int or None
        The added constant in units of ``2**-m``, where the kind has one; None is the paper's.
    terms : int
        Pairs that a PE takes at once.
    window : int
        Of several pairs and a float accumulator: bits of a product that are kept.
    carries : int
        Of an exact sum: a carry is kept every so many places; 0: none is.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    fmt: FloatFormat
    kind: Kind = "lmul"
    policy: Policy = POLICIES["ocp"]
    accumulator: Accumulator | None = None
    k_max: int = DEFAULT_K_MAX
    stages: int = 0
    offset: int | None = None
    terms: int = 1
    window: int = 0
    carries: int = 0

    def __post_init__(self) -> None:
        # MacDesign checks all of them, in one place.
        MacDesign(
            "pe",
            self.kind,
            self.fmt,
            self.policy,
            self.accumulator,
            self.k_max,
            self.stages,
            terms=self.terms,
            window=self.window,
            carries=self.carries,
        )
        resolve_offset(self.kind, self.fmt, self.offset)

    @property
    def code_width(self) -> int:
        """Bits of an operand's code."""
        return self.fmt.width

    @cached_property
    def folded(self) -> int:
        """What the edge adds to one operand of each product."""
        folded = KINDS[self.kind].folded
        return resolve_offset(self.kind, self.fmt, self.offset) if folded else 0

    @cached_property
    def edge_layout(self) -> EdgeLayout:
        """The members of an operand behind its edge."""
        return EdgeLayout(self.fmt, self.policy, self.folded)

    @cached_property
    def operand_layout(self) -> EdgeLayout | LanesLayout:
        """The members of a PE's operand: those of one code, or of several side by side."""
        return LanesLayout.of(self.edge_layout, self.terms)

    @property
    def operand_reset(self) -> dict[str, Any]:
        """What makes an operand a zero, nothing of it unknown."""
        zero = {name: int(name == "zero") for name, _ in self.edge_layout}
        return lane_resets(zero, self.terms)

    @cached_property
    def range(self) -> ProductRange:
        """The lowest bit and the largest of the products."""
        return product_range(self.fmt, self.kind, self.policy, self.offset)

    @property
    def resolved_accumulator(self) -> Accumulator:
        """The accumulator, the default put in."""
        return self.accumulator or default_accumulator(self.fmt)

    @cached_property
    def sum_shape(self) -> Shape:
        """The width and sign of the accumulator's register."""
        return sum_shape(self.resolved_accumulator, self.range, self.k_max)

    @property
    def segments(self) -> Segments | None:
        """How a sum is parted that keeps carries; None: it keeps none."""
        if not self.carries:
            return None
        low = self.range.magnitude_bits + (self.terms - 1).bit_length()
        return Segments(self.sum_shape.width, low, self.carries)

    @cached_property
    def sum_parts(self) -> SumParts:
        """Which of the register's bits are written in each cycle."""
        return SumParts.of(self.resolved_accumulator, self.range, self.sum_shape.width)

    @cached_property
    def result_layout(self) -> data.StructLayout:
        """What leaves a PE: ``sum``, ``overflow`` of a window, ``pos`` and ``neg``.

        The last two are there where operands can be infinite. They say that the sum is Inf, -Inf,
        or with both NaN, whatever ``sum``.
        """
        flags = {"overflow": 1} if self.resolved_accumulator.window else {}
        if self.has_inf:
            flags |= {"pos": 1, "neg": 1}
        return data.StructLayout({"sum": self.sum_shape, **flags})

    @cached_property
    def kept_layout(self) -> data.StructLayout:
        """The same with what is kept of a sum, where that is more than the sum."""
        return kept_layout(self.result_layout, self.segments)

    @property
    def product_reset(self) -> dict[str, int]:
        """What makes a product, or a group's sum, a zero, nothing of it unknown."""
        return {"neg": 0, "zero": 1, "exp": 0, "sig": 0, "sum": 0, "beyond": 0}

    @property
    def limits_k(self) -> bool:
        """Whether a dot product of more than ``k_max`` products may not fit."""
        return self.resolved_accumulator.is_exact

    @property
    def has_nan(self) -> bool:
        """Whether an operand can be NaN, which makes its whole row or column NaN."""
        return self.fmt.has_nan and self.policy.specials == "propagate"

    @property
    def has_inf(self) -> bool:
        """Whether an operand can be infinite."""
        return self.edge_layout.has_inf

    def edge(self, second: bool) -> Edge:
        """The edge of the first or second operand; the second has the offset folded in."""
        return Edge(self.fmt, self.policy, self.edge_layout, self.folded if second else 0)

    def multiplier(self) -> ProductUnit:
        """One product: with its offset folded away, L-Mul is Mitchell's adder."""
        folded = KINDS[self.kind].folded
        kind, offset = (folded, None) if folded else (self.kind, self.offset)
        return product_unit(kind, self.fmt, offset, self.edge_layout, self.stages > 1)

    def product_unit(self) -> ProductUnit | AlignedGroup | ExactGroup | WindowGroup:
        """What a PE has before its accumulator: a multiplier, or several and their sum."""
        if self.terms == 1:
            return self.multiplier()
        units = [self.multiplier() for _ in range(self.terms)]
        if self.window:
            return AlignedGroup(units, self.window)
        if window := self.resolved_accumulator.window:
            return WindowGroup(units, *window)
        return ExactGroup(units, self.range.lsb, self.range.magnitude_bits)

    def accumulation_unit(
        self, unit: ProductUnit | AlignedGroup | ExactGroup | WindowGroup, resolves: bool = True
    ) -> AccumulationUnit | AccumulateGroupSaved | AccumulateSaved:
        """The adder behind a product unit, from sum to next sum; see :class:`AccumulateSaved`."""
        if self.segments:
            if isinstance(unit, ExactGroup):
                return AccumulateGroupSaved(unit, self.segments, resolves)
            assert not isinstance(unit, AlignedGroup | WindowGroup)
            return AccumulateSaved(unit.product_layout, self.range, self.segments, resolves)
        return accumulation_unit(
            self.resolved_accumulator, unit, self.range, self.policy, self.k_max
        )

    def rounder(self, out: FloatFormat, stages: int = 0) -> RoundFixed | RoundFloat:
        """The rounder at a column's end, to a result's format, with so many registers in it."""
        layout, overflow = self.result_layout, self.policy.overflow
        accumulator = self.resolved_accumulator
        if accumulator.format is not None:
            return RoundFloat(layout, accumulator.format, out, overflow, stages)
        lsb = accumulator.window[1] if accumulator.window else self.range.lsb
        return RoundFixed(layout, lsb, out, overflow, stages, from_the_front=bool(self.segments))


Datapath = FloatDatapath | IntDatapath
"""What a PE and an array are built from: layouts, resets, and makers of their parts."""


def as_datapath(given: "Datapath | MacDesign | str") -> Datapath:
    """A datapath itself; that of a PE's or an array's design, or name; L-Mul's of a format's name.

    Raises
    ------
    TypeError, ValueError
        For anything else.
    """
    if isinstance(given, FloatDatapath | IntDatapath):
        return given
    if isinstance(given, str) and given in FORMATS:
        return FloatDatapath(FORMATS[given], "lmul")
    return datapath_of(MacDesign.parse(given))


def datapath_of(design: MacDesign) -> Datapath:
    """The datapath of a PE's or an array's design."""
    if design.kind == "int8" or not isinstance(design.format, FloatFormat):
        return IntDatapath(
            design.k_max,
            design.stages,
            terms=design.terms,
            carries=design.carries,
            accumulator=design.resolved_accumulator,
        )
    return FloatDatapath(
        design.format,
        design.kind,
        design.policy,
        design.accumulator,
        design.k_max,
        design.stages,
        terms=design.terms,
        window=design.window,
        carries=design.carries,
    )
