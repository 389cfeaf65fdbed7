"""Libraries as they lie there: packed, in several files, with included ones, with mistakes."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import pytest
from outside import pdk
from toy_cells import BUF, FLIPFLOP, HEAD, INV, LIBRARY, NAND, NOR, TEXT, TIMING, gate

from lmul.cli import main
from lmul.synth.liberty.file import LibertyText, digest
from lmul.synth.liberty.library import Library, load
from lmul.synth.liberty.search import cell_of
from lmul.synth.liberty.syntax import parse

CELLS = ["inv", "buf", "nand2", "nor2", "xor2", "dff"]


def library(text: str) -> Library:
    return Library(LibertyText(Path("toy.lib"), text))


def written(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.lib").write_text(text)
    return [folder / f"{name}.lib" for name in files]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, bz2.compress])
def test_packed_files_are_read(pack, tmp_path):
    path = tmp_path / "toy.lib"
    path.write_bytes(pack(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()))
    found = load(path)
    assert list(found) == CELLS
    assert found.voltage == 2


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"lib\0rary", "no text"),
        (b"BZhxx", "a damaged bzip2 file"),
        (b"\xfd7zXZ\x00xx", "a damaged xz file"),
    ],
)
def test_other_files_are_refused(start, what, tmp_path, capsys):
    path = tmp_path / "toy.lib"
    path.write_bytes(start + bytes(range(128, 255)))
    assert main(["synth", "lmul-e4m3", "--liberty", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"lmul: Liberty file {str(path)!r} is {what}")
    assert err.count("\n") == 1 and err.isascii()


def test_syntax_of_other_writers():
    text = (
        "library (a) { capacitive_load_unit \\\n (1, pf); power.rail.x : 3;"
        ' note : "say \\"so\\"";\n'
        'values \\  \n ("1, \\\n 2"); path : "a /* b"; cell (c) { area : 1; /* " */ } }'
    )
    [found] = parse(LibertyText(Path("a.lib"), text))
    assert found.lists["capacitive_load_unit"] == "1, pf"
    assert found.values == {"power.rail.x": "3", "note": 'say "so"', "path": "a /* b"}
    assert found.lists["values"].split() == ['"1,', '2"']
    assert [cell.line for cell in found.of_kind("cell")] == [5]


SPLIT = {
    "one": HEAD + INV + NAND + "}\n",
    "two": HEAD.replace("(toy)", "(toy_b)") + BUF + NOR + FLIPFLOP + "}\n",
}


def test_several_files_are_one_library(tmp_path):
    one, two = written(tmp_path, **SPLIT)
    found, turned = load([one, two]), load([two, one])
    assert list(found) == list(turned) == ["inv", "nand2", "buf", "nor2", "dff"]
    assert found.name == turned.name == "toy+toy_b"
    assert found.for_tools == turned.for_tools
    assert digest([one, two]) == digest([two, one])
    assert digest([one, two]) not in (digest(one), digest(two))
    assert found["nor2"].area == 2
    # One file put behind the other says the same.
    (both,) = written(tmp_path, both=SPLIT["one"] + SPLIT["two"])
    assert load(both).for_tools == found.for_tools


def test_names_of_several_files():
    heads = ("p_A_R_1", "p_B_R_2", "p_C_R_1")
    texts = (HEAD.replace("(toy)", f"({name})") for name in heads)
    cells = (INV, BUF, NAND)
    files = zip(texts, cells, strict=True)
    found = Library(*(LibertyText(Path("x.lib"), head + cell + "}") for head, cell in files))
    assert found.name == "p_{A,B,C}_R_{1,2}"


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        (HEAD + INV + "}", r"cell 'inv' stands in '.*one.lib' too, line 6$"),
        (HEAD.replace(": 2;", ": 1.8;") + BUF + "}", "not of one library: voltage 2 V against 1.8"),
        (HEAD.replace('"1ps"', '"1ns"') + BUF + "}", "time unit 1e-12 s against 1e-09 s"),
        (HEAD + "nom_temperature : 85;" + BUF + "}", "nom_temperature none against 85"),
    ],
)
def test_files_that_are_not_of_one_library(second, complaint, tmp_path):
    files = written(tmp_path, one=SPLIT["one"], two=second)
    with pytest.raises(ValueError, match=complaint) as caught:
        load(files)
    assert repr(str(files[1])) in str(caught.value)
    with pytest.raises(ValueError, match=r"is named twice$"):
        load([files[0], files[0]])


def test_cells_outside_a_library_are_refused():
    text = HEAD + INV + "}\ncell (lost) { area : 1; }\n"
    with pytest.raises(ValueError, match=r"line \d+: cell \(lost\) stands outside the library$"):
        library(text)


def test_included_files(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "gates.inc").write_text('include_file ("inv.inc");' + NAND)
    (tmp_path / "parts" / "inv.inc").write_text(INV)
    [path] = written(tmp_path, top=HEAD + "include_file (parts/gates.inc)\n" + BUF + "}")
    before = digest(path)
    assert list(load(path)) == ["inv", "nand2", "buf"]
    assert load(path)["inv"].area == 1
    (tmp_path / "parts" / "inv.inc").write_text(INV.replace("area : 1", "area : 7.5"))
    assert digest(path) != before
    assert load(path)["inv"].area == 7.5
    (tmp_path / "parts" / "inv.inc").write_text("\n\ncell (inv) { area : big; }")
    with pytest.raises(ValueError, match=r"cell 'inv', line 3 of '.*inv.inc': area must be a num"):
        load(path)["inv"]
    (tmp_path / "parts" / "inv.inc").write_text("include_file (gates.inc)")
    with pytest.raises(ValueError, match=r"include_file 'gates.inc': it includes itself$"):
        load(path)
    (tmp_path / "parts" / "inv.inc").unlink()
    with pytest.raises(ValueError, match=r"line 1 of '.*gates.inc': include_file 'inv.inc': "):
        load(path)


@pytest.mark.parametrize(
    ("word", "used"),
    [
        *((word, False) for word in ("true", '"true"', "TRUE", "1")),
        *((word, True) for word in ("false", '"FALSE"', "0")),
    ],
)
def test_dont_use(word, used):
    mark = NOR.replace("area :", f"dont_use : {word}; area :")
    found = library(HEAD + INV + NAND + mark + "}")
    assert ("nor2" in found.usable) == used
    assert (cell_of(found, "!(a | b)") == "nor2") == used
    # What Yosys and ABC get; ABC passes over whatever has the word at all.
    [tools] = parse(LibertyText(Path("tools.lib"), found.for_tools))
    names = [cell.name for cell in tools.of_kind("cell")]
    assert names == ["inv", "nand2", "nor2"][: 2 + used]
    assert "dont_use" not in found.for_tools


def test_dont_use_must_be_true_or_false():
    with pytest.raises(ValueError, match=r"line \d+: dont_use must be true or false, not 'maybe'$"):
        library(HEAD + INV.replace("area :", "dont_use : maybe; area :") + "}")


def test_tools_get_what_is_read_here():
    """Tables of one value, two pins in one arc, `^` before `&`, a unit that ABC does not know."""
    timing = f'timing () {{ related_pin : "a b"; {TIMING} }}'
    odd = gate("odd", "a & b ^ b", 2, "", 1, 3, timing=timing)
    text = HEAD.replace('"1ps"', '"2ns"') + INV + NAND + odd + FLIPFLOP + "}"
    found = library(text)
    again = library(found.for_tools)
    assert list(again) == ["inv", "nand2", "odd", "dff"]
    mine, tools = found["odd"].pins["y"], again["odd"].pins["y"]
    assert mine.function and tools.function and tools.function.text == "(a & (b ^ b))"
    assert tools.function.truth_table() == mine.function.truth_table() == (0, 0, 0, 0)
    assert [arc.related_pin for arc in tools.timing] == ["a", "b"]
    for a, b in zip(mine.timing, tools.timing, strict=True):
        for one in (a.at(0, 7, 9), b.at(0, 7, 9)):
            assert one == pytest.approx((20_000, 20_000))  # 10 units of 2 ns
    assert 'related_pin : "a b"' not in found.for_tools
    assert LIBRARY.for_tools.count("internal_power") == 0


ASAP7 = (
    "asap7sc7p5t_SIMPLE_RVT_TT_nldm_211120.lib.gz",
    "asap7sc7p5t_INVBUF_RVT_TT_nldm_220122.lib.gz",
    "asap7sc7p5t_AO_RVT_TT_nldm_211120.lib.gz",
    "asap7sc7p5t_OA_RVT_TT_nldm_211120.lib.gz",
    "asap7sc7p5t_SEQ_RVT_TT_nldm_220123.lib.gz",
)


@pytest.mark.evidence
@pytest.mark.parametrize(
    "files",
    [
        ASAP7,
        ("nangate45_typ.lib.gz",),
        ("gf180mcu_fd_sc_mcu7t5v0__tt_025C_3v30.lib.gz",),
        ("sky130hd_tt.lib.gz",),
        ("sg13g2_stdcell_typ_1p20V_25C.lib",),
    ],
    ids=lambda files: files[0].split("_")[0],
)
def test_real_libraries_give_area_and_delay(files, capsys):
    options = [word for file in files for word in ("--liberty", str(pdk(file)))]
    assert main(["synth", "lmul-e4m3-ftz", *options, "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)["metrics"]
    found = {m["name"]: m["value"] for m in metrics}
    assert found["area_um2"] > 0 and found["delay_ps"] > 0
    # In NAND2 areas all open libraries come to about the same (79 to 93 where measured).
    assert 60 < found["area_nand2"] < 130
