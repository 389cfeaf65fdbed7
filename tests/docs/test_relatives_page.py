"""docs/relatives.md: what `lmul optimise --relatives` prints, and the kinds' own tables."""

import re
from pathlib import Path

import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.accuracy.pairs import accuracy
from lmul.synth.measure.measure import measure
from lmul.synth.measure.measurement import Point
from lmul.synth.measure.runs import all_points
from lmul.synth.optimise.cores import CORE_WINDOWS, cores
from lmul.synth.optimise.relatives import PUBLISHED, RELATED_FORMATS, relatives
from lmul.synth.optimise.shown import cores_table, counted, counted_cores, relatives_table

PAGE = (Path(__file__).parents[2] / "docs" / "relatives.md").read_text(encoding="utf-8")
WIDE = ("fp16",)  # a million pairs for each row


def rows(fmt: str) -> list[list[str]]:
    """A format's rows, without spaces before per cent."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if f"| {fmt} | " in line]
    return [[cell.replace(" %", "%") for cell in line[1:]] for line in lines]


@pytest.mark.parametrize(
    "fmt",
    [pytest.param(f, marks=pytest.mark.evidence if f in WIDE else ()) for f in RELATED_FORMATS],
)
def test_errors(fmt: str) -> None:
    found = [
        [one.name, f"{one.mred:.2%}", f"{one.bias:+.2%}", f"{one.worst:+.1%}"]
        for one in relatives(FORMATS[fmt])
    ]
    assert [row[:4] for row in rows(fmt)] == found


@pytest.mark.evidence
@pytest.mark.parametrize("fmt", RELATED_FORMATS)
def test_gates(fmt: str) -> None:
    table = relatives_table(fmt, counted(relatives(FORMATS[fmt])))
    assert rows(fmt) == [row for row in table.rows if not row[0].endswith("published")]


def core_rows(fmt: str) -> list[list[str]]:
    """A format's rows of the table of cores, as the command prints them."""
    found = re.findall(rf"^\| {fmt}, W (\d+) \| (.*) \|$", PAGE, re.M)
    return [[window, *rest.replace(" %", "%").split(" | ")] for window, rest in found]


@pytest.mark.evidence
@pytest.mark.parametrize("fmt", CORE_WINDOWS)
def test_cores(fmt: str) -> None:
    assert core_rows(fmt) == cores_table(fmt, counted_cores(cores(FORMATS[fmt]))).rows


def test_goals_are_met() -> None:
    """What the project asked for: gates, mean error and bias in percent."""
    table = {row[0]: row for row in rows("bf16")}
    for kind, gates, mred in (("lmul_coarse", 218, 1.45), ("lmul_fine", 252, 0.80)):
        _, error, bias, _, counted_gates = table[kind]
        assert float(error.rstrip("%")) <= mred
        assert abs(float(bias.rstrip("%"))) <= 0.1
        assert int(counted_gates) <= gates


def test_readme_says_the_same() -> None:
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    table = {row[0]: row for row in rows("bf16")}
    lmul, exact = table["L-Mul, the paper's constant 8"], table["exact, rounded to nearest even"]
    coarse, fine = (
        (table[kind][-1], table[kind][1].replace("%", " %"))
        for kind in ("lmul_coarse", "lmul_fine")
    )
    assert (
        f"`lmul_coarse` takes {coarse[0]} gates to L-Mul's {lmul[-1]} and errs by {coarse[1]} in "
        f"place of {lmul[1].replace('%', ' %')}, `lmul_fine` {fine[0]} and {fine[1]}, an exact "
        f"multiplier {exact[-1]}."
    ) in readme


@pytest.mark.parametrize("kind", ["lmul_coarse", "lmul_fine"])
def test_tables_of_the_kinds(kind) -> None:
    block = PAGE[PAGE.index(f"`{kind}`:\n") :].split("```")[1].splitlines()[2:]
    lines = [list(map(int, line.split())) for line in block]
    correction = KINDS[kind].correction
    assert correction is not None
    without, carry = correction.tables
    assert lines == [[*a, *b] for a, b in zip(without, carry, strict=True)]


def test_published_figures() -> None:
    for one in PUBLISHED:
        told = f"{100 * one.mred:.3f} %" if one.format == "bf16" else f"{100 * one.mred:.2f} %"
        assert re.search(rf"\b{re.escape(told)}", PAGE), one


@pytest.mark.evidence
def test_in_cells() -> None:
    cells = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if "| `" in line]
    names = {line[0].strip("`"): f"{line[0].strip('`')}-bf16-ftz" for line in cells}
    points = [Point(name, "area") for name in names.values()]
    points += [Point(name, "energy", stimulus="attention QK") for name in names.values()]
    metrics = [metric for one in all_points(points).values() for metric in one.metrics]
    found = {(metric.design, metric.name): metric.value for metric in metrics}
    for (kind, name), line in zip(names.items(), cells, strict=True):
        area, energy = (found[name, figure] for figure in ("area_um2", "energy_fj"))
        mred = accuracy(check_kind(kind, FORMATS["bf16"]), "bf16").packed.mred
        assert line[1:] == [
            f"{area:.0f}",
            f"{energy:.0f}",
            f"{mred:.2%}".replace("%", " %"),
        ]


def test_e3m4_without_subnormals():
    """Why the report has no units of e3m4: sums of the real tile lose half with any kind."""
    said = PAGE[PAGE.index("have no e3m4, since") :].split("\n")[0]

    def errs(kind: str, policy: str) -> float:
        point = Point(f"dot-{kind}-e3m4-n8-w12-{policy}", "error", stimulus="attention QK")
        return {metric.name: metric.value for metric in measure(point).metrics}["mred"]

    flushed = [100 * errs(kind, "ftz") for kind in ("lmul", "mitchell", "trunc4", "exact")]
    kept = [100 * errs(kind, "ocp") for kind in ("exact", "trunc4", "lmul")]
    assert f"err by {min(flushed):.0f} to {max(flushed):.0f} %" in said
    assert re.findall(r"\d+\.\d\d", said) == [f"{one:.2f}" for one in kept]
