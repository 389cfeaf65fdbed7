"""Programs that are ended, and all that they started with them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from lmul.tools.errors import ToolFailed
from lmul.tools.process import run

# Neither it nor what it starts ends by itself; the second's number is left in a file.
ENDLESS = """
import subprocess, sys
from pathlib import Path
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10000)"])
Path("id.part").write_text(str(other.pid))
Path("id.part").rename("id")
other.wait()
"""


def state(process: str) -> str:
    """One letter, as in /proc; Z of one that has ended, and so of one that is gone."""
    try:
        text = Path("/proc", process, "stat").read_text()
    except OSError:
        return "Z"
    return text.rpartition(")")[2].split()[0]


def test_what_takes_too_long_is_ended(tmp_path):
    command = [sys.executable, "-c", ENDLESS]
    seconds = 0.5
    while not (tmp_path / "id").exists():  # a busy machine may take longer to start both
        with pytest.raises(ToolFailed, match=rf"^It did not finish in {seconds:.0f} seconds; see "):
            run(command, tmp_path / "log", {}, seconds, "It did not finish", tmp_path)
        seconds *= 2
    # A killed process is there until the kernel has taken it down.
    deadline = time.monotonic() + 300
    while state((tmp_path / "id").read_text()) != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_interruption_just_after_the_end(tmp_path, monkeypatch):
    real, waits = subprocess.Popen.wait, []

    def wait(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        status = real(process, timeout)
        waits.append(status)
        if len(waits) == 1:
            raise KeyboardInterrupt
        return status

    monkeypatch.setattr(subprocess.Popen, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", ""], tmp_path / "log", {}, 100, "It did not finish")
    assert waits == [0, 0]
