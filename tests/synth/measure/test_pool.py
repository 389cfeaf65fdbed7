"""Points measured in several processes: one dies, one does not listen, all are interrupted."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from own_points import own_points


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    own_points(tmp_path, monkeypatch)


SCRIPT = """
import os, signal, time
from pathlib import Path
from lmul.synth.measure import measure as point_measure
from lmul.synth.measure.measurement import Point
from lmul.synth.measure.runs import run_points

def measure(point, on_progress=None):
    if "exact" in point.design:
        ACT
    return real(point, on_progress)

real, point_measure.measure = point_measure.measure, measure
kinds = ("exact", "lmul", "mitchell")
if __name__ == "__main__":
    # What a shell starts in the background ignores Ctrl-C, and so does all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    points = [Point(f"{kind}-e4m3", "error", stimulus="mantissas") for kind in kinds]
    for point, found in run_points(points, jobs=2).items():
        print(point.design, getattr(found, "message", "done"))
"""


def start(tmp_path: Path, act: str) -> subprocess.Popen[str]:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace("ACT", act))
    command = [sys.executable, str(path)]
    return subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow  # starts processes
def test_a_dying_process_fails_its_point_alone(tmp_path):
    out, err = start(tmp_path, "os._exit(9)").communicate(timeout=100)
    assert err == ""
    assert out.splitlines() == [
        "exact-e4m3 its process died, as it does when memory runs out",
        "lmul-e4m3 done",
        "mitchell-e4m3 done",
    ]


@pytest.mark.slow  # starts processes
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_an_interruption_leaves_no_process(tmp_path, signal_number):
    # The second signal, as a pool sends it, must not cut off what the first makes the process do.
    act = "Path('id').write_text(f'{os.getpid()} ')\ntry: time.sleep(100)\n"
    act += "finally: os.kill(os.getpid(), signal.SIGTERM); Path('removed').touch()"
    run = start(tmp_path, f"exec({act!r})")
    note = tmp_path / "id"
    wait_until(lambda: note.is_file() and note.read_text().endswith(" "))
    worker = Path("/proc", note.read_text().strip())
    assert worker.exists()
    run.send_signal(signal_number)
    _, err = run.communicate(timeout=300)
    assert run.returncode != 0
    told = r"\.Interrupted: stopped: \d of 3 points are kept; .+$"
    assert re.search(told, err.strip()) or signal_number == signal.SIGKILL
    assert err.count("Traceback") <= 1  # the script's own
    wait_until(lambda: not worker.exists())
    assert (tmp_path / "removed").exists() == (signal_number == signal.SIGINT)


@pytest.mark.slow  # starts processes
def test_a_process_that_does_not_listen_is_stopped(tmp_path):
    deaf = "Path('id').write_text(f'{os.getpid()} ')\n"
    deaf += "while True:\n try: time.sleep(100)\n except SystemExit: pass"
    run = start(tmp_path, f"exec({deaf!r})")
    note = tmp_path / "id"
    wait_until(lambda: note.is_file() and note.read_text().endswith(" "))
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=300)
    assert "Interrupted: stopped: " in err


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
