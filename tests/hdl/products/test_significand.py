import numpy as np
import pytest
from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from netlist_eval import COUNTED, netlists

from lmul.hdl.products.exact import SEARCHED_BITS, multiply_significands
from lmul.hdl.verilog.convert import convert

pytestmark = pytest.mark.slow  # netlists through Yosys

EXHAUSTIVE = range(1, 9)
LONG = (9, 10, 11, 12, 23)
SEED = 20261121


class Significands(wiring.Component):
    """The array alone."""

    def __init__(self, bits):
        super().__init__({"x": In(bits), "y": In(bits), "p": Out(2 * bits + 2)})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.p.eq(multiply_significands(m, self.x, self.y))
        return m


def name(bits):
    return f"significands_{bits}"


@pytest.fixture(scope="module")
def circuits():
    widths = [*EXHAUSTIVE, *LONG]
    return netlists(
        "\n".join(convert(Significands(bits), name(bits)) for bits in widths),
        [name(bits) for bits in widths],
    )


def assert_products(circuit, bits, x, y):
    wanted = ((1 << bits) + x.astype(np.int64)) * ((1 << bits) + y.astype(np.int64))
    assert np.array_equal(circuit(x=x, y=y)["p"].astype(np.int64), wanted)


@pytest.mark.parametrize("bits", EXHAUSTIVE)
def test_every_pair(circuits, bits):
    x, y = np.divmod(np.arange(1 << 2 * bits, dtype=np.uint32), np.uint32(1 << bits))
    assert_products(circuits[name(bits)], bits, x, y)


@pytest.mark.parametrize("bits", LONG)
def test_long_mantissas(circuits, bits):
    rng = np.random.default_rng(SEED)
    top = (1 << bits) - 1
    corners = np.array([0, 1, 2, 3, top, top - 1, top >> 1, (top >> 1) + 1, 0x555555 & top])
    x, y = (side.ravel() for side in np.meshgrid(corners, corners))
    x = np.concatenate([x, rng.integers(0, top, 1 << 16, endpoint=True)]).astype(np.uint32)
    y = np.concatenate([y, rng.integers(0, top, 1 << 16, endpoint=True)]).astype(np.uint32)
    assert_products(circuits[name(bits)], bits, x, y)


@pytest.mark.parametrize(("bits", "most"), [(SEARCHED_BITS, 45), (7, 304), (10, 575)])
def test_smaller_than_what_was_tried(bits, most):
    # The next best forms take 53, 303 and 615 gates: see the table in hdl/products/exact.py.
    text = convert(Significands(bits), name(bits))
    circuit = netlists(text, [name(bits)], COUNTED)[name(bits)]
    assert circuit.gates <= most
