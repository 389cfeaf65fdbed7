"""The import rules of pyproject.toml see the mapped folders: planted breaches are reported."""

import importlib
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("hdl", "sim", "synth")
MOST_MODULES = 12  # in a folder, beside its face


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of the sources, laid out as they are installed."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lmul", tmp_path / "lmul", ignore=ignore)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / "lmul" / folder, ignore=ignore)
    return tmp_path


def lint(project: Path) -> tuple[int, str]:
    lint_imports = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint_imports, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def plant(project: Path, module: str, line: str) -> None:
    path = project / "lmul" / module
    path.write_text(path.read_text() + f"\n{line}\n")


def test_rules_are_kept(project):
    code, said = lint(project)
    assert code == 0, said
    assert "5 kept, 0 broken" in said


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        (
            "hdl/multiplier/pack.py",
            "import lmul.sim.golden.multiply",
            "lmul.hdl is not allowed to import lmul.sim",
        ),
        (
            "sim/golden/codec.py",
            "import lmul.synth.gates.count",
            "lmul.sim is not allowed to import lmul.synth",
        ),
        (
            "synth/gates/count.py",
            "import lmul.cli",
            "lmul.synth is not allowed to import lmul.cli",
        ),
        (
            "hdl/products/exact.py",
            "import lmul.hdl.multiplier.pack",
            "lmul.hdl.products is not allowed to import lmul.hdl.multiplier",
        ),
        (
            "sim/golden/multiply.py",
            "import lmul.hdl.multiplier.pack",
            "lmul.sim.golden is not allowed to import lmul.hdl.multiplier",
        ),
        (
            "sim/golden/codec.py",
            "import amaranth",
            "lmul.sim.golden is not allowed to import amaranth",
        ),
    ],
)
def test_breach_is_reported(project, module, line, complaint):
    plant(project, module, line)
    code, said = lint(project)
    assert code == 1
    assert complaint in " ".join(said.split())


def test_a_folder_without_a_place_is_reported(project):
    (project / "lmul/synth/attic").mkdir()
    (project / "lmul/synth/attic/__init__.py").touch()
    code, said = lint(project)
    assert code == 1
    assert "lmul.synth.attic" in said


def test_every_folder_is_a_package_that_is_installed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(("lmul", *folder.relative_to(ROOT).parts))
        for name in FOLDERS
        for folder in (ROOT / name, *(ROOT / name).rglob("*/"))
        if any(folder.glob("*.py"))
    }
    folders |= {
        ".".join(folder.relative_to(ROOT).parts)
        for folder in (ROOT / "lmul", *(ROOT / "lmul").rglob("*/"))
        if any(folder.glob("*.py"))
    }
    assert sorted(listed) == sorted(folders)
    for package in listed:
        module = importlib.import_module(package)
        assert module.__doc__, package


def test_no_folder_is_too_full_to_walk():
    roots = ("hdl", "lmul", "sim", "synth", "tests")
    files = [file.relative_to(ROOT) for root in roots for file in (ROOT / root).rglob("*.py")]
    modules = Counter(file.parent for file in files if file.name != "__init__.py")
    assert modules[Path("hdl/arithmetic")] > 1
    assert {str(folder): n for folder, n in modules.items() if n > MOST_MODULES} == {}
