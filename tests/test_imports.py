"""The import rules of pyproject.toml see the mapped folders: planted breaches are reported."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("hdl", "sim", "synth")


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of the sources, laid out as they are installed."""
    if not (ROOT / "hdl" / "formats.py").is_file():
        pytest.skip(f"{ROOT} holds no sources")
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
    assert "2 kept, 0 broken" in said


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("hdl/pack.py", "import lmul.sim.golden", "lmul.hdl is not allowed to import lmul.sim"),
        ("sim/codec.py", "import lmul.synth.gates", "lmul.sim is not allowed to import lmul.synth"),
        ("synth/gates.py", "import lmul.cli", "lmul.synth is not allowed to import lmul.cli"),
        ("sim/golden.py", "import lmul.hdl.pack", "lmul.sim.golden is not allowed to import"),
        ("sim/codec.py", "import amaranth", "lmul.sim.codec is not allowed to import amaranth"),
    ],
)
def test_breach_is_reported(project, module, line, complaint):
    plant(project, module, line)
    code, said = lint(project)
    assert code == 1
    assert complaint in " ".join(said.split())
