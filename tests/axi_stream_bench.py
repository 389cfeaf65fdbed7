"""An array between sources and sinks of cocotbext-axi, which nobody here wrote.

Runs inside the simulator: tests/test_axi_stream.py starts it.
"""

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer, with_timeout
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

from lmul.sim.array_feed import blocks
from lmul.sim.array_operands import draw_operands
from lmul.sim.matmul import matmul
from lmul.sim.plan import Plan

SHAPES = [(2, 5, 3), (5, 3, 7), (1, 1, 1), (4, 9, 2)]


def pauses(rng, chance):
    while True:
        yield rng.random() < chance


def frame(codes, side):
    """A frame of a tile: a beat for each row of ``codes``, filled up to ``side`` lanes."""
    beats = np.full((len(codes), side), 0x7F, np.uint8)  # NaN, where nothing is kept
    beats[:, : codes.shape[1]] = codes
    keep = [int(lane < codes.shape[1]) for _ in codes for lane in range(side)]
    return AxiStreamFrame(beats.tobytes(), tkeep=keep)


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(chance=[0.0, 0.1, 0.5])
async def products(dut, chance):
    plan = Plan.load()
    assert plan.mac is not None
    design, rng = plan.mac.design, plan.generator()
    assert design.kind != "int8" and design.format is not None
    dut.rst.value = 1
    ends = {"clock": dut.clk, "reset": dut.rst}
    a, b = (AxiStreamSource(AxiStreamBus.from_prefix(dut, f"s_axis_{n}"), **ends) for n in "ab")
    out = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_out"), **ends)
    # An edge without a known reset would make registers unknown that no reset clears.
    await Timer(1, unit="ns")
    Clock(dut.clk, 4, unit="ns").start()
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    if chance:
        for end in (a, b, out):
            end.set_pause_generator(pauses(rng, chance))
    given = [draw_operands(rng, design, *shape, special=0.05) for shape in SHAPES]
    for left, right in given:
        for rows in blocks(len(left), design.rows):
            for columns in blocks(right.shape[1], design.columns):
                await a.send(frame(left[rows].T, design.rows))
                await b.send(frame(right[:, columns], design.columns))
    compared = 0
    for left, right in given:
        wanted = matmul(left, right, design.format, design.kind, design.policy)
        for rows in blocks(len(left), design.rows):
            for columns in blocks(right.shape[1], design.columns):
                tile = await with_timeout(out.recv(), 5000, "ns")
                found = np.frombuffer(bytes(tile.tdata), "<u4").reshape(design.rows, -1)
                here = wanted[rows, columns]
                assert np.array_equal(found[: len(here), : here.shape[1]], here)
                compared += here.size
    assert compared == sum(m * n for m, _, n in SHAPES)
    assert out.empty()
