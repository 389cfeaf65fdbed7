"""What of a dot-product unit grows with its terms: products, their alignment, and their sum."""

from collections.abc import Sequence

from amaranth import Cat, Module, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.dot.align import Align
from lmul.hdl.dot.signed_sum import SignedSum
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FloatFormat

__all__ = ["DotCore"]


class DotCore(wiring.Component):
    """The exact sum of N products that are aligned in one window.

    Combinational, or with registers behind the products.

    Parameters
    ----------
    design : DotDesign
        Of floating-point operands.
    cuts : sequence of str
        ``"products"`` for registers there.

    Members
    -------
    x, y : In(ArrayLayout of OperandLayout)
    exp : Out(exponent_bits)
        The largest exponent of the products that are not zero; 0 if there is none.
    sum : Out(signed)
        In units of ``2**(exp - exp_bias + significand_bits - window)``.
    en : In(1)
        Where there are registers: while it is 0, they hold.

    Attributes
    ----------
    path : FloatDatapath
        Makes the product units, and the edges before them.
    layout : ProductLayout
        Of the products.
    window : int
    """

    def __init__(self, design: DotDesign, cuts: Sequence[str] = ()) -> None:
        if not isinstance(design.format, FloatFormat) or design.kind == "int8":
            raise ValueError(f"Design {design.name!r} is the integer twin's: use IntDotUnit")
        self.path = FloatDatapath(design.format, design.kind, design.policy, Accumulator("fp32"))
        self.window = design.window
        self.cuts = cuts
        self._units = [self.path.product_unit() for _ in range(design.terms)]
        self.layout = self._units[0].product_layout
        self._align = Align(self.layout, design.terms, design.window, design.sticky)
        self._sum = SignedSum(design.terms, design.window)
        lanes = In(data.ArrayLayout(self._units[0].operand_layout, design.terms))
        super().__init__(
            {
                "x": lanes,
                "y": lanes,
                "exp": Out(self.layout.exponent_bits),
                "sum": Out(self._sum.sum.shape()),
            }
            | Cuts.ports(cuts)
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        cuts = Cuts.of(self, self.cuts)
        align = m.submodules.align = self._align
        total = m.submodules.sum = self._sum
        for index, unit in enumerate(self._units):
            m.submodules[f"product_{index}"] = unit
            m.d.comb += [
                unit.x.eq(self.x[index]),
                unit.y.eq(self.y[index]),
            ]
            product = {name: Value.cast(unit.p[name]) for name, _ in self.layout}
            late = cuts.at(m, "products", **product)
            m.d.comb += [
                align.p[index][name].eq(value) for name, value in zip(product, late, strict=True)
            ]
        m.d.comb += [
            total.words.eq(align.words),
            total.neg.eq(Cat(align.p[index].neg for index in range(len(self._units)))),
            self.exp.eq(align.exp),
            self.sum.eq(total.sum),
        ]
        return m
