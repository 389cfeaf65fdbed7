"""Libraries that can't be used: one line says why, before anything is mapped."""

import gzip

import pytest
from toy_cells import BUF, HEAD, INV, NAND, TEXT

from lmul.cli import main

BAD = {
    "empty": (b"", "can't be read: it holds no group"),
    "cut": (TEXT[:-9].encode(), "can't be read: the timing () of line "),
    "syntax": (TEXT.replace("area :", "area ;").encode(), "can't be read: line "),
    "damaged gzip": (gzip.compress(TEXT.encode())[:99], "is a damaged gzip file"),
    "no gzip": (b"\x1f\x8b is no gzip", "is a damaged gzip file"),
    "no cells": ((HEAD + "}").encode(), "is no Liberty library: it has not even a cell"),
}
BAD_FOR_ENERGY = BAD | {
    "no NAND": ((HEAD + INV + BUF + "}").encode(), "can't be used: it has no two-input NAND"),
    "no inverter": ((HEAD + BUF + NAND + "}").encode(), "can't be used: it has no inverter"),
    "no delays": (TEXT.replace("timing (", "x (").encode(), "has no delays: its inv has no timing"),
    "no energies": (TEXT.replace("internal_power", "x").encode(), "no cell has internal_power"),
    "no voltage": (TEXT.replace("nom_voltage", "x").encode(), "it states no voltage"),
}


@pytest.mark.parametrize(
    ("command", "content", "complaint"),
    [pytest.param("synth", *bad, id=f"synth, {name}") for name, bad in BAD.items()]
    + [pytest.param("energy", *bad, id=f"energy, {name}") for name, bad in BAD_FOR_ENERGY.items()],
)
def test_bad_library(command, content, complaint, tmp_path, capsys):
    path = tmp_path / "bad.lib"
    path.write_bytes(content)
    assert main([command, "product-lmul-e4m3", "--liberty", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lmul: ") and repr(str(path)) in err and err.count("\n") == 1
    assert complaint in err


@pytest.mark.parametrize("command", ["synth", "energy"])
def test_no_file(command, tmp_path, capsys):
    for path, complaint in (
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "no.lib", "does not exist"),
    ):
        assert main([command, "product-lmul-e4m3", "--liberty", str(path)]) == 2
        assert capsys.readouterr().err == f"lmul: Liberty file {str(path)!r} {complaint}\n"
