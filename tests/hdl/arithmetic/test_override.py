import numpy as np
from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from netlist_eval import netlists

from lmul.hdl.arithmetic.override import overridden
from lmul.hdl.verilog.convert import convert

CONSTANTS = (0b1110, 0b1100, 0b1010)


class Overridden(wiring.Component):
    """Four bits, the upper two and the lower two kept by signals of their own."""

    def __init__(self):
        super().__init__({"word": In(4), "kept": In(2), "when": In(3), "result": Out(4)})

    def elaborate(self, platform):
        m = Module()
        word = [(self.word[place], self.kept[place // 2]) for place in range(4)]
        special = [(self.when[i], constant) for i, constant in enumerate(CONSTANTS)]
        m.d.comb += self.result.eq(overridden(m, word, special))
        return m


def test_the_strongest_condition_wins():
    circuit = netlists(convert(Overridden(), "top"), ["top"])["top"]
    word, kept, when = (axis.ravel() for axis in np.mgrid[0:16, 0:4, 0:8])
    wanted = word & np.array([0b0000, 0b0011, 0b1100, 0b1111])[kept]
    for place, constant in enumerate(CONSTANTS):
        wanted = np.where(when >> place & 1, constant, wanted)
    assert np.array_equal(circuit(word=word, kept=kept, when=when)["result"], wanted)
