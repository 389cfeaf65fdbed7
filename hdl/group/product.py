"""The multiplier of a PE that takes N pairs a cycle, drop-in for a product unit."""

from collections.abc import Sequence

from amaranth import Cat, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.group.core import GroupCore
from lmul.hdl.group.fixed_align import FixedAlign
from lmul.hdl.group.lanes import LanesLayout, lanes, members
from lmul.hdl.group.signed_sum import SignedSum
from lmul.hdl.group.window_align import WindowAlign
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.int8 import Int8Product, Int8Rows

__all__ = ["AlignedGroup", "ExactGroup", "Group", "ProductGroup", "WindowGroup"]


class AlignedGroup(wiring.Component):
    """The sum of N products in one window, from the largest exponent among them down.

    Combinational.

    Parameters
    ----------
    units : sequence of ProductUnit
        N of one kind.
    window : int
        W: bits of a product that are kept; those below are cut.

    Members
    -------
    x, y : In(LanesLayout of the units' operand layout)
    p : Out(product_layout)
        ``exp`` and ``sum`` of a :class:`~lmul.hdl.group.core.GroupCore`.

    Attributes
    ----------
    core : GroupCore
    product_layout : StructLayout
    """

    def __init__(self, units: Sequence[ProductUnit], window: int) -> None:
        self.core = GroupCore(units, window)
        ports = self.core.signature.members
        self.product_layout = data.StructLayout(
            {name: ports[name].shape for name in ("exp", "sum")}
        )
        super().__init__(_ports(units, self.product_layout))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.core = core = self.core
        m.d.comb += [
            Value.cast(core.x).eq(self.x),
            Value.cast(core.y).eq(self.y),
            self.p.exp.eq(core.exp),
            self.p.sum.eq(core.sum),
        ]
        return m


class ExactGroup(wiring.Component):
    """The sum of N products, each in its place among the bits of an exact sum.

    Combinational.

    Parameters
    ----------
    units : sequence of ProductUnit
        N of one kind.
    lsb : int
        The last bit is worth ``2**lsb``; no product has a bit below it.
    width : int
        Bits of the largest product.

    Members
    -------
    x, y : In(LanesLayout of the units' operand layout)
    p : Out(product_layout)
        ``sum``, signed, in units of ``2**lsb``.

    Attributes
    ----------
    product_layout : StructLayout
    """

    def __init__(self, units: Sequence[ProductUnit], lsb: int, width: int) -> None:
        self._units = units
        self._aligns = [FixedAlign(unit.product_layout, lsb, width) for unit in units]
        self._sum = SignedSum(len(units), width)
        self.product_layout = data.StructLayout({"sum": signed(self._sum.width)})
        super().__init__(_ports(units, self.product_layout))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.total = total = self._sum
        _connect(m, self._units, self.x, self.y)
        for index, (unit, align) in enumerate(zip(self._units, self._aligns, strict=True)):
            m.submodules[f"align_{index}"] = align
            m.d.comb += [
                *(align.p[name].eq(value) for name, value in members(unit.p).items()),
                total.words[index].eq(align.magnitude),
            ]
        m.d.comb += [
            total.neg.eq(Cat(unit.p.neg for unit in self._units)),
            self.p.sum.eq(total.sum),
        ]
        return m


class WindowGroup(wiring.Component):
    """The sum of N products, each in its place in a window of bits.

    A product's bits below the window are cut toward minus infinity; one that is beyond twice the
    window counts as twice the window.

    Combinational.

    Parameters
    ----------
    units : sequence of ProductUnit
        N of one kind.
    width, lsb : int
        The window: ``width`` bits of two's complement from ``2**lsb`` up.

    Members
    -------
    x, y : In(LanesLayout of the units' operand layout)
    p : Out(product_layout)
        ``sum``, signed, in units of ``2**lsb``; ``beyond``: of any product.

    Attributes
    ----------
    width : int
    product_layout : StructLayout
    """

    def __init__(self, units: Sequence[ProductUnit], width: int, lsb: int) -> None:
        self.width = width
        self._units = units
        self._aligns = [WindowAlign(unit.product_layout, width, lsb) for unit in units]
        self._sum = SignedSum(len(units), width + 1, floors=True)
        self.product_layout = data.StructLayout({"sum": signed(self._sum.width), "beyond": 1})
        super().__init__(_ports(units, self.product_layout))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        m.submodules.total = total = self._sum
        _connect(m, self._units, self.x, self.y)
        for index, (unit, align) in enumerate(zip(self._units, self._aligns, strict=True)):
            m.submodules[f"align_{index}"] = align
            m.d.comb += [
                *(align.p[name].eq(value) for name, value in members(unit.p).items()),
                total.words[index].eq(align.magnitude),
            ]
        m.d.comb += [
            total.neg.eq(Cat(unit.p.neg for unit in self._units)),
            total.cut.eq(Cat(align.cut for align in self._aligns)),
            self.p.sum.eq(total.sum),
            self.p.beyond.eq(Cat(align.beyond for align in self._aligns).any()),
        ]
        return m


class ProductGroup(wiring.Component):
    """N products side by side, to be added up behind: of integers.

    Combinational.

    Parameters
    ----------
    units : sequence of Int8Product or Int8Rows
        N of one sort.

    Members
    -------
    x, y : In(LanesLayout of the units' operand layout)
    p : Out(product_layout)

    Attributes
    ----------
    product_layout : LanesLayout
        Of the units' product layout.
    """

    def __init__(self, units: "Sequence[Int8Product | Int8Rows]") -> None:
        self._units = units
        self.product_layout = LanesLayout(units[0].product_layout, len(units))
        super().__init__(_ports(units, self.product_layout))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        _connect(m, self._units, self.x, self.y)
        for unit, product in zip(self._units, lanes(self.p), strict=True):
            m.d.comb += product.eq(unit.p)
        return m

    def columns(self, p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``N * 2**15``, is the products'."""
        each = [unit.columns(lane) for unit, lane in zip(self._units, lanes(p), strict=True)]
        return [
            [bit for column in columns for bit in column] for columns in zip(*each, strict=True)
        ]


Group = AlignedGroup | ExactGroup | WindowGroup | ProductGroup


def _ports(
    units: "Sequence[ProductUnit | Int8Product | Int8Rows]", product: data.StructLayout
) -> dict[str, wiring.Member]:
    side = In(LanesLayout(units[0].operand_layout, len(units)))
    return {"x": side, "y": side, "p": Out(product)}


def _connect(
    m: Module, units: "Sequence[ProductUnit | Int8Product | Int8Rows]", x: data.View, y: data.View
) -> None:
    """The units as submodules, each with its lane of both sides."""
    for index, (unit, one, other) in enumerate(zip(units, lanes(x), lanes(y), strict=True)):
        m.submodules[f"product_{index}"] = unit
        m.d.comb += [unit.x.eq(one), unit.y.eq(other)]
