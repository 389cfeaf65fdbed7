"""Several floating-point products aligned in one window, and their sum."""

from collections.abc import Sequence

from amaranth import Cat, Module, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.delay import Cuts
from lmul.hdl.group.align import Align
from lmul.hdl.group.signed_sum import SignedSum
from lmul.hdl.products.base import ProductUnit

__all__ = ["GroupCore"]


class GroupCore(wiring.Component):
    """The exact sum of N products that are aligned in one window.

    Combinational, or with registers on the way.

    Parameters
    ----------
    units : sequence of ProductUnit
        N of one kind, whose operands mark zeros.
    window : int
        W: bits of a product that are kept.
    sticky : bool
        The last bit kept is set where any below was lost, else those are cut.
    cuts : sequence of str
        Where registers stand, in their order on the way: ``"products"``, behind these;
        ``"comparing"`` and ``"largest"``, half way to their largest exponent and behind it;
        ``"aligned"``, behind their shifts; ``"compressed"``, before the last addition of their sum.

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
    layout : ProductLayout
        Of the products.
    units, window, cuts
    """

    def __init__(
        self,
        units: Sequence[ProductUnit],
        window: int,
        sticky: bool = False,
        cuts: Sequence[str] = (),
    ) -> None:
        self.units = units
        self.window = window
        self.cuts = cuts
        self.layout = units[0].product_layout
        comparing = [place for place in cuts if place in ("comparing", "largest")]
        compressed = [place for place in cuts if place == "compressed"]
        self._align = Align(self.layout, len(units), window, sticky, comparing)
        self._sum = SignedSum(len(units), window, cuts=compressed)
        lanes = In(data.ArrayLayout(units[0].operand_layout, len(units)))
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
        for part in (align, total):
            if part.cuts:
                m.d.comb += part.en.eq(self.en)
        for index, unit in enumerate(self.units):
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
        negs = Cat(align.p[index].neg for index in range(len(self.units)))
        for place in ("comparing", "largest"):
            (negs,) = cuts.at(m, place, negs=negs)
        exp, words = Value.cast(align.exp), Value.cast(align.words)
        exp, words, negs = cuts.at(m, "aligned", exp=exp, words=words, negs=negs)
        (exp,) = cuts.at(m, "compressed", exp=exp)
        m.d.comb += [
            Value.cast(total.words).eq(words),
            total.neg.eq(negs),
            self.exp.eq(exp),
            self.sum.eq(total.sum),
        ]
        return m
