"""Progress where there is no terminal: a line a tenth or a half minute, and no more."""

import re
import time

from lmul.console.terminal import progress_bar


def test_a_line_a_tenth(capsys):
    with progress_bar("report", log=True) as show:
        for done in range(201):
            show(done, 200, f"step {done}")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\d+ s", "N s", line) for line in lines] == [
        f"report: {tenth} %, N s: step {2 * tenth}" for tenth in range(10, 101, 10)
    ]


def test_few_steps_are_few_lines(capsys):
    with progress_bar("report", log=True) as show:
        show(0, 2, "")
        show(1, 2, "first")
        show(1, 2, "still")
        show(2, 2, "last")
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_other_commands_keep_still(capsys):
    with progress_bar("sweep") as show:
        show(1, 1, "done")
    assert capsys.readouterr().err == ""


def test_long_stages_are_told_each_half_minute(capsys, monkeypatch):
    seconds = iter([0, 10, 29, 31, 40, 60, 61, 70])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    with progress_bar("sweep", log=True) as show:
        for done in range(7):
            show(done, 100, f"step {done}")
    assert capsys.readouterr().err.splitlines() == [
        "sweep: 2 %, 31 s: step 2",
        "sweep: 5 %, 61 s: step 5",
    ]
