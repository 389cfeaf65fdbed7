"""An array between sources and sinks of cocotbext-axi, which nobody here wrote.

Runs inside the simulator: tests/hdl/verilog/test_axi_stream.py starts it.
"""

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer, with_timeout
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.matmul import matmul
from lmul.sim.reference.operands import draw_operands
from lmul.sim.reference.tiles import blocks
from lmul.sim.runner.plan import Plan

SHAPES = [(2, 5, 3), (5, 3, 7), (1, 1, 1), (4, 9, 2)]


def pauses(rng, chance):
    while True:
        yield rng.random() < chance


def frame(codes, side, deep=0, user: int | list[int] = 0):
    """A frame: a beat for each row of ``codes``, filled up to ``side`` lanes and ``deep`` beats."""
    beats = np.full((max(len(codes), deep), side), 0x7F, np.uint8)  # NaN, where nothing is kept
    beats[: len(codes), : codes.shape[1]] = codes
    keep = np.zeros(beats.shape, int)
    keep[: len(codes), : codes.shape[1]] = 1
    return AxiStreamFrame(beats.tobytes(), tkeep=keep.ravel().tolist(), tuser=user)


def output_stationary(design, left, right):
    """Frames of both operands, a tile of the result each."""
    for rows in blocks(len(left), design.rows):
        for columns in blocks(right.shape[1], design.columns):
            yield frame(left[rows].T, design.rows), frame(right[:, columns], design.columns)


def weight_stationary(design, left, right):
    """Frames of activations and weights, a tile of the weights each."""
    depth = left.shape[1]
    for terms in blocks(depth, design.rows):
        for columns in blocks(right.shape[1], design.columns):
            tile = int(terms.start == 0) | int(terms.stop == depth) << 1  # first, final
            user = [tile | int(row == 0) << 2 for row in range(len(left))]  # start
            user = np.repeat(user, design.rows).tolist()  # a byte each, as tkeep
            weights = frame(right[terms, columns], design.columns, design.rows)
            yield frame(left[:, terms], design.rows, user=user), weights


def results(design, m, n):
    """Rows and columns of each frame of results, and how many rows it has."""
    if design.flow == "ws":
        return [(slice(0, m), columns, m) for columns in blocks(n, design.columns)]
    return [
        (rows, columns, design.rows)
        for rows in blocks(m, design.rows)
        for columns in blocks(n, design.columns)
    ]


async def give_back(partials, sums):
    """Partial sums as they came, tile for tile."""
    while True:
        await sums.send(await partials.recv())


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(chance=[0.0, 0.1, 0.5])
async def products(dut, chance):
    plan = Plan.load()
    assert plan.mac is not None
    design, rng = plan.mac.design, plan.generator()
    assert design.kind != "int8" and isinstance(design.format, FloatFormat)
    dut.rst.value = 1
    ends = {"clock": dut.clk, "reset": dut.rst}
    incoming = ["a", "b", "sums"] if design.flow == "ws" else ["a", "b"]
    outgoing = ["out", "partials"] if design.flow == "ws" else ["out"]
    given = {
        n: AxiStreamSource(AxiStreamBus.from_prefix(dut, f"s_axis_{n}"), **ends) for n in incoming
    }
    taken = {
        n: AxiStreamSink(AxiStreamBus.from_prefix(dut, f"m_axis_{n}"), **ends) for n in outgoing
    }
    # An edge without a known reset would make registers unknown that no reset clears.
    await Timer(1, unit="ns")
    Clock(dut.clk, 4, unit="ns").start()
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    if chance:
        for end in (*given.values(), *taken.values()):
            end.set_pause_generator(pauses(rng, chance))
    if design.flow == "ws":
        cocotb.start_soon(give_back(taken["partials"], given["sums"]))
    cut = weight_stationary if design.flow == "ws" else output_stationary
    operands = [draw_operands(rng, design, *shape, special=0.05) for shape in SHAPES]
    for left, right in operands:
        for a, b in cut(design, left, right):
            await given["a"].send(a)
            await given["b"].send(b)
    compared = 0
    for left, right in operands:
        wanted = matmul(left, right, design.format, design.kind, design.policy)
        for rows, columns, high in results(design, *wanted.shape):
            tile = await with_timeout(taken["out"].recv(), 5000, "ns")
            found = np.frombuffer(bytes(tile.tdata), "<u4").reshape(high, -1)
            here = wanted[rows, columns]
            assert np.array_equal(found[: len(here), : here.shape[1]], here)
            compared += here.size
    assert compared == sum(m * n for m, _, n in SHAPES)
    assert all(end.empty() for end in taken.values())
    assert dut.bad_last.value == 0
