"""The bulk bench: every result of every circuit under the wrapper, compared in numpy."""

import json
from dataclasses import asdict

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, with_timeout

from lmul.sim.benches.verdict import require_no_mismatch
from lmul.sim.reference.units import compare, stimulus
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.wrapper import results_dtype, stimulus_dtype

_PERIOD_NS = 2
_SPARE_CYCLES = 100  # for reset and the pipeline


@cocotb.test()
async def all_pairs(dut) -> None:
    """Stream all operands through the wrapper, then compare every word that came out."""
    plan = Plan.load()
    folder = plan.folder()
    given = stimulus(plan.circuits[0].design, count=plan.count, seed=plan.seed)
    cocotb.log.info("%d pairs, seed %d, %d circuits", len(given), plan.seed, len(plan.circuits))
    records = np.empty(len(given), stimulus_dtype(plan.circuits))
    records["x"], records["y"] = given.x, given.y
    records.tofile(folder / "stimulus.bin")

    Clock(dut.clk, _PERIOD_NS, unit="ns").start()
    cycles = len(given) + _SPARE_CYCLES
    await with_timeout(RisingEdge(dut.done), cycles * _PERIOD_NS, "ns")

    results = np.fromfile(folder / "results.bin", results_dtype(plan.circuits))
    assert len(results) == len(given), f"{len(results)} results to {len(given)} pairs"
    assert int(dut.unknown.value) == 0, f"{dut.unknown.value} results have x or z bits"
    report = {
        circuit.design.name: compare(circuit, given, results[circuit.design.module_name])
        for circuit in plan.circuits
    }
    text = json.dumps({name: asdict(comparison) for name, comparison in report.items()})
    (folder / "comparison.json").write_text(text)
    wrong = [f"{name}: {e}" for name, c in report.items() for e in c.examples[:1]]
    require_no_mismatch(
        sum(c.results for c in report.values()), sum(c.mismatches for c in report.values()), wrong
    )
    # They are 100 MB for the wide formats, and needed only to look into a failure.
    (folder / "stimulus.bin").unlink()
    (folder / "results.bin").unlink()
