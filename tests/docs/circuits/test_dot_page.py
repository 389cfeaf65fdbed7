"""The table in docs/dot.md is that of the kept figures, and so are the shares in its text."""

import re

import pytest
from dot_page import PAGE, ROOT, figure, rows

from lmul.hdl.designs.dot import DotDesign
from lmul.synth.clocks.tables import share
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.kept import clock_survey, ratio_of
from lmul.synth.comparison.clocks.points import CLOCKS, DOT, LONG, SHORT, USUAL, clocked_designs
from lmul.synth.comparison.dots import (
    USUAL_TERMS,
    USUAL_WINDOWS,
    dot_rows,
    unit_kinds,
)
from lmul.synth.measure.measurement import FASTEST
from lmul.synth.measure.variation import Ratio


@pytest.mark.parametrize("cells", rows(), ids=lambda cells: "-".join(cells[:3]))
def test_a_row(cells):
    fmt, window, terms = cells[0], int(cells[1]), int(cells[2])

    def term(kind: str, name: str) -> str:
        value = figure(kind, fmt, terms, window, name)
        return "–" if value is None else f"{value / terms:.0f}"

    def share(twin: str, name: str, stages: int = 0) -> str:
        mine, its = (figure(kind, fmt, terms, window, name, stages) for kind in ("lmul", twin))
        return "–" if mine is None or its is None else f"{100 * mine / its:.0f} %"

    def erring(kind: str) -> str:
        value = figure(kind, fmt, terms, window, "mred")
        assert value is not None
        return f"{100 * value:.2f}"

    rne = "–" if fmt in ("bf16", "fp16") else share("lmul_rne", "core_gates")
    wanted = [
        *(term(kind, "core_gates") for kind in ("lmul", "exact")),
        share("exact", "core_gates"),
        rne,
        share("int8", "core_gates"),
        *(share("exact", f"core_{name}") for name in ("area_um2", "energy_fj")),
        *(share("exact", name, 1) for name in ("gates", "area_um2", "energy_fj")),
        *(erring(kind) for kind in ("lmul", "exact")),
    ]
    assert cells[3:] == wanted


@pytest.mark.parametrize("cells", rows("| format | W | registers |"), ids=lambda c: "-".join(c[:3]))
def test_a_row_of_registers(cells):
    fmt, window, stages = cells[0], int(cells[1]), int(cells[2])

    def pair(name: str) -> tuple[float, float]:
        mine, its = (figure(kind, fmt, 8, window, name, stages) for kind in ("lmul", "exact"))
        assert mine is not None and its is not None
        return mine, its

    def share(name: str) -> str:
        mine, its = pair(name)
        return f"{100 * mine / its:.0f} %"

    wanted = [
        *(f"{value / 1000:.0f}" for value in pair("delay_ps")),
        *(f"{value / 8:,.0f}" for value in pair("area_um2")),
        share("area_um2"),
        *(f"{value:,.0f}" for value in pair("energy_fj")),
        share("energy_fj"),
        share("energy_without_glitches_fj"),
    ]
    assert cells[3:] == wanted


def test_units_at_one_clock():
    clocks, wanted = clock_survey(), []
    for fmt in CLOCKS[DOT]:
        units = {kind: clocks.of(fmt, DOT, kind, USUAL) for kind in clocked_designs(fmt, DOT)}
        its = units["exact"]
        for kind, one in units.items():
            assert one and one.energy and its
            unit = DotDesign.parse(one.design)
            erring = figure(kind, fmt, 8, unit.window, "mred")
            shares = [share(one, its, what).replace("\u00a0", " ") for what in ("area", "energy")]
            wanted.append(
                [
                    *(fmt, f"`{kind}`", str(unit.stages)),
                    *(f"{one.area.median / 8:,.0f}", shares[0] if kind != "exact" else "100 %"),
                    *(f"{one.energy.median:,.0f}", shares[1] if kind != "exact" else "100 %"),
                    f"{100 * (erring or 0):.2f}",
                ]
            )
    assert rows("| format | kind | registers |") == wanted
    said = PAGE[PAGE.index("In bf16 L-Mul's unit takes") :].split("\n")[0]
    mine, its = (clocks.of("bf16", DOT, kind, USUAL) for kind in ("lmul", "exact"))
    assert mine and mine.energy and its and its.energy
    clocked = mine.area.over(its.area), mine.energy.over(its.energy)
    [least] = [row for row in rows("| format | W | registers |") if row[:3] == ["bf16", "16", "1"]]
    assert re.findall(r"\d+", said.removeprefix("In bf16")) == [
        *(f"{100 * one.median:.0f}" for one in clocked),
        *(least[column].removesuffix(" %") for column in (7, 10)),
        *(f"{100 * one.sequential.median / one.area.median:.0f}" for one in (mine, its)),
    ]
    said = PAGE[PAGE.index("With a correction, `lmul_fine`") :].split("\n")[0]
    fine = clocks.of("bf16", DOT, "lmul_fine", USUAL)
    assert fine and fine.energy
    beside = [
        clocks.ratio("e4m3", DOT, "lmul_rne", USUAL, "area"),
        clocks.ratio("e4m3", DOT, "lmul_rne", USUAL, "energy"),
    ]
    assert re.findall(r"(\d+) %", said) == [
        *(
            f"{100 * one.median:.0f}"
            for one in (fine.area.over(its.area), fine.energy.over(its.energy))
        ),
        *(f"{100 * one.median:.0f}" for one in beside if one),
    ]
    assert not any(one.told for one in beside if one)
    said = PAGE[PAGE.index("In e5m2 the unit with `lmul_rne`") :].split("\n")[0]
    told, doubt = [], []
    for kind in ("lmul_rne", "lmul", "lmul_rne1"):
        one, its = (clocks.of("e5m2", DOT, who, USUAL) for who in (kind, "exact"))
        ratios = [ratio_of(one, its, what) for what in ("area", "energy")]
        told += [f"{100 * ratio.median:.0f}" for ratio in ratios if ratio]
        doubt += [ratio.told for ratio in ratios if ratio]
    assert re.findall(r"\b(\d+) %", said.replace(".", "_")) == told
    assert doubt == [True, True, True, True, False, True]
    errs = (
        figure(kind, "e5m2", 8, 12, "mred") for kind in ("lmul_rne", "lmul", "lmul_rne1", "exact")
    )
    assert re.findall(r"\d+\.\d\d", said) == [f"{100 * (one or 0):.2f}" for one in errs]
    said = PAGE[PAGE.index("**fp16 is where L-Mul saves most**") :].split("\n")[0]
    takes = []
    for fmt, kind in (
        *(("fp16", "lmul"), ("fp16", "lmul_fine")),
        *(("bf16", "trunc6"), ("bf16", "trunc8"), ("fp16", "trunc8")),
    ):
        one, its = (clocks.of(fmt, DOT, who, USUAL) for who in (kind, "exact"))
        takes += [ratio_of(one, its, what) for what in ("area", "energy")]
        erring, mine = (figure(who, fmt, 8, USUAL_WINDOWS[fmt], "mred") for who in (kind, "lmul"))
        assert erring and mine
        assert kind.startswith("lmul") or 6 * erring < mine
    assert re.findall(r"(\d+) %", said) == [f"{100 * one.median:.0f}" for one in takes if one]


def test_units_at_a_longer_clock():
    said = PAGE[PAGE.index("At 120 inverter delays, with one register") :].split("\n")[0]
    pairs = [("e4m3", "exact"), ("e4m3", "lmul_rne"), ("bf16", "exact"), ("fp16", "exact")]
    ratios = shares_at(LONG, pairs)
    assert re.findall(r"(\d+) %", said) == [f"{100 * one.median:.0f}" for one in ratios]
    assert [one.told for one in ratios] == [True, True, False, False, *[True] * 4]
    for fmt, stages in (("e4m3", 1), ("bf16", 2)):
        for kind in ("lmul", "exact"):
            assert registers_at(LONG, fmt, kind) == stages
    assert [registers_at(LONG, "fp16", kind) for kind in ("lmul", "exact")] == [2, 1]


def test_units_at_a_shorter_clock():
    said = PAGE[PAGE.index("At 40 inverter delays (3.2 ns) units") :].split("\n")[0]
    exact = [(fmt, "exact") for fmt in CLOCKS[DOT]]
    pairs = [*exact, ("e4m3", "lmul_rne"), ("e5m2", "lmul_rne"), ("e4m3", "int8")]
    ratios = shares_at(SHORT, pairs)
    assert re.findall(r"(\d+) %", said) == [f"{100 * one.median:.0f}" for one in ratios]
    assert [number for number, one in enumerate(ratios) if not one.told] == [8, 9]
    numbers = {
        registers_at(SHORT, fmt, kind)
        for fmt in CLOCKS[DOT]
        for kind in clocked_designs(fmt, DOT)
        if kind != "int8"
    }
    assert (min(numbers), max(numbers)) == (10, 14)
    assert registers_at(SHORT, "e4m3", "int8") == 2


def test_the_fastest_units():
    said = PAGE[PAGE.index("Each as fast as it can be (") :].split("\n")[0]
    kinds = ("lmul", "lmul_rne", "exact", "int8")
    units = [clock_survey().of("e4m3", DOT, kind, FASTEST) for kind in kinds]
    found = [one for one in units if one]
    assert re.findall(r"\d\.\d\d", said) == [f"{one.clock_ps / 1000:.2f}" for one in found]
    assert [DotDesign.parse(one.design).stages for one in found] == [14, 14, 14, 2]
    slowest_of_best = max(min(one.delays) for one in found)
    assert all(slowest_of_best <= max(one.delays) for one in found)
    mine, *others = (one.clock_ps * one.area.median for one in found)
    shares = [f"{100 * its / mine:.0f}" for its in others]
    assert re.findall(r"(\d+) %", said) == [shares[1], shares[0], shares[2]]


def shares_at(clock: str, pairs: list[tuple[str, str]]) -> list[Ratio]:
    """What L-Mul's units take of the area and energy of a format's twin."""
    clocks = clock_survey()
    ratios = [
        clocks.ratio(fmt, DOT, twin, clock, what)
        for fmt, twin in pairs
        for what in ("area", "energy")
    ]
    return [one for one in ratios if one]


def registers_at(clock: str, fmt: str, kind: str) -> int:
    one = clock_survey().of(fmt, DOT, kind, clock)
    assert one and one.energy
    return DotDesign.parse(one.design).stages


def test_what_truncated_products_save():
    """And what their sums err by, in both pages."""
    clocks = clock_survey()
    erring = {
        kind: figure(kind, "bf16", 8, 16, "mred") or 0 for kind in ("trunc8", "exact", "lmul")
    }
    errs = [f"{100 * erring[kind]:.3f}" for kind in ("trunc8", "exact")]
    assert round(erring["lmul"] / erring["exact"]) == 14
    takes: dict[str, list[str]] = {}
    its = clocks.of("bf16", DOT, "exact", USUAL)
    for kind in ("trunc8", "lmul"):
        one = clocks.of("bf16", DOT, kind, USUAL)
        ratios = [ratio_of(one, its, what) for what in ("area", "energy")]
        takes[kind] = [f"{100 * ratio.median:.0f} %" for ratio in ratios if ratio]
    said = PAGE[PAGE.index("9. **Half of the saving") :].split("\n")[0]
    assert re.findall(r"\d\.\d+", said) == errs
    assert re.findall(r"\b\d\d %", said) == [*takes["trunc8"], *takes["lmul"]]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = readme[readme.index("a unit of `trunc8` takes") :].split("In e5m2")[0]
    assert re.findall(r"\b\d\d %", said) == takes["trunc8"]
    assert re.findall(r"\d\.\d+", said) == errs


def test_what_whole_units_save():
    said = PAGE[PAGE.index("With 4, 8, 16 and 32 terms L-Mul's") :].split("\n")[0]

    def of(fmt: str, kind: str, terms: int, name: str) -> float:
        value = figure(kind, fmt, terms, USUAL_WINDOWS[fmt], name, 1)
        assert value is not None
        return value

    def takes(fmt: str, name: str) -> list[float]:
        return [of(fmt, "lmul", n, name) / of(fmt, "exact", n, name) for n in (4, 8, 16, 32)]

    without, energy = "energy_without_glitches_fj", "energy_fj"
    glitches = [
        1 - of("bf16", kind, 32, without) / of("bf16", kind, 32, energy)
        for kind in ("lmul", "exact")
    ]
    wanted = [*takes("e4m3", "area_um2"), *takes("bf16", "area_um2")]
    wanted += [*takes("bf16", energy), *takes("e4m3", energy), *glitches]
    wanted.append(takes("bf16", without)[-1])
    found = re.findall(r"\b\d+\b(?=(?:,| and| %))", said.partition("terms")[2])
    assert found == [f"{100 * share:.0f}" for share in wanted]


BETWEEN = "| format | kind | core gates |"


@pytest.mark.parametrize("cells", rows(BETWEEN), ids=lambda cells: "-".join(cells[:2]))
def test_a_row_of_kinds_between(cells):
    fmt, kind = cells[0], cells[1].strip("`")

    def of(who: str, name: str, stages: int = 0) -> float:
        value = figure(who, fmt, USUAL_TERMS, USUAL_WINDOWS[fmt], name, stages)
        assert value is not None
        return value

    def share(name: str, stages: int = 0) -> str:
        return f"{100 * of(kind, name, stages) / of('exact', name, stages):.0f} %"

    assert cells[2:] == [
        *(f"{of(kind, f'core_{name}') / USUAL_TERMS:,.0f}" for name in ("gates", "area_um2")),
        f"{of(kind, 'core_energy_fj'):,.0f}",
        *(f"{of(kind, 'area_um2', 1) / USUAL_TERMS:,.0f}", f"{of(kind, 'energy_fj', 1):,.0f}"),
        *(share("core_gates"), share("core_energy_fj")),
        *(share("area_um2", 1), share("energy_fj", 1)),
        f"{100 * of(kind, 'mred'):.2f}",
    ]


def test_all_kinds_between_are_shown():
    shown = [(cells[0], cells[1].strip("`")) for cells in rows(BETWEEN)]
    assert shown == [
        (fmt, kind)
        for fmt in ("e5m2", "bf16", "fp16")
        for kind in unit_kinds(fmt)
        if kind != "int8"
    ]


def test_all_sizes_are_shown():
    kept = [row for row in dot_rows() if "lmul" in row.names]
    assert [row[:3] for row in rows()] == [[r.format, str(r.window), str(r.terms)] for r in kept]
    assert len(rows("| format | W | registers |")) >= 8
    assert re.search(r"commit `[0-9a-f]{12}`", PAGE)
    assert accepted("dots").provenance["commit"][:12] in PAGE


def test_readme_says_the_same():
    sentence = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    sentence = sentence[sentence.index("L-Mul's core takes") :].split("At one clock")[0]
    sizes = ["bf16", "16", "8"], ["fp16", "24", "8"], ["e4m3", "12", "8"]
    bf16, fp16, e4m3 = (next(row for row in rows() if row[:3] == size) for size in sizes)
    core = [row[column] for row in (bf16, fp16, e4m3) for column in (5, 9)]
    unit = [row[column] for row in (bf16, fp16) for column in (11, 12)]
    assert re.findall(r"\d+ %", sentence) == [*core, e4m3[6], *unit]


def test_readme_says_the_same_of_corrected_kinds():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    kinds = {row[1].strip("`"): row for row in rows(BETWEEN) if row[0] == "bf16"}
    area, energy, errs = (kinds["lmul_fine"][column] for column in (9, 10, 11))
    assert area == energy
    assert (
        f"with `lmul_fine` takes {area} of an exact one's area and energy, and its sums err by "
        f"{errs} % in place of L-Mul's {kinds['lmul'][11]} %"
    ) in readme
