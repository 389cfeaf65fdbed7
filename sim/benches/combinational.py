"""The bench of a combinational circuit: corners, one operation a time step."""

import cocotb
from cocotb.triggers import Timer

from lmul.sim.benches.ports import Driver, Monitor
from lmul.sim.benches.scoreboard import Results
from lmul.sim.benches.verdict import Mismatch
from lmul.sim.reference.units import stimulus
from lmul.sim.runner.plan import Plan

_SETTLE_NS = 1
_REPEATED = 200


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def corners(dut) -> None:
    """Every corner against every corner; groups of all sorts of a dot-product unit."""
    plan = Plan.load()
    (circuit,) = plan.circuits
    driver, monitor, results = Driver(dut, circuit), Monitor(dut, circuit), Results(circuit)
    given = stimulus(circuit.design, corners=True, seed=plan.seed)
    for words in given.words():
        driver.operands(*words)
        await Timer(_SETTLE_NS, unit="ns")
        results.add(words, monitor.sample().p)
    assert len(results) == len(given)
    results.check()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def no_memory(dut) -> None:
    """The answer is the same whatever stood at the inputs before."""
    plan = Plan.load()
    (circuit,) = plan.circuits
    driver, monitor = Driver(dut, circuit), Monitor(dut, circuit)
    given = stimulus(circuit.design, corners=True, seed=plan.seed).words()
    order = plan.generator().permutation(len(given))[:_REPEATED].tolist()
    answers: dict[int, int | None] = {}
    wrong = []
    for index in (*order, *reversed(order), *sorted(order)):
        driver.operands(*given[index])
        await Timer(_SETTLE_NS, unit="ns")
        answer = monitor.sample().p
        if answers.setdefault(index, answer) != answer:
            wrong.append(
                f"{', '.join(map(hex, given[index]))} gave {answers[index]} once, then {answer}"
            )
    assert len(answers) == len(order) > 0
    if wrong:
        raise Mismatch(f"{len(wrong)} answers depend on what was before: {'; '.join(wrong[:5])}")
