"""Tables that are printed alone: what is kept is there at once, and nothing else is measured."""

import json

import pytest

from lmul.cli import main
from lmul.synth.clocks.tables import CLOCK_TITLE
from lmul.synth.comparison.clocks.kept import ClockSurvey, KeptCircuits, clock_survey
from lmul.synth.comparison.designs import REPORT_FORMATS
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.report import alone, build
from lmul.synth.tables.table import Table


@pytest.fixture(autouse=True)
def nothing_is_measured(monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a report was measured")

    monkeypatch.setattr(build, "report", refused)


@pytest.mark.parametrize("make", alone._OF_KEPT_CIRCUITS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("full", [False, True])
def test_kept_circuits(make, full, capsys):
    wanted = make(KeptCircuits(REPORT_FORMATS if full else FIRST_FORMATS, clock_survey())).filled()
    command = ["report", "--table", wanted.name, "--json"]
    assert main([*command, "--full"] if full else command) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads(wanted.json())
    assert shown["rows"]


def test_nothing_kept_is_said(monkeypatch, capsys):
    monkeypatch.setattr(alone, "clock_survey", ClockSurvey)
    name = Table(CLOCK_TITLE, (), ()).name
    assert main(["report", "--table", name]) == 2
    assert "Nothing is kept for the table" in capsys.readouterr().err
