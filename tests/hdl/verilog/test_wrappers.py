import numpy as np
import pytest
from amaranth.sim import Simulator
from shift_bench import settled, stream_in, stream_out

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.hdl.verilog.wrappers import ShiftWrapper

UNIT = "lmul-e2m1-ftz"


def simulated(unit, stream):
    wrapper = ShiftWrapper(unit)
    seen = []

    async def bench(ctx):
        for bit in stream:
            ctx.set(wrapper.si, int(bit))
            seen.append(ctx.get(wrapper.so))
            ctx.set(wrapper.clk, 1)
            await ctx.delay(1e-6)
            ctx.set(wrapper.clk, 0)
            await ctx.delay(1e-6)

    simulator = Simulator(wrapper)
    simulator.add_testbench(bench)
    simulator.run()
    return np.array(seen)


def test_every_pair_of_a_unit():
    stream = stream_in(UNIT)
    seen = simulated(Multiplier.from_design(UnitDesign.parse(UNIT)), stream)
    start = settled(UNIT)
    assert len(stream) > 255
    assert np.array_equal(seen[start:], stream_out(UNIT, stream)[start:])


@pytest.mark.parametrize("other", ["exact-e2m1-ftz", "lmul-e2m1-ftz-o0"])
def test_another_unit_is_seen(other):
    stream = stream_in(UNIT)
    seen = simulated(Multiplier.from_design(UnitDesign.parse(other)), stream)
    start = settled(UNIT)
    assert not np.array_equal(seen[start:], stream_out(UNIT, stream)[start:])


def test_size():
    wrapper = ShiftWrapper(Multiplier("e4m3", stages=1))
    assert wrapper.input_bits == 8 + 8 + 1 + 1 + 1  # x, y, en, i_valid, reset
    assert wrapper.output_bits == 8 + 1
