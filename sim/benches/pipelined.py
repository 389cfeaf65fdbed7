"""The bench of a pipelined unit: valid, enable, stall and reset, and corners, per cycle."""

from collections.abc import Iterable

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from lmul.sim.benches.ports import Beat, Driver, Monitor
from lmul.sim.benches.scoreboard import Scoreboard
from lmul.sim.reference.circuit import Circuit
from lmul.sim.reference.units import stimulus
from lmul.sim.runner.plan import Plan

_PERIOD_NS = 4
_SETTLE_NS = 1
_RANDOM_CYCLES = 4000


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def corners(dut) -> None:
    """Every corner against every corner, one a cycle, none lost; groups of all sorts of a unit
    that adds them.
    """
    plan = Plan.load()
    (circuit,) = plan.circuits
    given = stimulus(circuit.design, corners=True, seed=plan.seed).words()
    scoreboard = await _play(dut, circuit, [Beat(words) for words in given])
    assert len(scoreboard.results) == len(given)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def latency(dut) -> None:
    """A single result comes after ``stages`` enabled cycles, for one cycle."""
    circuit, given, _ = _random_stimulus()
    alone = Beat(given[0])
    # One bubble more than there are registers: one that counts as a result comes out too.
    bubbles = [Beat(words, i_valid=0) for words in given[1 : circuit.design.stages + 2]]
    scoreboard = await _play(dut, circuit, [*bubbles, alone, *bubbles])
    assert len(scoreboard.results) == 1


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def stalls(dut) -> None:
    """Bubbles and stalls at random: outputs hold while ``en`` is 0, nothing is lost or doubled."""
    circuit, given, rng = _random_stimulus()
    valid, enable = (rng.random(len(given)) < share for share in (0.7, 0.6))
    await _play(dut, circuit, _beats(given, valid, enable))


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def reset(dut) -> None:
    """Reset at random moments, stalled or not, empties the pipeline; it works on after it."""
    circuit, given, rng = _random_stimulus()
    # However deep the pipeline, most results come out between two resets.
    often = 0.2 / circuit.design.stages
    valid, enable, restart = (rng.random(len(given)) < share for share in (0.9, 0.7, often))
    await _play(dut, circuit, _beats(given, valid, enable, restart))


async def _play(dut, circuit: Circuit, beats: Iterable[Beat]) -> Scoreboard:
    """Reset, play the beats, drain, and hold every cycle against the scoreboard."""
    driver, monitor, scoreboard = Driver(dut, circuit), Monitor(dut, circuit), Scoreboard(circuit)
    nothing = (0,) * len(circuit.operands)
    idle = Beat(nothing, i_valid=0)
    driver.beat(Beat(nothing, i_valid=0, rst=1))
    clock = Clock(dut.clk, _PERIOD_NS, unit="ns")
    clock.start()
    for _ in range(2):
        await FallingEdge(dut.clk)
    for beat in (*beats, *[idle] * circuit.design.stages, idle):
        driver.beat(beat)
        # Sampled with new inputs and before the edge: a path around the registers would show.
        await Timer(_SETTLE_NS, unit="ns")
        scoreboard.observe(monitor.sample())
        await FallingEdge(dut.clk)
        scoreboard.clock(beat)
    clock.stop()
    scoreboard.check()
    return scoreboard


Words = list[tuple[int, ...]]


def _random_stimulus() -> tuple[Circuit, Words, np.random.Generator]:
    """A shuffled sample of the corners, which a stall or a reset then cuts up."""
    plan = Plan.load()
    (circuit,) = plan.circuits
    rng = plan.generator()
    given = stimulus(circuit.design, corners=True, seed=plan.seed).words()
    chosen = rng.integers(0, len(given), _RANDOM_CYCLES)
    return circuit, [given[index] for index in chosen.tolist()], rng


def _beats(given: Words, *controls: np.ndarray) -> list[Beat]:
    return [Beat(words, *map(int, marks)) for words, *marks in zip(given, *controls, strict=True)]
