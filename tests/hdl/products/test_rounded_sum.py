from fractions import Fraction

import numpy as np
import pytest
from amaranth import Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from netlist_eval import netlists

from lmul.hdl.products.adder import rounded_sum
from lmul.hdl.verilog.convert import convert

pytestmark = pytest.mark.slow  # netlists through Yosys


class Sum(wiring.Component):
    def __init__(self, bits):
        super().__init__({"x": In(bits), "y": In(bits), "total": Out(bits + 1)})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.total.eq(rounded_sum(m, self.x, self.y))
        return m


def rounded_code(x, y, bits):
    """The code of (1 + x)(1 + y) rounded to nearest even, over that of one."""
    one = 1 << bits
    product = Fraction((one + x) * (one + y), one * one)
    if product < 2:
        return round((product - 1) * one)  # Fraction rounds to even
    return one + round((product / 2 - 1) * one)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_every_pair(bits):
    circuit = netlists(convert(Sum(bits), "sum"), ["sum"])["sum"]
    x, y = (axis.ravel() for axis in np.mgrid[0 : 1 << bits, 0 : 1 << bits])
    wanted = [rounded_code(int(i), int(j), bits) for i, j in zip(x, y, strict=True)]
    assert circuit(x=x, y=y)["total"].tolist() == wanted


def test_width_wrong():
    with pytest.raises(ValueError, match=r"^Mantissas must have 1 to 3 bits, not 4$"):
        rounded_sum(Module(), Const(0, 4), Const(0, 4))
