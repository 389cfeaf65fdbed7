"""The library that is taken when none is named, and those that have a name."""

import gzip
import os

import pytest
from outside import pdk

from lmul.cli import main
from lmul.synth.liberty.default import EMBEDDED, NAMED, default_library
from lmul.synth.liberty.file import as_paths, digest

SKY = "sky130A/libs.ref/sky130_fd_sc_hd/lib/sky130_fd_sc_hd__tt_025C_1v80.lib"
IHP = "ihp-sg13g2/libs.ref/sg13g2_stdcell/lib/sg13g2_stdcell_typ_1p20V_25C.lib"


def test_names_stand_for_files():
    assert as_paths("asap7") == (NAMED["asap7"],)
    assert as_paths(["embedded"]) == (EMBEDDED,)
    assert digest("asap7") == digest(NAMED["asap7"]) != digest(EMBEDDED)


def test_a_name_on_the_command_line(capsys):
    assert main(["synth", "product-lmul-e2m1", "--liberty", "asap7", "--json"]) == 0
    assert '"lmul_asap7"' in capsys.readouterr().out
    assert main(["synth", "product-lmul-e2m1", "--liberty", "asap8"]) == 2
    assert "asap8" in capsys.readouterr().err


def test_pdk_root_goes_before_the_embedded_library(tmp_path, monkeypatch):
    monkeypatch.delenv("PDK_ROOT", raising=False)
    assert default_library() == EMBEDDED
    monkeypatch.setenv("PDK_ROOT", str(tmp_path))
    assert default_library() == EMBEDDED
    place = tmp_path / "sky130A/libs.ref/sky130_fd_sc_hd/lib"
    place.mkdir(parents=True)
    packed = place / "sky130_fd_sc_hd__tt_025C_1v80.lib.gz"
    packed.write_bytes(gzip.compress(b""))
    assert default_library() == packed
    plain = packed.with_suffix("")
    plain.write_text("")
    assert default_library() == plain


def test_pdk_managers_keep_versions(tmp_path, monkeypatch):
    monkeypatch.setenv("PDK_ROOT", str(tmp_path))
    monkeypatch.delenv("PDK", raising=False)
    kept = []
    for year, version in enumerate(("volare/sky130/versions/9f", "ciel/sky130/versions/0a")):
        folder = tmp_path / version
        (folder / SKY).parent.mkdir(parents=True)
        (folder / SKY).write_text("")
        os.utime(folder, (year * 1e7, year * 1e7))
        kept.append(folder)
    assert default_library() == kept[1] / SKY  # the newest
    (tmp_path / "sky130A").symlink_to("volare/sky130/versions/9f/sky130A")
    assert default_library() == tmp_path / SKY  # the enabled one
    (tmp_path / IHP).parent.mkdir(parents=True)
    (tmp_path / IHP).write_text("")
    assert default_library() == tmp_path / SKY
    monkeypatch.setenv("PDK", "ihp-sg13g2")
    assert default_library() == tmp_path / IHP


@pytest.mark.slow  # maps
def test_the_library_taken_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / IHP).parent.mkdir(parents=True)
    (tmp_path / IHP).symlink_to(pdk("sg13g2_stdcell_typ_1p20V_25C.lib"))
    monkeypatch.setenv("PDK_ROOT", str(tmp_path))
    assert main(["synth", "product-lmul-e4m3"]) == 0
    assert "Library sg13g2_stdcell_typ_1p20V_25C, no wires" in capsys.readouterr().out
