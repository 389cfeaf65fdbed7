"""The runner's ways to fail: each one a clear line, none of them silent."""

import json
import os
import re
import shutil
import threading
import time
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest

from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.reference.circuit import Circuit
from lmul.sim.runner import simulators
from lmul.sim.runner.build import Simulation
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.run import run
from lmul.sim.runner.simulate import per_cycle_simulation, simulate
from lmul.sim.runner.simulators import check_simulator, environment
from lmul.tools import process
from lmul.tools.cache import locked
from lmul.tools.errors import ToolFailed, ToolNotFound
from lmul.tools.installed import install_command
from lmul.tools.process import BUILD_FAILED

DESIGN = UnitDesign.parse("exact-e2m1-lax")


@pytest.fixture
def own_build_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))


@pytest.fixture
def fake_launch(monkeypatch, own_build_folder):
    return partial(_fake_launch, monkeypatch)


def _fake_launch(monkeypatch, results: str | None, status: int = 0, build_status: int = 0) -> None:
    """Stand in for the simulator: it leaves ``results`` and ends with ``status``."""

    def start(job, folder: Path, variables, timeout: float) -> int:
        if job["step"] == "build":
            (folder / "build.log").write_text("c++ -o error.o\n%Error: bad.v:1: no such thing\n")
            return build_status
        if results is not None:
            (folder / "results.xml").write_text(results)
        return status

    monkeypatch.setattr(process, "start", start)


def simulation(**changes) -> Simulation:
    plan = Plan(())
    fields = {"sources": {"a.v": ""}, "top": "a", "ports": ("x",), "bench": "b", "plan": plan}
    return Simulation(**(fields | changes))


def suite(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


PASSED = '<testcase classname="b" name="good"/>'
FAILED = '<testcase classname="b" name="bad"><failure type="Mismatch" message="1 of 2"/></testcase>'
SKIPPED = '<testcase classname="b" name="lazy"><skipped message="no time"/></testcase>'


def test_passed(fake_launch, tmp_path):
    fake_launch(suite(PASSED, PASSED))
    outcome = run(simulation(), tmp_path / "run")
    assert (outcome.tests, outcome.failures) == (2, ())


def test_failed_although_exit_status_is_0(fake_launch, tmp_path):
    fake_launch(suite(PASSED, FAILED))
    outcome = run(simulation(), tmp_path / "run")
    assert outcome.tests == 2
    (failure,) = outcome.failures
    assert (failure.test, failure.error, failure.message) == ("b.bad", "Mismatch", "1 of 2")


def test_skipped_is_failed(fake_launch, tmp_path):
    fake_launch(suite(PASSED, SKIPPED))
    (failure,) = run(simulation(), tmp_path / "run").failures
    assert (failure.test, failure.error) == ("b.lazy", "skipped")


def test_no_tests(fake_launch, tmp_path):
    fake_launch(suite())
    with pytest.raises(ToolFailed, match=r"^The bench 'b' ran no test on 'a'$"):
        run(simulation(), tmp_path / "run")


def test_no_results(fake_launch, tmp_path):
    fake_launch(None)
    with pytest.raises(ToolFailed, match=r"^The simulation of 'a' left no results; see .*log$"):
        run(simulation(), tmp_path / "run")


def test_all_passed_but_exit_status(fake_launch, tmp_path):
    fake_launch(suite(PASSED), status=3)
    with pytest.raises(ToolFailed, match=r"^The simulation of 'a' ended with exit status 3; see "):
        run(simulation(), tmp_path / "run")


def test_old_results_are_not_read(fake_launch, tmp_path):
    fake_launch(suite(PASSED))
    run(simulation(), tmp_path / "run")
    fake_launch(None)
    with pytest.raises(ToolFailed, match="left no results"):
        run(simulation(), tmp_path / "run")


def test_build_fails(fake_launch, tmp_path):
    fake_launch(suite(PASSED), build_status=BUILD_FAILED)
    message = "verilator can't build 'a': %Error: bad.v:1: no such thing (log: "
    with pytest.raises(ToolFailed, match=f"^{re.escape(message)}.*build.log"):
        run(simulation(), tmp_path / "run")
    # Nothing of it is taken for a build later.
    with pytest.raises(ToolFailed, match="can't build"):
        run(simulation(), tmp_path / "run")


def test_builds_are_kept_by_content(fake_launch, tmp_path):
    fake_launch(suite(PASSED))
    for text in ("module a; endmodule", "module a; endmodule", "module a; wire b; endmodule"):
        run(simulation(sources={"a.v": text}), tmp_path / "run")
    assert len(list((tmp_path / "build").rglob("built.json"))) == 2


def test_a_program_linked_in_another_environment_is_not_taken(fake_launch, tmp_path, monkeypatch):
    """It would look for cocotb's library there, where it may be gone."""
    fake_launch(suite(PASSED))
    for folder in (None, tmp_path / "other" / "cocotb"):
        if folder is not None:
            monkeypatch.setattr(simulators, "_home_of", lambda package, home=folder: home)
        simulators.version.cache_clear()
        run(simulation(), tmp_path / "run")
    simulators.version.cache_clear()
    assert len(list((tmp_path / "build").rglob("built.json"))) == 2


def test_unknown_simulator():
    with pytest.raises(
        ValueError, match=r"^Unknown simulator 'modelsim': use verilator or icarus$"
    ):
        check_simulator("modelsim")


def test_simulate_unknown_simulator(tmp_path):
    with pytest.raises(ValueError, match=r"^Unknown simulator 'vcs'"):
        simulate(DESIGN, "vcs", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_icarus_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolNotFound, match=r"^Icarus Verilog is not installed: no 'iverilog' on"):
        check_simulator("icarus")


def test_verilator_missing(monkeypatch):
    def missing(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", missing)
    message = f"^verilator is not installed: {re.escape(install_command('sim'))}$"
    with pytest.raises(ToolNotFound, match=message):
        check_simulator("verilator")


@pytest.mark.parametrize("program", ["perl", "make", "c++", "ar", "xargs"])
def test_verilator_needs(program, monkeypatch):
    which = shutil.which
    monkeypatch.setattr(
        "lmul.tools.installed.shutil.which", lambda name: None if name == program else which(name)
    )
    with pytest.raises(
        ToolNotFound, match=rf"^Verilator needs '{re.escape(program)}', which is not on PATH "
    ):
        check_simulator("verilator")


def test_environment_is_clean(monkeypatch):
    for name in ("PYTEST_CURRENT_TEST", "COCOTB_TEST_FILTER", "WAVES", "MAKEFLAGS", "MAKELEVEL"):
        monkeypatch.setenv(name, "foreign")
    assert "foreign" not in environment("verilator").values()
    assert "foreign" not in environment("icarus").values()


def test_locked(tmp_path):
    order = []

    def second() -> None:
        with locked(tmp_path / "folder"):
            order.append("second")

    with locked(tmp_path / "folder"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_timeout_leaves_no_process(own_build_folder, tmp_path):
    circuit = Circuit.of(DESIGN)
    with pytest.raises(
        ToolFailed,
        match=rf"^verilator did not finish to build '{DESIGN.module_name}' in 0 seconds; see ",
    ):
        run(per_cycle_simulation(circuit), tmp_path / "run", timeout=0.3)
    # A killed process stands in /proc until the kernel has taken it down.
    deadline = time.monotonic() + 300
    while left := running(str(tmp_path)):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def running(folder: str) -> list[str]:
    """Command lines of other processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text()
        except OSError:
            continue
        if folder in command and int(entry.name) != os.getpid():
            found.append(command)
    return found


@pytest.mark.slow
def test_verilog_error(tmp_path):
    circuit = Circuit.of(DESIGN)
    broken = circuit.verilog.replace("endmodule", "  nonsense(;\nendmodule")
    with pytest.raises(
        ToolFailed, match=rf"^verilator can't build '{DESIGN.module_name}': %Error.*\(log: .*\)$"
    ):
        simulate(DESIGN, out=tmp_path, verilog=broken)


@pytest.mark.slow
def test_bench_without_tests(tmp_path):
    sound = per_cycle_simulation(Circuit.of(DESIGN))
    empty = Simulation(sound.sources, sound.top, sound.ports, "lmul.sim.benches.ports", sound.plan)
    with pytest.raises(ToolFailed, match=r"left no results; see .*simulation.log$"):
        run(empty, tmp_path / "run")


def test_plan_round_trip(tmp_path, monkeypatch):
    circuit = Circuit.of(UnitDesign.parse("product-lmul-e4m3-o2"))
    Plan((circuit,), 5, 6).save(tmp_path / "plan.json")
    monkeypatch.setenv("LMUL_PLAN", str(tmp_path / "plan.json"))
    plan = Plan.load()
    (loaded,) = plan.circuits
    assert (plan.count, plan.seed, plan.folder()) == (5, 6, tmp_path)
    assert (loaded.design, loaded.x, loaded.p) == (circuit.design, circuit.x, circuit.p)
    assert loaded.exp_bias == circuit.exp_bias > 0
    assert "verilog" not in json.loads((tmp_path / "plan.json").read_text())["circuits"][0]
