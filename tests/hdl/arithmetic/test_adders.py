import numpy as np
import pytest
from amaranth import Cat, Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from netlist_eval import COUNTED, netlists

from lmul.hdl.arithmetic.adders import add, add_constant, at_least, full_adder, step
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.verilog.convert import convert

BITS = 5


class Adders(wiring.Component):
    """Every function of the module on two words and a carry."""

    def __init__(self, constant):
        self.constant = constant
        super().__init__(
            {
                "a": In(BITS),
                "b": In(BITS),
                "c": In(1),
                "total": Out(BITS + 1),
                "with_carry": Out(BITS + 1),
                "with_one": Out(BITS + 1),
                "moved": Out(BITS),
                "reaches": Out(1),
                "full": Out(2),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.d.comb += [
            self.total.eq(add(m, self.a, self.b)),
            self.with_carry.eq(add(m, self.a, self.b, self.c)),
            self.with_one.eq(add(m, self.a, self.b, Const(1, 1))),
            self.moved.eq(add_constant(m, self.a, self.constant, self.c)),
            self.reaches.eq(at_least(m, self.a, self.constant, self.c)),
            self.full.eq(Cat(*full_adder(m, self.a[0], self.b[0], self.c))),
        ]
        return m


@pytest.mark.parametrize("constant", [-9, 0, 1, 13, 16, 31, 32, 33])
def test_every_input(constant):
    circuit = netlists(convert(Adders(constant), "adders"), ["adders"])["adders"]
    a, b, c = (axis.ravel() for axis in np.mgrid[0:32, 0:32, 0:2])
    out = circuit(a=a, b=b, c=c)
    assert np.array_equal(out["total"], a + b)
    assert np.array_equal(out["with_carry"], a + b + c)
    assert np.array_equal(out["with_one"], a + b + 1)
    assert np.array_equal(out["moved"], (a + constant + c) % 32)
    assert np.array_equal(out["reaches"], a + c >= constant)
    assert np.array_equal(out["full"], a % 2 + b % 2 + c)


class Wide(wiring.Component):
    def __init__(self, bits):
        self.bits = bits
        super().__init__({"a": In(bits), "b": In(bits), "total": Out(bits + 1)})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.total.eq(add(m, self.a, self.b))
        return m


@pytest.mark.parametrize("bits", [7, 32])
def test_gates_are_a_chain_of_full_adders(bits):
    # a half adder of 2 gates and full adders of 5: nothing smaller is known (Red'kin 1981)
    text = convert(Wide(bits), "wide")
    assert netlists(text, ["wide"], COUNTED)["wide"].gates == 5 * bits - 3


def test_widths_wrong():
    with pytest.raises(ValueError, match=r"^Words must have one width, not 2 and 3$"):
        add(Module(), Const(0, 2), Const(0, 3))


class Columns(wiring.Component):
    """A tree over columns of several heights, of which one has a constant, and a step of a word."""

    places = (0, 0, 0, 1, 1, 1, 1, 2, 3, 3, 3)

    def __init__(self):
        super().__init__(
            {
                "bits": In(len(self.places)),
                "first": Out(7),
                "second": Out(7),
                "up": In(1),
                "down": In(1),
                "moved": Out(5),
            }
        )

    def elaborate(self, platform):
        m = Module()
        columns = [
            [bit for bit, at in zip(self.bits, self.places, strict=True) if at == place]
            for place in range(4)
        ]
        columns[2].append(Const(1, 1))
        first, second = compress(m, columns, 7)
        m.d.comb += [self.first.eq(first), self.second.eq(second)]
        m.d.comb += self.moved.eq(step(m, self.bits[:5], self.up, self.down))
        return m


def test_columns_keep_their_sum():
    circuit = netlists(convert(Columns(), "columns"), ["columns"])["columns"]
    bits, up, down = (axis.ravel() for axis in np.mgrid[0 : 1 << 11, 0:2, 0:2])
    out = circuit(bits=bits, up=up, down=down)
    worth = sum((bits >> i & 1) << place for i, place in enumerate(Columns.places))
    assert np.array_equal(out["first"] + out["second"], worth + 4)
    one = up != down  # never both
    assert np.array_equal(out["moved"][one], ((bits + up - down) % 32)[one])
    assert np.array_equal(out["moved"][(up | down) == 0], (bits % 32)[(up | down) == 0])
