"""NaN, Inf and the largest numbers among operands: codes and flags of both flows are golden's."""

import numpy as np
import pytest
from amaranth.sim import Simulator

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.array.ws_array import WeightStationaryArray
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.matmul import dot_products

SEED = 7117
DEPTH = 2  # K, and M; a weight-stationary array has as many rows, any array one column
TILES = 24
CYCLES = 8 * TILES * DEPTH


def operands(rng, fmt):
    """Matrices (2, 2) and (2, 1): large numbers, some of them NaN, Inf or zero instead."""
    special = [code for code in (fmt.inf_code, fmt.nan_code, 0) if code is not None]
    for _ in range(TILES):
        codes = rng.integers(fmt.max_code // 2, fmt.max_code + 1, (DEPTH + 1, DEPTH))
        chosen = rng.random(codes.shape) < rng.choice([0, 0.1, 0.4])
        codes = np.where(chosen, rng.choice(special, codes.shape), codes)
        numbers = codes != fmt.nan_code
        codes |= (numbers * rng.integers(0, 2, codes.shape)) << fmt.magnitude_bits
        yield codes[:DEPTH], codes[DEPTH:].T


def beats(array: SystolicArray, tiles):
    """For each stream of operands, its payloads."""
    if array.flow == "os":  # one row, so that each row of a tile is a tile
        rows = [(line, y) for x, y in tiles for line in x]
        a = [beat([line[k]], last=k == DEPTH - 1) for line, _ in rows for k in range(DEPTH)]
        return {"a": a, "b": [beat(y[k], last=k == DEPTH - 1) for _, y in rows for k in (0, 1)]}
    a = [
        beat(line, start=m == 0, last=m == DEPTH - 1, first=1, final=1)
        for x, _ in tiles
        for m, line in enumerate(x)
    ]
    return {"a": a, "b": [beat(y[k], last=k == DEPTH - 1) for _, y in tiles for k in (0, 1)]}


def beat(lanes, **marks):
    return {"lanes": lanes, "keep": (1 << len(lanes)) - 1, **marks}


def simulate(array: SystolicArray, tiles):
    """What leaves by ``out``: code and flag of each row."""
    rows = []

    async def give(ctx, stream, payloads):
        for payload in payloads:
            for name, value in payload.items():
                if name == "lanes":
                    for lane, code in enumerate(value):
                        ctx.set(stream.payload.lanes[lane], int(code))
                else:
                    ctx.set(stream.payload[name], int(value))
            ctx.set(stream.valid, 1)
            await ctx.tick().until(stream.ready)
        ctx.set(stream.valid, 0)

    async def take(ctx):
        ctx.set(array.out.ready, 1)
        for _ in range(CYCLES):  # an array that hangs gives too few rows
            *_, valid, payload = await ctx.tick().sample(array.out.valid, array.out.payload)
            if not valid:
                continue
            flag = payload.overflow if "overflow" in payload.shape().members else 0
            rows.append((payload.lanes[0], flag))

    simulator = Simulator(array)
    simulator.add_clock(1e-6)
    for name, payloads in beats(array, tiles).items():
        stream = getattr(array, name)

        async def bench(ctx, stream=stream, payloads=payloads):
            await give(ctx, stream, payloads)

        simulator.add_testbench(bench, background=True)
    simulator.add_testbench(take)
    simulator.run()
    return rows


QUICK = [("e5m2", "ocp", "fix12_2"), ("e4m3", "ocp", "fix12_2")]
MORE = [
    (fmt, policy, accumulator)
    for fmt, policy in [("e5m2", "ocp"), ("e4m3", "ocp"), ("e4m3fnuz", "ftz"), ("e5m2", "lax")]
    for accumulator in ("fix12_2", "exact", "fp32", "bf16", "e4m3")
    if (fmt, policy, accumulator) not in QUICK
]
CASES = [*QUICK, *(pytest.param(*case, marks=pytest.mark.evidence) for case in MORE)]


@pytest.mark.parametrize("flow", ["os", "ws"])
@pytest.mark.parametrize(("fmt", "policy", "accumulator"), CASES)
def test_codes_and_flags(fmt, policy, accumulator, flow):
    path = FloatDatapath(
        FORMATS[fmt], "lmul", POLICIES[policy], Accumulator(accumulator), DEFAULT_K_MAX
    )
    if flow == "os":
        array = OutputStationaryArray(path, 1, 1)
    else:
        array = WeightStationaryArray(path, DEPTH, 1)
    tiles = list(operands(np.random.default_rng(SEED), path.fmt))
    wanted = [dot_products(a, b, fmt, "lmul", policy, accumulator) for a, b in tiles]
    codes = np.concatenate([tile.codes for tile in wanted]).ravel()
    flags = np.concatenate([tile.overflowed for tile in wanted]).ravel()
    found = simulate(array, tiles)
    assert [code for code, _ in found] == codes.tolist()
    assert [bool(flag) for _, flag in found] == flags.tolist()
    # What the sum of the other operands was is nobody's business.
    special = (codes & 0x7F800000) == 0x7F800000
    assert special.any() == (policy != "lax")
    assert not (special & flags).any()
    if path.resolved_accumulator.window:
        assert flags.any()
        assert not flags[~special].all()
