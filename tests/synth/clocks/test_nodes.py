"""Other nodes: where their files come from, the table, and what is kept."""

from types import SimpleNamespace
from typing import cast

import pytest

from lmul.synth.clocks.nodes import at_nodes, node_table
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.nodes import FOLDER, NODES, node_points, with_files
from lmul.synth.measure.measurement import Point

EMBEDDED = Point("pe-int8", "clock", stimulus="attention QK", clock="60fo4")


def test_files_are_found_in_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    for node in NODES.values():
        for file in node.files:
            (tmp_path / file).touch()
    found = with_files(node_points())
    for point, measured in found.items():
        [name] = point.library
        assert measured.library == tuple(str(tmp_path / file) for file in NODES[name].files)
        assert (measured.design, measured.clock) == (point.design, point.clock)
    assert with_files([EMBEDDED]) == {EMBEDDED: EMBEDDED}


def test_a_missing_folder_or_file_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER, raising=False)
    assert with_files([EMBEDDED])  # needs none
    with pytest.raises(ValueError, match=f"set {FOLDER} to their folder"):
        with_files(node_points())
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(ValueError, match=r"has no gf180mcu_fd.*, a file of gf180mcu"):
        with_files(node_points())


def test_the_figures_of_this_commit():
    """Each circuit meets its clock or has no energy; OpenSTA sees its delay as we do."""
    for library, found in at_nodes().items():
        for one in found.values():
            assert (one.library.startswith("lmul_")) == (library == "embedded")
            assert (one.energy is None) == (one.delays[0] > one.clock_ps)
            for ours, its in zip(one.delays, one.opensta, strict=False):
                assert its == pytest.approx(ours, rel=0.02)


def test_table():
    document = SimpleNamespace(formats=["e4m3", "bf16"])
    rows = node_table(cast(ReportDocument, document)).rows
    assert [row[1] for row in rows if row[0] == "e4m3"] == [
        "embedded",
        *(f"{name}, {node.process}" for name, node in NODES.items()),
    ]
