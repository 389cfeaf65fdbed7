"""Areas against a library small enough for sums by hand, and against two real libraries."""

import gzip
import re
from pathlib import Path

import pytest
from outside import pdk

from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import load
from lmul.synth.mapping.area import area
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

INVERTER = """
  cell (inv) {{ area : {area};
    pin (a) {{ direction : input; }} pin (y) {{ direction : output; function : "!a"; }} }}"""
BUFFER = """
  cell (buf) { area : 1.5;
    pin (a) { direction : input; } pin (y) { direction : output; function : "a"; } }"""
GATE = """
  cell ({name}) {{ area : {area}; {more}
    pin (a) {{ direction : input; }} pin (b) {{ direction : input; }}
    pin (y) {{ direction : output; function : "{function}"; }} }}"""
FLIPFLOP = """
  cell (dff) { area : 10; ff (iq, iqn) { clocked_on : "c"; next_state : "d"; }
    pin (c) { direction : input; clock : true; } pin (d) { direction : input; }
    pin (q) { direction : output; function : "iq"; } }"""


def library(*cells: str) -> str:
    return "/* toy */\nlibrary (toy) {" + BUFFER + "".join(cells) + "\n}\n"


INV = INVERTER.format(area=1)
NAND = GATE.format(name="nand2", area=2, function="!(a & b)", more="")
TOY = library(INV, NAND, FLIPFLOP)
AND = Circuit("t", "module t(input a, b, output y); assign y = a & b; endmodule\n")
SHIFT = Circuit(
    "t",
    "module t(input c, d, output reg q); reg r; always @(posedge c) {q, r} <= {r, d}; endmodule\n",
)


@pytest.fixture
def toy(tmp_path) -> Path:
    path = tmp_path / "toy.lib"
    path.write_text(TOY)
    return path


def test_and_is_nand_and_inverter(toy):
    found = area(AND, toy)
    assert found.library == "toy"
    assert found.cells == {"inv": 1, "nand2": 1}
    assert (found.area_um2, found.nand2_um2, found.nand2_equivalents) == (3, 2, 1.5)
    assert found.sequential_um2 == 0


def test_flipflops_have_area(toy):
    found = area(SHIFT, toy)
    assert found.cells == {"dff": 2}
    assert (found.area_um2, found.sequential_um2, found.nand2_equivalents) == (20, 20, 10)


def test_gzip_is_the_same(toy, tmp_path):
    packed = tmp_path / "toy.lib.gz"
    packed.write_bytes(gzip.compress(TOY.encode()))
    assert area(AND, packed) == area(AND, toy)


def test_a_changed_file_is_read_again(toy):
    assert area(AND, toy).area_um2 == 3
    toy.write_text(library(INVERTER.format(area="1.25"), NAND, FLIPFLOP))
    assert area(AND, toy).area_um2 == 3.25


@pytest.mark.parametrize("kind", ["is_isolation_cell", "pad_cell"])
def test_special_cells_are_left_out(kind, tmp_path):
    path = tmp_path / "power.lib"
    cheap = GATE.format(name="iso", area="0.5", function="a & b", more=f"{kind} : true;")
    path.write_text(library(INV, NAND, cheap))
    assert load(path).special_cells == ("iso",)
    assert area(AND, path).cells == {"inv": 1, "nand2": 1}
    path.write_text(library(INV, NAND, cheap.replace(kind, "dont_touch")))
    assert area(AND, path).cells == {"iso": 1}


def test_library_without_flipflops(tmp_path):
    path = tmp_path / "comb.lib"
    path.write_text(library(INV, NAND))
    with pytest.raises(ToolFailed, match=r"used for 't': it has no flip-flop for '\$_DFF_P_'$"):
        area(SHIFT, path)


def test_missing_file(tmp_path):
    missing = tmp_path / "no.lib"
    with pytest.raises(FileNotFoundError) as caught:
        area(AND, missing)
    assert str(caught.value) == f"Liberty file {str(missing)!r} does not exist"
    with pytest.raises(FileNotFoundError, match=r"is a folder, not a file$"):
        area(AND, tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", r"can't be read: it holds no group$"),
        (
            b"module t(); endmodule",
            r"can't be read: line 1: 'module t\(\); endmodule' is no Liberty ",
        ),
        (b"cell (x) { }", r"is no Liberty library: it has not even 'library \(NAME\)'$"),
        (b"library (x) { }", r"is no Liberty library: it has not even a cell$"),
        (gzip.compress(TOY.encode())[:60], r"is a damaged gzip file$"),
        (TOY[:-3].encode(), r"can't be read: the library \(toy\) of line 2 is never closed$"),
        (library(INV).encode(), r"can't be used: it has no two-input NAND$"),
        (library(INV, NAND.replace("area : 2", "area : 0")).encode(), r"its nand2 has no area$"),
    ],
    ids=["empty", "verilog", "cell", "no cells", "gzip", "cut", "no gates", "no area"],
)
def test_broken_file(tmp_path, content, complaint):
    path = tmp_path / "broken.lib"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=complaint) as caught:
        area(AND, path)
    assert "\n" not in str(caught.value)
    assert repr(str(path)) in str(caught.value)


REAL = {
    # File, area of its smallest NAND2 in its own documentation, cells that logic must not use.
    "sky130hd_tt.lib.gz": ("sky130_fd_sc_hd__tt_025C_1v80", 3.7536, "lpflow"),
    "sg13g2_stdcell_typ_1p20V_25C.lib": ("sg13g2_stdcell_typ_1p20V_25C", 7.2576, "lgcp"),
    "osu018_stdcells.lib": ("osu018_stdcells", 24, "TBUF"),
    "osu035_stdcells.lib": ("osu035_stdcells", 96, "PAD"),
}


@pytest.mark.parametrize("file", REAL)
def test_real_library(file):
    path = pdk(file)
    name, nand2, forbidden = REAL[file]
    product = Circuit(
        "t", "module t(input [3:0] a, b, output [7:0] p); assign p = a * b; endmodule\n"
    )
    found = area(product, path)
    assert found.library == name
    assert found.nand2_um2 == pytest.approx(nand2)
    assert not any(forbidden in cell for cell in found.cells)
    # The area is the sum of the cells', as the file states them.
    text = LibertyText.read(path).text
    areas = {}
    for cell in found.cells:
        match = re.search(rf'cell \("?{cell}"?\) \{{.*?\barea\s*:\s*"?([\d.]+)', text, re.DOTALL)
        assert match
        areas[cell] = float(match[1])
    assert found.area_um2 == pytest.approx(sum(areas[c] * n for c, n in found.cells.items()))
