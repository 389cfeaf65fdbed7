"""The paper's own figures (arXiv 2410.00907v2), from its formulas; the rest summed by hand."""

import io
import json

import pytest
from rich.console import Console

from lmul.console.paper import paper_tables
from lmul.synth.comparison.paper import gates as paper
from lmul.synth.comparison.paper.energy import ENERGY_CLAIMS


@pytest.mark.parametrize(("bits", "printed"), [((5, 10), 584), ((4, 3), 325), ((5, 2), 296)])
def test_multiplier_as_printed(bits, printed):
    assert paper.paper_multiplier(*bits) == printed


@pytest.mark.parametrize(("bits", "printed"), [((4, 3), 157), ((5, 2), 157), ((5, 6), 201)])
def test_lmul_as_printed(bits, printed):
    assert paper.paper_lmul(*bits) == printed


def test_lmul_fp16_is_printed_with_a_16_bit_adder():
    assert paper.paper_lmul(5, 10, sum_bits=16) == 256
    assert paper.paper_lmul(5, 10) == 245


def test_array():
    # 4 x 4: 16 AND, 4 half adders, 8 full adders, against the paper's 75.
    assert paper.array(4) == 16 + 4 * 5 + 8 * 11 == 124
    assert (3 + 1) ** 2 + 3 * 5 + (2 * 3 - 2) * 11 == 75
    # 2 x 2: 4 AND and 2 half adders, as every textbook draws it.
    assert paper.array(2) == 14


def test_corrected_counts():
    # e4m3: sign 4, three 4-bit adders of 38, the array's 124; L-Mul: two 7-bit adders of 71.
    assert paper.corrected_multiplier(4, 3) == 4 + 3 * 38 + 124
    assert paper.corrected_lmul(4, 3) == 4 + 71 + 71
    # bf16's constant has 12 bits above its zeros (8 + 4): 5 + 11 * 11; the sum 15: 5 + 14 * 11.
    assert paper.corrected_lmul(8, 7) == 4 + 126 + 159


def test_printed_figures_stand_beside_the_recomputed():
    rows = {row.format: row for row in paper.paper_rows()}
    for name in ("e4m3", "e5m2", "e5m6"):
        assert rows[name].paper_lmul == rows[name].printed_lmul
    for name in ("e4m3", "e5m2", "fp16"):
        assert rows[name].paper_exact == rows[name].printed_exact
    assert (rows["fp16"].printed_lmul, rows["fp16"].paper_lmul) == (256, 245)


def test_own_counts_find_their_rows():
    weights = {"exact-e4m3-ftz": 7, "product-lmul-e4m3": 5, "lmul_rne-e4m3-ftz": 6, "lmul-e5m2": 9}
    rows = {row.format: row for row in paper.paper_rows(weights)}
    assert rows["e4m3"].yosys_exact == {"exact-e4m3-ftz": 7}
    assert rows["e4m3"].yosys_lmul == {"product-lmul-e4m3": 5}
    assert rows["e5m2"].yosys_lmul == {"lmul-e5m2": 9}
    assert rows["bf16"].yosys_lmul == {}


@pytest.mark.parametrize(("index", "percent"), [(0, 97.3), (1, 78.3), (2, 70.0), (3, 95.5)])
def test_energy_savings(index, percent):
    assert ENERGY_CLAIMS[index].saving_percent == pytest.approx(percent, abs=0.05)


def test_document():
    document = json.loads(paper.to_report({"lmul-e4m3-lax": 100}, {"yosys": "1"}).to_json())
    assert document["schema"] == 1
    assert document["tools"] == {"yosys": "1"}
    found = {(m["design"], m["library"]): m["value"] for m in document["metrics"]}
    assert found["exact-fp16", "paper"] == 584
    assert found["exact-e4m3", "corrected"] == 242
    assert found["lmul-e4m3-lax", "yosys"] == 100
    assert [row["printed"] for row in document["paper"]["energy"]][:3] == [
        "97.3 % saved",
        "78.3 % saved",
        "70 % saved",
    ]


def test_table_shows_all_counts():
    stream = io.StringIO()
    weights = {"lmul-e4m3-lax": 111, "exact-e4m3-lax": 222, "product-exact-e4m3": 199}
    Console(file=stream, width=100).print(paper_tables(weights))
    lines = [line.replace("│", " ").split() for line in stream.getvalue().splitlines()]
    for row in (
        "e4m3 paper prints 325 157 48 %",
        "right widths, proper array 242 146 60 %",
        "Yosys, lax 222 111 50 %",
        "Yosys, product unit 199 - -",
        "fp16 (e5m10) paper prints 584 256 44 %",
    ):
        assert row.split() in lines
    assert "97.3 %" in stream.getvalue() and "0.25 to 0.4 pJ" in stream.getvalue()
