"""The float accumulator in two paths gives, for every product and sum, what the small one does.

The small one is held to the golden model by the benches of PEs and arrays.
"""

import itertools
import re

import pytest
from amaranth import Cat, Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from same_outputs import prove_same_outputs

from lmul.hdl.arithmetic.form import written_as
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath, datapath_of
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.products.operand import ProductLayout
from lmul.hdl.sums.accumulate_float import AccumulateFloat
from lmul.hdl.verilog.convert import convert
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # SAT

TINY = {name: FloatFormat("tiny", 3, 2, 3, name) for name in ("ieee", "fn", "finite")}
# exponent, significand and fraction bits, bias: fewer bits than the sum's, as many, more
SHORT = (4, 2, 1, 6)
ALIKE = (4, 3, 2, 6)
FAR_BELOW = (5, 3, 1, 14)
LONG = (5, 6, 4, 14)
LONGER = (5, 9, 7, 16)


class Normalised(wiring.Component):
    """An accumulator behind a product whose first bit, or one of its first two, is 1."""

    def __init__(self, layout, fmt, overflow):
        self.accumulate = AccumulateFloat(layout, fmt, overflow)
        parts = {name: In(field.shape) for name, field in layout}
        super().__init__({**parts, "acc": In(fmt.width), "total": Out(fmt.width)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.accumulate = unit = self.accumulate
        first = Const(1, 1)
        if unit.layout.integer_bits == 2:
            first = Cat(self.sig[-2] | ~self.sig[-1], self.sig[-1])
        m.d.comb += [
            unit.p.neg.eq(self.neg),
            unit.p.zero.eq(self.zero),
            unit.p.exp.eq(self.exp),
            unit.p.sig.eq(Cat(self.sig[: -len(first)], first)),
            unit.acc.eq(self.acc),
            self.total.eq(unit.total),
        ]
        return m


def prove(fmt, layout, overflow, change=lambda text: text):
    texts = []
    for form in ("gates", "fastest"):
        with written_as(form):
            texts.append(convert(Normalised(layout, fmt, overflow), "top"))
    small, fast = texts
    assert small != fast
    prove_same_outputs(small, change(fast), "top")


@pytest.mark.parametrize(
    ("name", "sizes", "overflow"),
    [("ieee", SHORT, "saturate"), ("fn", LONG, "nonsaturating")],
)
def test_tiny(name, sizes, overflow):
    prove(TINY[name], ProductLayout(*sizes, marks_zero=True), overflow)


@pytest.mark.evidence
@pytest.mark.parametrize("name", TINY)
def test_more_tiny(name):
    overflows = itertools.cycle(["nonsaturating", "wrap", "saturate"])
    for sizes in (SHORT, ALIKE, FAR_BELOW, LONG, LONGER):
        prove(TINY[name], ProductLayout(*sizes, marks_zero=True), next(overflows))


@pytest.mark.evidence
@pytest.mark.parametrize("name", ["pe-lmul-bf16-ftz", "pe-lmul-e4m3-ftz-e4m3"])
def test_processing_elements_sums(name):
    path = datapath_of(MacDesign.parse(name))
    assert isinstance(path, FloatDatapath)
    fmt = path.resolved_accumulator.format
    assert fmt is not None
    prove(fmt, path.product_unit().product_layout, path.policy.overflow)


def test_a_wrong_rounding_is_found():
    def wrong(text):
        text, changed = re.subn(r"assign round_up = .*;", "assign round_up = 1'h0;", text)
        assert changed == 1
        return text

    with pytest.raises(ToolFailed):
        prove(TINY["ieee"], ProductLayout(*SHORT, marks_zero=True), "saturate", wrong)
