"""The bench of a combinational circuit: corners, one pair a time step."""

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
    """Every corner against every corner."""
    (circuit,) = Plan.load().circuits
    driver, monitor, results = Driver(dut, circuit), Monitor(dut, circuit), Results(circuit)
    given = stimulus(circuit.design, corners=True)
    for x, y in zip(given.x.tolist(), given.y.tolist(), strict=True):
        driver.operands(x, y)
        await Timer(_SETTLE_NS, unit="ns")
        results.add(x, y, monitor.sample().p)
    assert len(results) == len(given)
    results.check()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def no_memory(dut) -> None:
    """The answer to a pair is the same whatever stood at the inputs before."""
    plan = Plan.load()
    (circuit,) = plan.circuits
    driver, monitor = Driver(dut, circuit), Monitor(dut, circuit)
    given = stimulus(circuit.design, corners=True)
    order = plan.generator().permutation(len(given))[:_REPEATED].tolist()
    answers: dict[int, int | None] = {}
    wrong = []
    for index in (*order, *reversed(order), *sorted(order)):
        driver.operands(int(given.x[index]), int(given.y[index]))
        await Timer(_SETTLE_NS, unit="ns")
        answer = monitor.sample().p
        if answers.setdefault(index, answer) != answer:
            wrong.append(
                f"x={given.x[index]:#x} y={given.y[index]:#x} gave {answers[index]} once, "
                f"then {answer}"
            )
    assert len(answers) == len(order) > 0
    if wrong:
        raise Mismatch(f"{len(wrong)} answers depend on what was before: {'; '.join(wrong[:5])}")
