"""Other nodes: where their files come from, the table, and what is kept."""

from dataclasses import asdict
from types import SimpleNamespace
from typing import cast

import pytest
from made_up_clocked import made_up_clocked

from lmul.synth.clocks import nodes
from lmul.synth.clocks.nodes import at_nodes, node_table
from lmul.synth.comparison.accepted import Accepted, with_files
from lmul.synth.comparison.clocks.kept import ClockSurvey, clock_survey
from lmul.synth.comparison.clocks.points import node_points
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.liberty.nodes import FOLDER, NODES
from lmul.synth.measure.measurement import Measured, Point

PROVENANCE = {"commit": "0123456789abcdef", "date": "2026-11-27", "command": "make accepted"}
EMBEDDED = Point("pe-int8", "clock", stimulus="attention QK", clock="60fo4")


def test_files_are_found_in_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    for node in NODES.values():
        for file in node.files:
            (tmp_path / file).touch()
    for point in node_points():
        [name] = point.library
        measured = with_files(point)
        assert measured.library == tuple(str(tmp_path / file) for file in NODES[name].files)
        assert (measured.design, measured.clock) == (point.design, point.clock)
    assert with_files(EMBEDDED) == EMBEDDED


def test_a_missing_folder_or_file_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER, raising=False)
    assert with_files(EMBEDDED) == EMBEDDED  # needs none
    with pytest.raises(ValueError, match=f"set {FOLDER} to their folder"):
        with_files(node_points()[0])
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(ValueError, match=r"has no gf180mcu_fd.*, a file of gf180mcu"):
        with_files(node_points()[0])


def test_the_figures_of_this_commit():
    """Each circuit meets its clock or has no energy; OpenSTA sees its delay as we do."""
    for library, found in at_nodes(clock_survey()).items():
        for one in found.values():
            assert (one.library.startswith("lmul_")) == (library == "embedded")
            assert (one.energy is None) == (one.delays[0] > one.clock_ps)
            for ours, its in zip(one.delays, one.opensta, strict=False):
                assert its == pytest.approx(ours, rel=0.02)


def test_table(monkeypatch):
    """A row a library, in their order; shares are of the same library's circuits."""
    found = {}
    for point in node_points():
        area = {"nangate45": 500, "asap7": 50}.get(point.library[0], 4000)
        twin = 2 if "exact" in point.design else 1
        one = made_up_clocked(point.design, twin * area, twin * area / 10)
        found[point] = Measured((), asdict(one))
    monkeypatch.setattr(nodes, "accepted", lambda _: Accepted(PROVENANCE, found))
    document = SimpleNamespace(formats=["e4m3"], clocks=ClockSurvey())
    rows = node_table(cast(ReportDocument, document)).rows
    assert [row[1] for row in rows] == [f"{name}, {node.process}" for name, node in NODES.items()]
    for row, area in zip(rows, ["4,000", "4,000", "4,000", "500", "50"], strict=True):
        assert row[4] == area
        assert row[7].startswith("50\u00a0%")
