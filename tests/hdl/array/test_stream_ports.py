"""The ports of arrays' streams: registers without a path through them, and FIFOs."""

import json
import random

import numpy as np
import pytest
from amaranth import ClockDomain, Module
from amaranth.sim import Simulator
from stream_play import matrices, os_beats, play, ws_beats

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.array.ports import RegisterSlice, StreamFifo
from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.array.ws_array import WeightStationaryArray
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.verilog.emit import emit
from lmul.tools import yosys

SEED = 1509
INT8 = IntDatapath(8, 0)


# Slices and FIFOs alone.


@pytest.mark.parametrize(
    ("make", "latency", "holds"),
    [
        (lambda: RegisterSlice(8), 1, 2),
        (lambda: StreamFifo(8, 2), 2, 3),
        (lambda: StreamFifo(8, 5), 2, 6),
    ],
)
def test_beats_pass_in_order(make, latency, holds):
    rng = random.Random(SEED)
    top, dut = Module(), make()
    top.domains.sync = domain = ClockDomain("sync")
    top.submodules.dut = dut
    sent = list(range(1, 200))

    async def run(ctx, beats, chance, ready):
        """Cycles until all beats are through, while sender and receiver wait with that chance."""
        left, got, cycle, offered, shown = list(beats), [], 0, False, None
        while len(got) < len(beats):
            offered = offered or (bool(left) and rng.random() >= chance)
            ctx.set(dut.i.valid, offered)
            ctx.set(dut.i.payload, left[0] if offered else 0xAA)
            taken = offered and ctx.get(dut.i.ready)
            before = ctx.get(dut.o.valid), ctx.get(dut.o.payload), ctx.get(dut.i.ready)
            ctx.set(dut.o.ready, ready and rng.random() >= chance)
            assert before == (ctx.get(dut.o.valid), ctx.get(dut.o.payload), ctx.get(dut.i.ready))
            if shown is not None:
                assert (ctx.get(dut.o.valid), ctx.get(dut.o.payload)) == (1, shown)
            shown = None
            if ctx.get(dut.o.valid):
                if ctx.get(dut.o.ready):
                    got.append(ctx.get(dut.o.payload))
                else:
                    shown = ctx.get(dut.o.payload)
            await ctx.tick()
            cycle += 1
            if taken:
                left.pop(0)
                offered = False
            if not ready and cycle > 30:
                return len(beats) - len(left)
        assert got == beats
        return cycle

    async def bench(ctx):
        ctx.set(domain.rst, 1)
        await ctx.tick()
        await ctx.tick()
        ctx.set(dut.i.valid, 1)
        if isinstance(dut, RegisterSlice):
            assert ctx.get(dut.i.ready) == 0
        assert ctx.get(dut.o.valid) == 0
        ctx.set(domain.rst, 0)
        ctx.set(dut.i.valid, 0)
        await ctx.tick()
        assert ctx.get(dut.i.ready) == 1
        assert await run(ctx, sent, 0.0, 1) == len(sent) + latency
        for chance in (0.2, 0.5, 0.8):
            await run(ctx, sent, chance, 1)
        assert await run(ctx, sent, 0.0, 0) == holds

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


# No path from input to output without a register.

NETLIST = "read_verilog d.v\nhierarchy -top {top}\nproc\nflatten\nmemory_map\nopt_clean\n"


def reached(verilog: str, top: str) -> dict[str, set[str]]:
    """Of each input port, the output ports that it reaches without a register."""
    script = NETLIST.format(top=top) + "write_json out.json\n"
    netlist = json.loads(yosys.run(script, {"d.v": verilog}, ["out.json"]).outputs["out.json"])
    module = netlist["modules"][top]
    after: dict[int, set[int]] = {}
    for cell in module["cells"].values():
        if "dff" in cell["type"] or cell["type"] == "$scopeinfo":
            continue
        assert not cell["type"].startswith("$mem") and "latch" not in cell["type"]
        ways = cell["port_directions"]
        bits = {
            way: [
                b for port, bits in cell["connections"].items() if ways[port] == way for b in bits
            ]
            for way in ("input", "output")
        }
        for bit in bits["input"]:
            after.setdefault(bit, set()).update(bits["output"])
    ports = module["ports"]
    found = {}
    for name, port in ports.items():
        if port["direction"] != "input" or name == "clk":
            continue
        seen, todo = set(), list(port["bits"])
        while todo:
            bit = todo.pop()
            if bit not in seen:
                seen.add(bit)
                todo += after.get(bit, ())
        found[name] = {
            other
            for other, facts in ports.items()
            if facts["direction"] == "output" and seen & set(facts["bits"])
        }
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "array-lmul-e4m3-2x2-os",
        "array-int8-2x1-ws-f2",
        *(
            pytest.param(name, marks=pytest.mark.evidence)
            for name in (
                "array-lmul-e5m2-2x3-ws",
                "array-int8-2x2-os-f4",
                "array-exact-bf16-2x1-os-s1",
                "array-mitchell-e2m1-1x1-ws-fix14_-6",
                "array-lmul_rne-e4m3fnuz-1x1-os-bare",
                "array-lmul_formula-fp16-1x2-ws",
                "array-exact-e3m2-3x2-os-fix16_-4-f3",
            )
        ),
    ],
)
def test_no_input_reaches_an_output(name):
    design = MacDesign.parse(name)
    found = reached(emit(design), design.module_name)
    assert {"rst", "s_axis_a_tvalid", "s_axis_b_tdata", "m_axis_out_tready"} <= set(found)
    assert not any(found.values()), found


def test_a_path_is_found():
    text = "module t(input clk, a, b, output x, y, output reg z);\n"
    text += "wire w = a & b; assign x = ~w; assign y = z; always @(posedge clk) z <= a;\nendmodule"
    assert reached(text, "t") == {"a": {"x"}, "b": {"x"}}


# Any order of a tile's beats.


def mixed(rng, *streams):
    """The beats of several streams as one sequence, each stream's in their order."""
    places = [place for place, beats in enumerate(streams) for _ in beats]
    queues = [iter(beats) for beats in streams]
    return [next(queues[place]) for place in rng.permutation(places)]


@pytest.mark.slow
@pytest.mark.parametrize("fifo", [0, 5])
@pytest.mark.parametrize("flow", ["os", "ws"])
def test_any_order_of_a_tile(flow, fifo):
    """As many beats of a tile as its FIFO has, or the port's two registers."""
    rng = np.random.default_rng(SEED)
    size = fifo or 2
    make = OutputStationaryArray if flow == "os" else WeightStationaryArray
    rows, columns = 2, 1
    # Two tiles, each whole before the next: a receiver is never ready before all has been sent.
    shapes = [(rows, size, columns)] * 2 if flow == "os" else [(size, rows, columns)] * 2
    tiles = [matrices(rng, *shape) for shape in shapes]
    cut = os_beats if flow == "os" else ws_beats
    orders = [
        lambda a, b: a + b,
        lambda a, b: b + a,
        *(lambda a, b: mixed(rng, a, b) for _ in range(3)),
    ]
    for number, order in enumerate(orders):
        beats = [beat for a, b in tiles for beat in order(*cut(a, b))]
        for one in play(
            make(INT8, rows, columns, fifo=fifo), beats, stalled=40, chance=0.2 * (number % 2)
        ):
            assert np.array_equal(one.rows, np.concatenate([a @ b for a, b in tiles]))
            assert one.flags == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("fifo", "held"), [(0, 2), (3, 6)])
def test_a_longer_tile_must_not_be_sent_one_stream_first(fifo, held):
    """The sender of all of A waits for ever: the array takes what its port and FIFO can hold."""
    rng = np.random.default_rng(SEED)
    a, b = matrices(rng, 2, 8, 1)
    left, right = os_beats(a, b)
    for one in play(OutputStationaryArray(INT8, 2, 1, fifo=fifo), left + right, cycles=60):
        assert one.taken == {"a": held, "b": 0, "sums": 0}
        assert one.rows == []
    # The other stream never further behind than that: no matter.
    ahead = left[:held] + [beat for pair in zip(right, left[held:], strict=False) for beat in pair]
    ahead += right[len(left) - held :]
    for one in play(OutputStationaryArray(INT8, 2, 1, fifo=fifo), ahead, cycles=60):
        assert np.array_equal(one.rows, a @ b)


@pytest.mark.slow
def test_partial_sums_may_come_before_everything():
    rng = np.random.default_rng(SEED)
    a, b = matrices(rng, 3, 4, 1)
    first, final = ((a[:, :2], b[:2], True, False), (a[:, 2:], b[2:], False, True))
    beats = []
    for x, y, starts, ends in (first, final):
        left, right = ws_beats(x, y, None, starts, ends)
        beats += left + right if starts else right + left
    for one in play(WeightStationaryArray(INT8, 2, 1, fifo=3), beats, stalled=40, chance=0.3):
        assert np.array_equal(one.rows, a @ b)
        assert one.taken["sums"] == 3


def test_wrong_fifo():
    with pytest.raises(ValueError, match=r"^FIFO must be 0, or from 2 to 65536, not 1$"):
        OutputStationaryArray(INT8, 2, 2, fifo=1)
    with pytest.raises(TypeError, match=r"^FIFO must be an integer, not True$"):
        OutputStationaryArray(INT8, 2, 2, fifo=True)
    with pytest.raises(ValueError, match=r"FIFO must be from 2 to 65536, not 1$"):
        MacDesign.parse("array-int8-2x2-os-f1")
    allowed = "nN, then dualW, then kK, then sN, then cN"
    with pytest.raises(ValueError, match=rf"unexpected part 'f4', there may stand {allowed}$"):
        MacDesign.parse("pe-int8-f4")
    design = MacDesign.parse("array-int8-2x2-os-s1-f4")
    assert (design.fifo, design.name) == (4, "array-int8-2x2-os-s1-f4")
    assert SystolicArray.from_design(design).fifo == 4
    assert MacDesign.parse("array-int8-2x2-os-f0").name == "array-int8-2x2-os"
