"""The dot-product unit: N pairs of codes and an accumulator in, the next accumulator out."""

from collections.abc import Sequence
from typing import Any

from amaranth import Cat, Const, Module, Mux, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.arithmetic.delay import Cuts, delay
from lmul.hdl.arithmetic.fields import float_word
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.group.core import GroupCore
from lmul.hdl.group.int_sum import IntSum
from lmul.hdl.group.lanes import lanes, members
from lmul.hdl.group.marks import special_product
from lmul.hdl.group.word import GroupWord
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS, INT8, FloatFormat
from lmul.hdl.numbers.sum_parts import SUM_BITS
from lmul.hdl.sums.accumulate_float import AccumulateFloat

__all__ = ["DotUnit", "IntDotUnit", "dot_core", "dot_datapath", "dot_unit"]


_SUM = FORMATS["fp32"]
_CUTS = (
    *("core", "total", "products", "shifted", "word", "largest", "shifting", "aligned"),
    *("absolute", "placed", "magnitude", "rounded", "compressed", "comparing"),
)
"""Where registers stand, as many of the first as a unit has: each new one parts the longest path
that is left."""
_IN_CORE = ("products", "comparing", "largest", "aligned", "compressed")
_TO_WORD = ("core", "magnitude", "word")
_IN_SUM = ("placed", "total", "absolute", "shifting", "shifted", "rounded")
"""The same in their order on the way, by the part that they are in."""
_INT8_CUTS = ("products", "core")


def dot_unit(design: DotDesign) -> "DotUnit | IntDotUnit":
    """The component of a design."""
    return IntDotUnit(design.terms, design.stages) if design.kind == "int8" else DotUnit(design)


def dot_datapath(design: DotDesign) -> FloatDatapath:
    """What makes the edges and product units of a design of floating-point operands.

    Raises
    ------
    ValueError
        When it is the integer twin's.
    """
    if not isinstance(design.format, FloatFormat) or design.kind == "int8":
        raise ValueError(f"Design {design.name!r} is the integer twin's: use IntDotUnit")
    return FloatDatapath(design.format, design.kind, design.policy, Accumulator("fp32"))


def dot_core(design: DotDesign, cuts: Sequence[str] = ()) -> GroupCore:
    """What of a unit grows with its terms: products, their alignment, and their sum."""
    path = dot_datapath(design)
    units = [path.product_unit() for _ in range(design.terms)]
    return GroupCore(units, design.window, design.sticky, cuts)


class DotUnit(wiring.Component):
    """An fp32 accumulator plus the products of N pairs, aligned in one window.

    What is computed to the bit is :func:`lmul.sim.golden.dot.dot`.

    Combinational with ``stages=0``. With registers, ``p`` and ``o_valid`` answer the ``x``, ``y``,
    ``acc`` and ``i_valid`` of ``stages`` enabled clock cycles ago; one group starts in every
    enabled cycle, and while ``en`` is 0 all registers hold. ``o_valid`` is 0 after reset; the data
    registers are not reset. ``p`` may be the ``acc`` of a group that comes in the same cycle: with
    one register so every group of a dot product, with S registers every S-th.

    The registers stand: 1 behind the core, which is products, alignment and their exact sum; 2
    also in the fp32 adder, before it normalises; 3 also behind the products; 4 also before the
    fp32 adder rounds; 5 also behind the group's sum once it is normalised; 6 also behind the
    group's largest exponent; 7 also half way through the fp32 adder's normalising; 8 also behind
    the shifts to the largest exponent; 9 also behind the magnitude of the fp32 adder's sum; 10 also
    behind the fp32 adder's first shift; 11 also behind the magnitude of the group's sum; 12 also
    before the fp32 adder adds its exponent to the rounded mantissa; 13 also before the last
    addition of the group's sum; 14 also half way to the largest exponent. ``acc`` is delayed as its
    group is.

    Parameters
    ----------
    design : DotDesign

    Members
    -------
    x, y : In(N * width)
        Codes, the first one in the lowest bits.
    acc : In(32)
        fp32.
    p : Out(32)
        fp32.
    en, i_valid : In(1)
        With ``stages > 0`` only.
    o_valid : Out(1)
        With ``stages > 0`` only.
    """

    def __init__(self, design: DotDesign) -> None:
        self.design = design
        super().__init__(_ports(design.terms * design.format.width, _SUM.width, design.stages))
        self._places = _CUTS[: design.stages]
        self._path = dot_datapath(design)
        self._core = dot_core(design, self._of(_IN_CORE))

    def _of(self, places: Sequence[str]) -> list[str]:
        """Those at which this unit has registers."""
        return [place for place in places if place in self._places]

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        path, design = self._path, self.design
        core = m.submodules.core = self._core
        word = m.submodules.word = GroupWord(core, self._of(["magnitude"]))
        m.submodules.accumulate = accumulate = AccumulateFloat(
            word.layout,
            _SUM,
            design.policy.overflow,
            self._of(_IN_SUM),
        )
        cuts = Cuts.of(self, self._places)
        for part in (core, word, accumulate):
            if part.cuts:
                m.d.comb += part.en.eq(self.en)
        marks: dict[str, list[Value]] = {"pos": [], "neg": [], "nan": []}
        width = path.code_width
        for index in range(design.terms):
            sides = {}
            for name, operand in (("x", core.x[index]), ("y", core.y[index])):
                edge = m.submodules[f"edge_{name}_{index}"] = path.edge(second=name == "y")
                code = getattr(self, name)[width * index : width * (index + 1)]
                m.d.comb += [edge.code.eq(code), edge.keep.eq(1), operand.eq(edge.operand)]
                sides[name] = members(edge.operand)
                marks["nan"].append(edge.nan)
            if path.has_inf:
                for name, mark in special_product(m, sides["x"], sides["y"]).items():
                    marks[name].append(mark)
        late = {"acc": self.acc} | {name: Cat(*bits).any() for name, bits in marks.items() if bits}
        for place in (*_IN_CORE, *_TO_WORD):
            late = dict(zip(late, cuts.at(m, place, **late), strict=True))
        exp, total = cuts.at(m, "core", exp=core.exp, sum=core.sum)
        normal = members(word.p)
        sums = cuts.at(m, "word", **normal)
        m.d.comb += [
            word.exp.eq(exp),
            word.sum.eq(total),
            *(accumulate.p[name].eq(value) for name, value in zip(normal, sums, strict=True)),
            accumulate.acc.eq(late["acc"]),
        ]
        m.d.comb += self.p.eq(self._with_special(m, accumulate.total, late, cuts))
        _pass_valid(m, self, design.stages)
        return m

    def _with_special(self, m: Module, total: Value, given: dict[str, Value], cuts: Cuts) -> Value:
        """The sum, or Inf or NaN where a product or the accumulator is."""
        acc = float_word(m, given["acc"], _SUM)
        infinite = bit_signal(m, acc.special & ~acc.nan)
        none = Const(0, 1)
        pos = bit_signal(m, given.get("pos", none) | (infinite & ~acc.neg))
        neg = bit_signal(m, given.get("neg", none) | (infinite & acc.neg))
        nan = bit_signal(m, given["nan"] | acc.nan | (pos & neg))
        for place in _IN_SUM:
            pos, neg, nan = cuts.at(m, place, pos=pos, neg=neg, nan=nan)
        assert _SUM.inf_code is not None and _SUM.nan_code is not None
        inf_code = Cat(Const(_SUM.inf_code, _SUM.magnitude_bits), neg)
        special = Mux(nan, Const(_SUM.nan_code, _SUM.width), inf_code)
        return Mux(bit_signal(m, pos | neg | nan), special, total)


class IntDotUnit(wiring.Component):
    """A 32-bit integer plus the exact products of N pairs of signed integers, modulo ``2**32``.

    Its registers are as :class:`DotUnit`'s, but stand elsewhere: 1 behind the products, 2 also
    behind their sum, before ``acc`` is added to it.

    Parameters
    ----------
    terms : int
    stages : int
        0 to 2.

    Members
    -------
    x, y : In(N * 8)
        Two's complement, the first one in the lowest bits.
    acc : In(32)
    p : Out(32)
    en, i_valid : In(1)
        With ``stages > 0`` only.
    o_valid : Out(1)
        With ``stages > 0`` only.
    """

    def __init__(self, terms: int, stages: int = 0) -> None:
        self.terms = terms
        self.stages = stages
        super().__init__(_ports(terms * INT8.width, SUM_BITS, stages))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        total = m.submodules.sum = IntSum(self.terms, _INT8_CUTS[: self.stages])
        if self.stages:
            m.d.comb += total.en.eq(self.en)
        for index, product in enumerate(lanes(total.p)):
            unit = m.submodules[f"product_{index}"] = total.product_unit()
            lane = slice(INT8.width * index, INT8.width * (index + 1))
            m.d.comb += [
                unit.x.value.eq(self.x[lane]),
                unit.y.value.eq(self.y[lane]),
                product.eq(unit.p),
            ]
        m.d.comb += [total.acc.eq(self.acc), self.p.eq(total.total)]
        _pass_valid(m, self, self.stages)
        return m


def _ports(lanes: int, total: int, stages: int) -> dict[str, Any]:
    ports = {"x": In(lanes), "y": In(lanes), "acc": In(total), "p": Out(total)}
    if stages:
        ports |= {"en": In(1), "i_valid": In(1), "o_valid": Out(1)}
    return ports


def _pass_valid(m: Module, unit: Any, stages: int) -> None:
    """``i_valid`` beside the data, reset."""
    if stages:
        m.d.comb += unit.o_valid.eq(delay(m, unit.i_valid, stages, unit.en, "valid", 0))
