"""Reset: whoever resets a component, and however, finds nothing left of what was before."""

from fractions import Fraction

import pytest
from amaranth import ClockDomain, DomainRenamer, EnableInserter, Module, ResetInserter, Signal
from amaranth.sim import Simulator
from pe_bench import EdgedPE

from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath, datapath_of
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.sim.golden.codec import decode, encode

# How a part of a design is reset alone.
WAYS = {
    "its domain": lambda part, rst: DomainRenamer("other")(part),
    "its domain, disabled": lambda part, rst: EnableInserter({"other": ~rst})(
        DomainRenamer("other")(part)
    ),
    "an inserted reset": lambda part, rst: ResetInserter(rst)(part),
    "an inserted reset, renamed": lambda part, rst: DomainRenamer("other")(
        ResetInserter(rst)(part)
    ),
}


class Rig:
    """Two equal parts in one module: one is reset in a way, the other never."""

    def __init__(self, way, make):
        self.m = m = Module()
        self.rst = rst = Signal()
        self.wiped, self.kept = make(), make()
        m.domains.sync = ClockDomain()
        m.domains.other = other = ClockDomain()
        m.d.comb += other.rst.eq(rst if way.startswith("its domain") else 0)
        m.submodules.wiped = WAYS[way](self.wiped, rst)
        m.submodules.kept = self.kept
        # Either domain is there, whichever is used.
        m.d.sync += Signal().eq(rst)
        m.d.other += Signal().eq(rst)

    def set(self, ctx, **values):
        for part in (self.wiped, self.kept):
            for name, value in values.items():
                ctx.set(getattr(part, name), value)

    async def reset(self, ctx):
        ctx.set(self.rst, 1)
        await ctx.tick()
        ctx.set(self.rst, 0)

    def run(self, *benches):
        simulator = Simulator(self.m)
        for domain in ("sync", "other"):
            simulator.add_clock(1e-6, domain=domain)
        for bench in benches:
            simulator.add_testbench(bench)
        simulator.run()


# A PE's accumulator, and four products of 3 in it.
PES = [
    ("pe-int8", {"sum": 12}),
    ("pe-exact-e4m3-fix6_-2", {"sum": Fraction(31, 4), "overflow": 1}),
    ("pe-exact-e4m3-ftz", {"sum": 12}),
    ("pe-mitchell-e4m3-s1", {"sum": 12}),
    ("pe-exact-e4m3-fix16_-4", {"sum": 12, "overflow": 0}),
    ("pe-exact-e4m3-e4m3", {"sum": 12}),
    ("pe-exact-e5m2-s2", {"sum": 12, "pos": 0, "neg": 0}),
    ("pe-exact-bf16", {"sum": 12, "pos": 0, "neg": 0}),
    ("pe-int8-s2", {"sum": 12}),
]
_FEW = ("its domain, disabled", "an inserted reset")


def number(path, name, value):
    """What a member of a total stands for."""
    if name != "sum" or not isinstance(path, FloatDatapath):
        return value
    accumulator = path.resolved_accumulator
    if accumulator.format is not None:
        return Fraction(float(decode(value, accumulator.format)))
    lsb = accumulator.window[1] if accumulator.window else path.range.lsb
    return value * Fraction(2) ** lsb


def codes_of(path, values):
    return encode(values, path.fmt).tolist() if isinstance(path, FloatDatapath) else values


@pytest.mark.parametrize(
    ("name", "wanted", "way"),
    [
        pytest.param(*pe, way, marks=() if place < 2 else pytest.mark.evidence)
        for place, pe in enumerate(PES)
        for way in (WAYS if place < 2 else _FEW)
    ],
)
def test_pe(name, wanted, way):
    """Three products of 3, a reset, a fourth: 3, where it is 12 without."""
    path = datapath_of(MacDesign.parse(name))
    three, one = codes_of(path, [3, 1])
    rig = Rig(way, lambda: EdgedPE(path))
    seen = {}

    async def bench(ctx):
        rig.set(ctx, x=three, y=one, keep=1, en=1)
        for _ in range(3):
            await ctx.tick()
        rig.set(ctx, keep=0)
        for _ in range(2):
            await ctx.tick()
        rig.set(ctx, en=0)
        await rig.reset(ctx)
        rig.set(ctx, keep=1, last=1, en=1)
        for _ in range(1 + path.stages):
            await ctx.tick()
            rig.set(ctx, keep=0, last=0)
        for which in ("wiped", "kept"):
            part = getattr(rig, which)
            assert ctx.get(part.captures)
            total = ctx.get(part.total)
            seen[which] = {n: number(path, n, total[n]) for n, _ in path.result_layout}

    rig.run(bench)
    assert seen == {"kept": wanted, "wiped": {n: 3 if n == "sum" else 0 for n in wanted}}


@pytest.mark.evidence
@pytest.mark.parametrize("way", _FEW)
def test_infinite_sum(way):
    """A sum that was infinite is none after a reset."""
    path = datapath_of(MacDesign.parse("pe-exact-e5m2"))
    infinite, three, one = codes_of(path, [float("inf"), 3, 1])
    rig = Rig(way, lambda: EdgedPE(path))
    seen = []

    async def bench(ctx):
        rig.set(ctx, x=infinite, y=one, keep=1, en=1)
        await ctx.tick()
        await ctx.tick()
        await rig.reset(ctx)
        rig.set(ctx, x=three)
        await ctx.tick()
        seen.extend(ctx.get(part.total.pos) for part in (rig.wiped, rig.kept))

    rig.run(bench)
    assert seen == [0, 1]


@pytest.mark.parametrize("way", _FEW)
def test_multiplier(way):
    """What is on its way is not valid any more."""
    rig = Rig(way, lambda: Multiplier("e2m1", "exact", stages=3))
    seen = []

    async def bench(ctx):
        rig.set(ctx, en=1, i_valid=1)
        await ctx.tick()
        await ctx.tick()
        rig.set(ctx, i_valid=0, en=0)
        await rig.reset(ctx)
        rig.set(ctx, en=1)
        for _ in range(3):
            seen.append([ctx.get(part.o_valid) for part in (rig.wiped, rig.kept)])
            await ctx.tick()

    rig.run(bench)
    assert seen == [[0, 0], [0, 1], [0, 1]]


# Arrays of 2 x 2: [[1, 2], [3, 4]] times [[5, 6], [7, 8]] after the beginning of another product.
PRODUCT = [[19, 22], [43, 50]]
WEIGHTS = [[5, 6], [7, 8]]


async def send(ctx, stream, beats):
    for beat in beats:
        ctx.set(stream.payload, beat)
        ctx.set(stream.valid, 1)
        await ctx.tick().until(stream.ready)
    ctx.set(stream.valid, 0)


async def collect(ctx, stream, count):
    ctx.set(stream.ready, 1)
    rows = []
    while len(rows) < count:
        [payload] = await ctx.tick().sample(stream.payload).until(stream.valid)
        rows.append([payload.lanes[column] for column in range(2)])
    return rows


@pytest.mark.parametrize(
    ("name", "way"),
    [
        pytest.param(name, way, marks=pytest.mark.slow if "int8" in name else pytest.mark.evidence)
        for name in (
            "array-int8-2x2-os",
            "array-int8-2x2-ws",
            "array-int8-2x2-os-s1-c8",
            "array-exact-e4m3-2x2-os",
            "array-exact-e5m2-2x2-os-bf16-s1",
            "array-exact-e4m3-2x2-ws-s1",
        )
        for way in _FEW
    ],
)
def test_array(name, way):
    """A tile that has begun, a result that waits, a reset, and a product."""
    design = MacDesign.parse(name)
    path = datapath_of(design)
    rig = Rig(way, lambda: SystolicArray.from_design(design))
    rows = {}

    def beats(lanes, last):
        found = []
        for row, (lane, end) in enumerate(zip(lanes, last, strict=True)):
            marks = {"first": 1, "final": 1, "start": int(row == 0)} if design.flow == "ws" else {}
            found.append({"lanes": codes_of(path, lane), "keep": 3, "last": int(end)} | marks)
        return found

    def weights(lanes):
        return [
            {"lanes": codes_of(path, lane), "keep": 3, "last": int(row == 1)}
            for row, lane in enumerate(lanes)
        ]

    # A beat of a is a column of the left matrix in one flow, a row of it in the other.
    left = [[1, 3], [2, 4]] if design.flow == "os" else [[1, 2], [3, 4]]
    jobs = [
        (beats([[1, 1]], [0]), weights([[1, 1]] if design.flow == "os" else WEIGHTS)),
        (beats(left, [0, 1]), weights(WEIGHTS)),
    ]

    def feed(which, stream):
        async def bench(ctx):
            port = getattr(getattr(rig, which), stream)
            for number, job in enumerate(jobs):
                await send(ctx, port, job["ab".index(stream)])
                for _ in range(0 if number else 30):  # until after the reset
                    await ctx.tick()

        return bench

    async def reset(ctx):
        for _ in range(25):
            await ctx.tick()
        await rig.reset(ctx)

    def take(which):
        async def bench(ctx):
            for _ in range(27):  # what is ready before the reset is not taken
                await ctx.tick()
            rows[which] = await collect(ctx, getattr(rig, which).out, 2)

        return bench

    rig.run(reset, *(feed(w, s) for w in ("wiped", "kept") for s in "ab"), take("wiped"))
    found = rows["wiped"]
    if isinstance(path, FloatDatapath):
        found = decode(found, "fp32").tolist()
    else:
        found = [[int(lane["sum"]) for lane in row] for row in found]
    assert found == PRODUCT
