"""The commands in README, CONTRIBUTING and docs: each is one that there is, and those that end soon
are run, in the order of their page, and print what the page says.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from outside import NEEDS_ICARUS
from typer.main import get_command

from lmul.cli import app
from lmul.hdl.designs.design import Design

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"```console\n(.*?)```", re.S)
_INLINE = re.compile(r"`((?:\.venv/bin/)?lmul [^`]*)`")
_KINDS = (
    r"(array|pe|product|dot|lmul|lmul_rne1?|lmul_coarse|lmul_fine|lmul_formula|mitchell|trunc[468]|"
    r"exact)-[\w-]+"
)

QUICK = (
    "lmul list",
    "lmul explain 1.5 2.25 --format e4m3",
    "lmul explain array-",
    "lmul verilog lmul-e4m3-ftz -o build",
    "lmul c lmul-e4m3-ftz -o",
    "lmul report --table what-a-term",
    "lmul report --full --table at-equal-clocks",
)
"""What begins so takes a second or two: `make test` runs it."""

LONG = (
    "lmul sim lmul-e4m3-s1",
    "lmul energy lmul-e4m3-ftz",
    "lmul energy mitchell-bf16-ftz",
    "lmul synth mitchell-bf16-ftz",
    "lmul matmul --att",
    "lmul synth --parts dot-",
    "lmul synth pe-lmul-e4m3-ftz-s1",
    "lmul energy dot-",
)
"""What begins so takes longer: `make evidence` runs it."""

NOT_RUN = {
    "python3 -m venv": "there is no network in a test, and HOST is none",
    ".venv/bin/python examples/amaranth_array.py": "tests/docs/test_examples.py runs it",
    "lmul verilog array-lmul-e4m3-8x8-os -o ip": "test_from_nothing_to_a_passing_bench runs it",
    "make ": "this test is part of it, or of what a fresh machine's test runs",
    "pip install": "there is no network in a test, and HOST is none",
    "lmul sim 'lmul-e4m3-*'": "minutes; tests/commands and tests/sim do the same with fewer",
    "lmul sim lmul-e4m3-ftz --verilog": "tests/commands does so with a changed file",
    "lmul sim array-": "tests/sim does so with Icarus",
    "lmul verilog lmul-e4m3-ftz -o mine": "an editor is in the way",
    "lmul synth pe-": "minutes; tests/synth/timing searches for smaller circuits",
    "lmul synth dot-": "minutes; tests/synth/timing searches for smaller circuits",
    "lmul energy pe-": "tests/synth/energy reads what it exports",
    "lmul report --table how-narrow-": "a minute; tests/sim/accuracy measures some of it",
    "cp build/report": "the next one reads what it keeps",
    "lmul history": "there are no kept reports; tests/synth/history reads some",
    "lmul optimise": "minutes; tests/synth/optimise and tests/docs search and count parts of it",
    "lmul fpga": "minutes; tests/synth/fpga places smaller circuits",
    "lmul accuracy": "minutes, and an extra; tests/accuracy measures in small",
    "lmul attention": "an extra; tests/accuracy runs a smaller array",
    "lmul sweep examples/": "half an hour; tests/synth/sweep reads every example",
    "lmul sweep mine.toml": "tests/docs/test_research_page.py does so",
    "cd ": "the next commands run there",
}
"""What begins so is only read, and why."""


def console(page: Path) -> Iterator[tuple[str, list[str]]]:
    """A page's commands, without their path, each with the lines that it is said to print."""
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        commands: list[tuple[str, list[str]]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                told = line[2:].partition("  #")[0].replace(".venv/bin/lmul", "lmul").strip()
                commands.append((told, []))
            elif line.strip():
                commands[-1][1].append(line)
        yield from commands


def inline(page: Path) -> list[str]:
    found = _INLINE.findall(page.read_text(encoding="utf-8"))
    return [command.replace(".venv/bin/", "") for command in found]


COMMANDS = [(page, *one) for page in PAGES for one in console(page)]
BENCH = ("iverilog", "lmul verilator")


def test_every_command_is_run_or_has_a_reason():
    starts = (*QUICK, *LONG, *BENCH, *NOT_RUN)
    assert [told for _, told, _ in COMMANDS if not told.startswith(starts)] == []
    shown = [told for _, told, _ in COMMANDS] + [told for page in PAGES for told in inline(page)]
    unused = [start for start in starts if not any(told.startswith(start) for told in shown)]
    assert unused == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path):
    group = get_command(app)
    commands = group.commands  # pyright: ignore[reportAttributeAccessIssue]
    for told in [*inline(page), *(told for told, _ in console(page) if told.startswith("lmul "))]:
        for part in told.split(" && "):
            words = shlex.split(re.sub(r"[\[\]…]", " ", part))
            if words[0] != "lmul" or words[1].isupper():
                continue
            assert words[1] in commands, told
            known = {name for param in commands[words[1]].params for name in param.opts}
            known |= {name for param in commands[words[1]].params for name in param.secondary_opts}
            options = [word for word in words[2:] if word.startswith("--")]
            if words[1] != "verilator":  # which takes Verilator's
                assert {*options} <= {*known, "--help"}, told
            for word in words[2:]:
                if re.fullmatch(_KINDS, word):
                    assert Design.parse(word), told
                elif word.startswith("examples/"):
                    assert (ROOT / word).is_file(), told


def run(told: str, said: list[str], folder: Path) -> None:
    """Run a command as the page says, and find each line that it is said to print."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", told],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in said:
        assert line in done.stdout


def runs(*starts: str) -> list[tuple[str, list[str]]]:
    found = {told: said for _, told, said in COMMANDS if told.startswith(starts)}
    more = [told for page in PAGES for told in inline(page) if told.startswith(starts)]
    return list({**{told: [] for told in more if told in QUICK}, **found}.items())


@pytest.mark.slow
@pytest.mark.parametrize(("told", "said"), runs(*QUICK))
def test_quick_commands_run(told: str, said: list[str], tmp_path: Path):
    run(told, said, tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize(("told", "said"), runs(*LONG))
def test_long_commands_run(told: str, said: list[str], tmp_path: Path):
    run(told, said, tmp_path)


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param(*one, marks=NEEDS_ICARUS if one[0].startswith("iverilog") else ())
        for one in runs(*BENCH)
    ],
)
def test_the_bench_runs_where_it_was_written(told: str, said: list[str], tmp_path: Path):
    [(write, _)] = runs("lmul verilog lmul-e4m3-ftz -o build")
    run(write, [], tmp_path)
    run(told, said, tmp_path / "build" / "verilog")


@NEEDS_ICARUS
@pytest.mark.evidence
def test_from_nothing_to_a_passing_bench(tmp_path: Path):
    """What an FPGA engineer types first, but for the installation."""
    steps = [one for one in console(ROOT / "docs" / "integration.md") if "pip" not in one[0]]
    assert [told.split()[0] for told, _ in steps] == ["lmul", "cd"]
    for told, said in steps:
        run(told, said, tmp_path)
