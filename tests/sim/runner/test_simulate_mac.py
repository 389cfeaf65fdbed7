"""Simulations of PEs and arrays: what `lmul sim` does with them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.verilog.emit import emit
from lmul.sim.reference.circuit import MacCircuit
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.run import run
from lmul.sim.runner.simulate import mac_simulation, simulate

# Icarus builds at once, and knows unknown bits; Verilator takes half a minute for an array.
SIMULATOR = "icarus" if shutil.which("iverilog") else "verilator"
PE_TESTS, ARRAY_TESTS = 5, 9
SEED = 31

NARROW_KINDS = [kind for kind, info in KINDS.items() if info.exists_for(FORMATS["e4m3"])]


def drawn_arrays():
    """Every kind in both flows, then formats, accumulators and shapes; sizes at random."""
    rng = np.random.default_rng(SEED)
    policies = ("ftz", "", "lax", "", "ftz")
    rest = [
        (f"{kind}-e4m3", flow, policies[(place + (flow == "ws")) % 5])
        for place, kind in enumerate(NARROW_KINDS)
        for flow in ("os", "ws")
    ]
    rest += [
        ("lmul-e5m2", "os", ""),
        ("exact-e5m2", "ws", ""),
        ("lmul-e3m4", "ws", "ftz"),
        ("lmul_rne-e4m3fnuz", "os", ""),
        ("exact-e2m1", "os", "ftz"),
        ("lmul-e2m1", "ws", ""),
        ("lmul-bf16", "os", ""),
        ("exact-bf16", "ws", "ftz"),
        ("int8", "os", ""),
        ("int8", "ws", ""),
    ]
    for what, flow, policy in rest:
        rows, columns = rng.integers(1, 5, 2)
        yield "-".join(filter(None, ("array", what, f"{rows}x{columns}", flow, policy)))
    yield from ("array-lmul-e4m3-1x5-os-k32", "array-exact-e4m3-5x1-os-k32-s2")
    yield from ("array-exact-e4m3-1x4-ws-k32-s2", "array-lmul-e4m3-4x1-ws-k32")
    yield from ("array-exact-e4m3-2x3-os-fix24_-9", "array-lmul-e5m2-3x2-ws-ftz-fix20_-6")
    yield from ("array-lmul-e5m2-2x2-os-dual18_-6-k64", "array-int8-2x2-os-dual16-s1")
    yield from ("array-int8-2x3-os-k64-s1-c8", "array-exact-e5m2-3x2-os-k64-c1-r1")
    yield from ("array-int8-3x2-ws-k64-c5", "array-lmul-e4m3-2x3-ws-k64-s2-c8")
    yield from ("array-int8-2x2-os-n5-k65-c8", "array-exact-e5m2-2x1-ws-n2-k64-s1-c4")
    yield from SEVERAL_PAIRS


SEVERAL_PAIRS = (
    "array-exact-e2m1-2x1-os-n5",
    "array-int8-2x2-os-n4-k64-s1",
    "array-mitchell-e2m1-1x1-ws-n3-w6-bf16",
    "array-exact-e4m3-2x2-os-n3-fix12_-3",
    "array-lmul-e5m2-1x2-ws-n2-ftz-fix20_-6-s1",
)


def sound(name: str, out: Path, simulator: str = SIMULATOR) -> None:
    result = simulate(Design.parse(name), simulator, out=out)
    assert result.failed == ()
    assert result.tests == (ARRAY_TESTS if name.startswith("array") else PE_TESTS)
    assert result.vectors > 150


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pe-lmul-e5m2-k64-s1-c8", "pe-int8", "pe-exact-e2m1-n3-k9"])
def test_pe(name, tmp_path):
    sound(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "array-lmul-e4m3-2x3-os-k32",
        pytest.param("array-lmul-e5m2-3x1-ws-ftz-k16", marks=pytest.mark.evidence),
        "array-lmul-e2m1-1x1-os-n3-ftz-k6",
    ],
)
def test_array(name, tmp_path):
    sound(name, tmp_path)


@pytest.mark.evidence
def test_product_of_integers(tmp_path):
    result = simulate(Design.parse("product-int8"), "verilator", out=tmp_path)
    assert (result.tests, result.failures, result.vectors) == (3, 0, 65536)


@pytest.mark.evidence
@pytest.mark.parametrize(
    "name",
    [
        "pe-exact-e4m3-ftz",
        "pe-lmul-e4m3-bare-k64-s1",
        "pe-lmul_rne-e4m3-lax-fix24_-9",
        "pe-lmul_formula-e5m2-ftz-fp32",
        "pe-mitchell-e4m3fnuz-k64",
        "pe-exact-bf16-s2",
        "pe-lmul-e2m1-k16",
        "pe-lmul-e4m3-ftz-e4m3",
        "pe-exact-e4m3-ftz-dual14_-10",
        "pe-int8-dual16-s2",
        "pe-int8-n4-k64-s1-c8",
        "pe-lmul-e5m2-n3-k66-c8",
        "pe-int8-n4-k64-s1",
        "pe-lmul-e5m2-n3-w9-bf16-s1",
        "pe-mitchell-e2m1-n2-w6-bare-fp32",
        "pe-exact-e4m3-n3-fix12_-3",
        "pe-lmul-bf16-n4-w16-ftz",
    ],
)
def test_every_kind_of_pe(name, tmp_path):
    sound(name, tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize("name", list(drawn_arrays()))
def test_every_kind_of_array(name, tmp_path):
    sound(name, tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("array-exact-e5m2-2x2-os-k64", None),
        ("array-exact-e4m3-2x2-ws-ftz", None),
        ("array-lmul-e4m3-2x1-os-k64", "bf16"),
        ("array-lmul-e5m2-1x2-ws-k64", "fp16"),
    ],
)
def test_other_results(name, out, tmp_path):
    design = MacDesign.parse(name)
    circuit = MacCircuit.of(design, emit(design, out=out), out)
    assert circuit.out == out
    outcome = run(mac_simulation(circuit), tmp_path / "run", SIMULATOR)
    assert (outcome.tests, outcome.failures) == (ARRAY_TESTS, ())


def test_plan_round_trip(tmp_path, monkeypatch):
    design = MacDesign.parse("array-exact-e4m3-2x3-os-ftz-fix24_-9")
    ports = "\n".join(
        f"  input [{width - 1}:0] {port};"
        for port, width in {
            "s_axis_a_tdata": 16,
            "s_axis_a_tkeep": 2,
            "s_axis_a_tlast": 1,
            "s_axis_b_tdata": 24,
            "s_axis_b_tkeep": 3,
            "s_axis_b_tlast": 1,
            "m_axis_out_tdata": 96,
            "m_axis_out_tlast": 1,
            "m_axis_out_tuser": 3,
            **{f"{s}_t{p}": 1 for s in ("s_axis_a", "s_axis_b") for p in ("valid", "ready")},
            **{f"m_axis_out_t{p}": 1 for p in ("valid", "ready")},
        }.items()
    )
    text = f"module {design.module_name};\n{ports}\nendmodule\n"
    circuit = MacCircuit.of(design, text)
    assert [stream.name for stream in circuit.streams] == ["a", "b", "out"]
    Plan((), 5, 6, circuit).save(tmp_path / "plan.json")
    monkeypatch.setenv("LMUL_PLAN", str(tmp_path / "plan.json"))
    loaded = Plan.load()
    assert (loaded.circuits, loaded.count, loaded.seed) == ((), 5, 6)
    assert loaded.mac == MacCircuit(design, "", circuit.ports, circuit.streams, "fp32")
    message = "^Module 'array_exact_e4m3_2x3_os_ftz_fix24_m9' has no port 's_axis_a_tkeep' of 2 "
    with pytest.raises(ValueError, match=message):
        MacCircuit.of(design, text.replace("s_axis_a_tkeep", "keep"))


@pytest.mark.parametrize(
    "name",
    ["pe-int8-s1", "pe-lmul-e4m3-fp32", "array-int8-2x3-ws-f2", "array-lmul-bf16-2x3-ws-n3-w9"],
)
def test_a_design_comes_back_from_a_plan(name, tmp_path, monkeypatch):
    design = MacDesign.parse(name)
    Plan((), mac=MacCircuit(design, "", ())).save(tmp_path / "plan.json")
    monkeypatch.setenv("LMUL_PLAN", str(tmp_path / "plan.json"))
    loaded = Plan.load().mac
    assert loaded is not None and loaded.design == design
