"""Exported packages for the tests: which designs, and how to run what was written."""

import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from outside import SHORT_IN_ICARUS

from lmul.hdl.designs.design import Design
from lmul.sim.export import package
from lmul.sim.runner.simulators import environment, version
from lmul.tools.cache import object_cache

# Writes the packages of the designs named to ./out, in a process of its own.
PROGRAM = """
import sys
from pathlib import Path
from lmul.hdl.designs.design import Design
from lmul.sim.export import export
for name in sys.argv[1:]:
    export(Design.parse(name), Path("out"))
"""

# Every kind, preset, level and number of stages; formats of each rule for specials; wide ones.
NAMES = [
    "lmul-e4m3-ftz",
    "lmul-e4m3-s2",
    "lmul-e5m2-bare-s1",
    "lmul-bf16-lax-o3",
    "lmul_rne-e4m3-ftz-s3",
    "lmul_rne-e2m1-zngni",
    "lmul_formula-e4m3fnuz",
    "mitchell-e2m3",
    "mitchell-fp16-s3",
    "exact-e5m2-ftz",
    "exact-fp32",
    "product-lmul-e4m3",
    "product-lmul_rne-e5m2",
    "product-lmul_formula-e3m2-o2",
    "product-mitchell-e2m1",
    "product-exact-bf16",
]
PE_NAMES = [
    "pe-lmul_rne-e4m3fnuz-k8",
    "product-int8",
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in (
            "pe-lmul-e4m3",
            "pe-exact-e5m2-ftz-fix24_-9-s1",
            "pe-lmul_formula-e2m3-bare-e4m3",
            "pe-mitchell-bf16-lax-s1",
            "pe-int8-s1-c8",
            "pe-lmul-e5m2-dual18_-6-s1",
            "pe-int8-dual16",
            "pe-lmul-e5m2-n3-w9-bf16-s1",
            "pe-exact-e4m3-n2-bare-k32",
            "pe-int8-n4",
        )
    ),
]
ARRAY_NAMES = [
    "array-lmul_rne-e2m1-2x3-os-k16",
    "array-mitchell-e2m1-3x2-ws-k16",
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in (
            "array-lmul-e4m3-5x3-os",
            "array-exact-e5m2-3x4-ws-s1",
            "array-lmul-e5m2-2x2-os-ftz-fix24_-9",
            "array-lmul-e3m2-4x1-ws-bare-fix16_-4",
            "array-lmul_formula-bf16-1x2-os-lax",
            "array-int8-1x1-os",
            "array-int8-4x4-ws-s1",
            "array-int8-2x2-os-s1-c8",
            "array-lmul-e2m1-2x2-ws-k16-c1-r1",
            "array-lmul-e5m2-2x2-os-n3-w9-bf16-s1",
            "array-exact-e4m3-2x3-ws-n2-bare-k32",
        )
    ),
]


def one_always(names: list[Any]) -> list[Any]:
    """A test's parameters: the first as it is, the others in `make test` where Icarus is."""
    return [
        names[0],
        *(
            pytest.param(name.values[0], marks=[*name.marks, SHORT_IN_ICARUS])
            if hasattr(name, "values")
            else pytest.param(name, marks=SHORT_IN_ICARUS)
            for name in names[1:]
        ),
    ]


@lru_cache
def files_of(name: str) -> dict[str, str]:
    return package(Design.parse(name))


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)


def run_bench(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    """The package's bench, run in its folder: by Icarus where it is, else by Verilator."""
    return (run_icarus if shutil.which("iverilog") else run_binary)(folder, module)


def run_icarus(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    """The two commands that the bench's head gives."""
    build = ["iverilog", "-g2005", "-Wall", "-o", "bench", "-f", f"{module}.f", f"{module}_tb.v"]
    built = subprocess.run(build, cwd=folder, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    return _run(["vvp", "-n", "bench"], folder)


def run_binary(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    """The bench as a program of Verilator, optimised little: it is run once."""
    files = [f"{module}.vlt", f"{module}_tb.v"]
    built = build_binary(folder, "--top", f"{module}_tb", "-f", f"{module}.f", *files)
    assert built.returncode == 0, built.stderr
    done = _run(["obj_dir/bench"], folder)
    said = [line for line in done.stdout.splitlines(keepends=True) if line[:2] != "- "]
    done.stdout = "".join(said)  # without Verilator's own remarks
    return done


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = folder / command[0]
    command = [str(program) if program.exists() else command[0], *command[1:]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def build_binary(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``obj_dir/bench``: Verilog with its own clock as a program, compiled for one short run."""
    make = folder / "obj_dir"
    make.mkdir()
    objects = object_cache(make, "sim/tests", version("verilator"))
    once = ["--output-split", "200000", "-CFLAGS", "-O0", "-o", "bench"]
    return run_verilator(folder, "--binary", "--timing", *once, *arguments, **objects)


def run_verilator(
    folder: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["verilator", *arguments],
        cwd=folder,
        env=environment("verilator") | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def check_lint(folder: Path, name: str) -> None:
    """Verilator says nothing, neither to the design nor to its bench."""
    module = Design.parse(name).module_name
    write(folder, files_of(name))
    design = [f"{module}.vlt", "-f", f"{module}.f"]
    bench = ["--timing", "--top-module", f"{module}_tb", f"{module}_tb.v"]
    for top in (["-Wall", "--top-module", module], bench):
        linted = run_verilator(folder, "--lint-only", *top, *design)
        assert (linted.returncode, linted.stderr) == (0, "")


def check_ports(name: str) -> tuple[dict[str, Any], str, list[str]]:
    """The manifest's ports are the Verilog's; returns manifest, Verilog, and its head's lines."""
    module = Design.parse(name).module_name
    files = files_of(name)
    manifest, text = json.loads(files[f"{module}.json"]), files[f"{module}.v"]
    header = re.search(rf"^module {module} \((.*?)\);", text, re.M | re.S)
    assert header is not None
    found = re.findall(r"^  (input|output) (?:wire|reg) (?:\[(\d+):0\] )?(\w+),?$", header[1], re.M)
    assert sorted(found) == sorted(
        (port["direction"], str(port["width"] - 1) if port["width"] > 1 else "", port["name"])
        for port in manifest["ports"]
    )
    head = text.partition("\nmodule ")[0].splitlines()
    assert max(map(len, head)) <= 100
    return manifest, text, head
