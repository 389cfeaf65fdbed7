import numpy as np
import pytest
from amaranth.hdl import signed
from amaranth.lib import data
from netlist_eval import netlists

from lmul.hdl.mac.rounder import RoundFixed
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.round_sums import drain, integers_to_odd

pytestmark = pytest.mark.slow  # simulates

SEED = 7


def sums(width):
    """All of the small ones, the ends, powers of two and ties around them, and random ones."""
    rng = np.random.default_rng(SEED)
    top = 1 << (width - 1)
    places = [1 << p for p in range(width - 1)]
    near = [s * (p + d) for p in places for d in (-1, 0, 1) for s in (1, -1)]
    ties = [(3 << p) + (1 << p >> e) for p in range(width - 4) for e in range(1, 13)]
    wide = rng.integers(-top, top, 3000) >> rng.integers(0, width - 1, 3000)
    values = np.array([*near, *ties, top - 1, -top, *wide], np.int64)
    return values[(values < top) & (values >= -top)]


WIDTHS = [(44, -15), (20, -2), (50, -30), (24, -45), (9, -24)]


@pytest.mark.parametrize(
    ("out", "overflow"),
    [("fp32", "saturate"), pytest.param("bf16", "nonsaturating", marks=pytest.mark.evidence)],
)
def test_sums(out, overflow):
    check(out, overflow)


@pytest.mark.evidence
@pytest.mark.parametrize("overflow", ["nonsaturating", "saturate", "wrap"])
def test_sums_beyond_the_result(overflow):
    check("fp16", overflow)


def check(out, overflow):
    fmt = FORMATS[out]
    units = {
        f"unit{width}": RoundFixed(data.StructLayout({"sum": signed(width)}), lsb, fmt, overflow)
        for width, lsb in WIDTHS
    }
    texts = "".join(convert(unit, name) for name, unit in units.items())
    nets = netlists(texts, list(units))
    for (width, lsb), net in zip(WIDTHS, nets.values(), strict=True):
        values = sums(width)
        found = net(result=values)["code"]
        assert np.array_equal(found, drain(integers_to_odd(values, lsb), fmt, overflow))


def test_special():
    layout = data.StructLayout({"sum": signed(10), "pos": 1, "neg": 1})
    text = convert(RoundFixed(layout, 0, FORMATS["fp32"], "saturate"), "unit")
    results = np.array([3, 3 | 1 << 10, 3 | 2 << 10, 3 | 3 << 10])
    found = netlists(text, ["unit"])["unit"](result=results)["code"]
    assert list(found) == [0x40400000, 0x7F800000, 0xFF800000, 0x7FC00000]


def test_flag_of_a_window_says_nothing_of_what_is_no_number():
    layout = data.StructLayout({"sum": signed(10), "overflow": 1, "pos": 1, "neg": 1})
    text = convert(RoundFixed(layout, 0, FORMATS["fp32"], "saturate"), "unit")
    results = np.arange(8) << 10
    found = netlists(text, ["unit"])["unit"](result=results)["overflowed"]
    assert list(found) == [0, 1, 0, 0, 0, 0, 0, 0]
