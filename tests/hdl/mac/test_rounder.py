import numpy as np
import pytest
from amaranth.hdl import Fragment, signed
from amaranth.lib import data
from amaranth.sim import Simulator
from netlist_eval import netlists

from lmul.hdl.mac.rounder import RoundFixed, RoundFloat
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.sums.rounding import drain, integers_to_odd

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


def played(unit, words):
    """What a rounder with registers answers to words, one an enabled cycle; some cycles are not."""
    rng = np.random.default_rng(SEED)
    found = []

    async def bench(ctx):
        for word in [*words, *[0] * unit.stages]:
            while rng.random() < 0.3:
                ctx.set(unit.result.as_value(), int(rng.integers(1 << 16)))
                await ctx.tick()
            ctx.set(unit.en, 1)
            ctx.set(unit.result.as_value(), int(word))
            found.append(ctx.get(unit.code))
            await ctx.tick()
            ctx.set(unit.en, 0)

    simulator = Simulator(Fragment.get(unit, None))
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return found[unit.stages :]


@pytest.mark.parametrize(
    ("stages", "from_the_front"),
    [(1, False), (3, False), (1, True), (3, True), pytest.param(2, True, marks=pytest.mark.slow)],
)
def test_with_registers(stages, from_the_front):
    width, lsb = 20, -14
    values = sums(width)[:: 29 - stages]
    layout = data.StructLayout({"sum": signed(width)})
    unit = RoundFixed(layout, lsb, FORMATS["bf16"], "saturate", stages, from_the_front)
    due = encode(np.ldexp(values.astype(np.float64), lsb), "bf16", overflow="saturate")
    assert played(unit, values & ((1 << width) - 1)) == due.tolist()


@pytest.mark.parametrize(
    ("source", "out", "stages"),
    [
        ("fp32", "fp16", 3),
        *(
            pytest.param(*case, marks=pytest.mark.evidence)
            for case in (("fp32", "fp16", 1), ("fp32", "bf16", 2), ("e4m3", "fp32", 2))
        ),
    ],
)
def test_floats_with_registers(source, out, stages):
    fmt = FORMATS[source]
    codes = np.random.default_rng(SEED).integers(0, 1 << fmt.width, 150)
    if source == "fp32":  # a third near fp16's range and below it
        codes[::3] = encode(np.ldexp(1 + np.arange(50) / 49, np.arange(-30, 20)), "fp32")
    codes = codes[codes != fmt.sign_mask]  # no sum is -0
    values = decode(codes.astype(np.uint32 if fmt.width == 32 else np.uint8), fmt)
    unit = RoundFloat(
        data.StructLayout({"sum": fmt.width}), fmt, FORMATS[out], "nonsaturating", stages
    )
    assert played(unit, codes) == encode(values, out).tolist()


def test_too_many_registers():
    with pytest.raises(ValueError, match=r"^Stages of a rounder must be from 0 to 3, not 4$"):
        RoundFloat(data.StructLayout({"sum": 32}), FORMATS["fp32"], FORMATS["bf16"], "wrap", 4)
