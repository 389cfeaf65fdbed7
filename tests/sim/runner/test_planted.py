"""The benches find planted bugs: one run each, and it is the comparison that fails."""

from xml.etree import ElementTree

import numpy as np
import pytest
from planted_bugs import damaged, with_other

from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.golden.multiply import multiply
from lmul.sim.reference.circuit import Circuit
from lmul.sim.reference.vectors import all_pairs
from lmul.sim.runner.run import run
from lmul.sim.runner.simulate import per_cycle_simulation, simulate
from lmul.sim.runner.verify import family, verify_format

DESIGN = UnitDesign.parse("lmul-e4m3-ftz")
X, Y = all_pairs(DESIGN.format)
SOUND = multiply(X, Y, "e4m3", "lmul", "ftz")
CARRIES = (X & 7).astype(int) + (Y & 7) + 1 > 7
BUGS = {
    "wrong offset": (
        with_other(DESIGN, UnitDesign.parse("lmul-e4m3-ftz-o2")),
        np.count_nonzero(multiply(X, Y, "e4m3", "lmul", "ftz", offset=2) != SOUND),
    ),
    "lost carry": (
        damaged(DESIGN, {"p": "(x[2:0] + y[2:0] + 4'd1 > 4'd7) ? sound_p - 8'd8 : sound_p"}),
        np.count_nonzero(CARRIES),
    ),
    "swapped sign": (
        damaged(DESIGN, {"p": "{~sound_p[7], sound_p[6:0]}"}),
        len(SOUND),
    ),
    "dropped NaN": (
        damaged(DESIGN, {"p": "(sound_p == 8'h7f) ? 8'h7e : sound_p"}),
        np.count_nonzero(SOUND == 0x7F),
    ),
}
PIPELINED = UnitDesign.parse("lmul-e4m3-ftz-s2")
PIPELINE_BUGS = {
    "stall ignored": (damaged(PIPELINED, {"en": "1'b1"}), {"stalls", "reset"}),
    "reset ignored": (damaged(PIPELINED, {"rst": "1'b0"}), {"reset"}),
    "reset waits for enable": (damaged(PIPELINED, {"rst": "rst & en"}), {"reset"}),
    "a stage too many": (
        with_other(PIPELINED, UnitDesign.parse("lmul-e4m3-ftz-s3")),
        {"corners", "latency", "stalls", "reset"},
    ),
    "a stage too few": (
        with_other(PIPELINED, UnitDesign.parse("lmul-e4m3-ftz-s1")),
        {"corners", "latency", "stalls", "reset"},
    ),
    "always valid": (
        damaged(PIPELINED, {"o_valid": "1'b1"}),
        {"corners", "latency", "stalls", "reset"},
    ),
    "result gone in a stall": (
        damaged(PIPELINED, {"p": "en ? sound_p : 8'h00"}),
        {"stalls", "reset"},
    ),
    "dropped NaN": (
        damaged(PIPELINED, {"p": "(sound_p == 8'h7f) ? 8'h7e : sound_p"}),
        {"corners", "stalls", "reset"},
    ),
}


# One of each sort in `make test`; the others are longer than they are different.
OTHER_BUGS = (
    *("lost carry", "swapped sign", "reset ignored", "a stage too many", "always valid"),
    *("dropped NaN", "a stage too few", "reset waits for enable"),
)


def one_of_each(bugs):
    return [
        pytest.param(bug, marks=pytest.mark.evidence if bug in OTHER_BUGS else ()) for bug in bugs
    ]


@pytest.mark.slow
@pytest.mark.parametrize("bug", one_of_each(BUGS))
def test_both_benches_find(bug, tmp_path):
    verilog, wrong = BUGS[bug]
    assert 0 < wrong <= len(SOUND)
    result = simulate(DESIGN, out=tmp_path, verilog=verilog)
    failed = {failure.test: failure for failure in result.failed}
    corners = failed["lmul.sim.benches.combinational.corners"]
    bulk = failed["lmul.sim.benches.bulk.all_pairs"]
    assert (result.tests, result.failures) == (3, 2)
    assert corners.error == bulk.error == "Mismatch"
    assert "results are wrong: x=0x" in corners.message
    assert bulk.message.startswith(f"{wrong} of 65536 results are wrong: lmul-e4m3-ftz: x=0x")
    assert ElementTree.parse(result.junit).getroot().get("failures") == "2"


@pytest.mark.evidence
def test_planting_alone_breaks_nothing(tmp_path):
    result = simulate(DESIGN, out=tmp_path, verilog=damaged(DESIGN, {}))
    assert (result.tests, result.failures, result.vectors) == (3, 0, 65536)


@pytest.mark.slow
@pytest.mark.parametrize("bug", one_of_each(PIPELINE_BUGS))
def test_protocol_bench_finds(bug, tmp_path):
    verilog, tests = PIPELINE_BUGS[bug]
    outcome = run(per_cycle_simulation(Circuit.of(PIPELINED, verilog)), tmp_path / "run")
    assert outcome.tests == 4
    assert {failure.test.rpartition(".")[2] for failure in outcome.failures} == tests
    assert {failure.error for failure in outcome.failures} == {"Mismatch"}


@pytest.mark.slow
def test_one_bad_circuit_among_many_is_named():
    designs = family(DESIGN.format, kinds=["lmul", "exact"])
    verilog, wrong = BUGS["dropped NaN"]
    result = verify_format(designs, verilog={DESIGN: verilog})
    assert (result.units, result.products, result.mismatches) == (8, 8 * 65536, wrong)
    assert result.examples
    assert all(example.startswith("lmul-e4m3-ftz: x=0x") for example in result.examples)
