"""What docs/clocks.md and the README say of wires is what is kept."""

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.layout import layout_table
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.kept import clocked_of
from lmul.synth.comparison.document import ReportDocument

ROOT = Path(__file__).parents[3]
TWINS = ("pe-exact-e4m3-ftz", "pe-lmul_rne-e4m3-ftz", "pe-int8")


def test_wires():
    """The table of wires and clock trees, what is told of it, and FPGAs beside it."""
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    shown = page[page.index("| format | clock | wires |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"])
    rows = layout_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in rows]
    found = {
        (point.design, point.clock, point.wires): clocked_of(one)
        for of in ("clocks", "layout")
        for point, one in accepted(of).found.items()
    }
    said = page[page.index("With `middle` wires, at 60 inverter delays") :].split(". So it")[0]
    grown = []
    for design in ("pe-lmul-e4m3-ftz", "pe-exact-e4m3-ftz"):
        with_, without = found[design, "60fo4", "middle"], found[design, "60fo4", ""]
        assert with_.energy and without.energy
        grown += [with_.area.median / without.area.median]
        grown += [with_.energy.median / without.energy.median]
    assert re.findall(r"(\d+) (?:%|more)", said) == [f"{100 * one - 100:.0f}" for one in grown]
    layout = {place: one for place, one in found.items() if place[2]}
    long = [
        one
        for (design, _, wires), one in layout.items()
        if (wires, "e4m3" in design) == ("long", True)
    ]
    assert all(one.energy for one in long)
    assert max(MacDesign.parse(one.design).stages for one in long) == 2
    missed = {place: one.delays[0] for place, one in layout.items() if not one.energy}
    assert sorted(missed) == [
        (f"pe-{kind}-bf16-ftz", clock, wires)
        for kind in ("exact", "lmul")
        for clock, wires in (("120fo4", "long"), ("60fo4", "long"), ("60fo4", "middle"))
    ]
    fastest = sorted(ps for (_, _, wires), ps in missed.items() if wires == "middle")
    assert "(the fastest take 7.1 and 7.5 ns with `middle` ones)" in page
    assert [f"{ps / 1000:.1f}" for ps in fastest] == ["7.1", "7.5"]
    for kind in ("lmul", "exact"):
        design = MacDesign.parse(found[f"pe-{kind}-bf16-ftz", "120fo4", "middle"].design)
        assert (
            design.stages,
            MacDesign.parse(found[f"pe-{kind}-bf16-ftz", "120fo4", ""].design).stages,
        ) == (1, 0)


def test_what_wires_move():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    document = SimpleNamespace(formats=["e4m3", "bf16"])
    table = layout_table(cast(ReportDocument, document)).rows
    rows = {(row[0], row[1].split()[0], row[2]): row for row in table}

    def share(fmt: str, clock: str, wires: str, column: int) -> int:
        [percent] = re.findall(r"(\d+)\u00a0%", rows[fmt, clock, wires][column])
        return int(percent)

    area, energy, of_int8, energy_of_int8 = 6, 9, 7, 10
    said = page[page.index("So it takes 84 % of exact's area") :].split("At 120")[0]
    assert [int(one) for one in re.findall(r"(\d+) %", said)] == [
        share("e4m3", "60", wires, column)
        for column in (area, energy, of_int8, energy_of_int8)
        for wires in ("middle", "none")
    ]
    moved = {
        (clock, wires, column): share("e4m3", clock, wires, column)
        - share("e4m3", clock, "none", column)
        for clock in ("120", "60")
        for wires in ("middle", "long")
        for column in range(5, 11)
    }
    assert max(abs(moved["120", "middle", column]) for column in (5, 6, 7)) == 2
    for column, twin in ((energy, "exact"), (energy_of_int8, "int8")):
        none, middle = (share("e4m3", "120", wires, column) for wires in ("none", "middle"))
        assert f"beside {twin} from {none} to {middle} %" in page
    assert "move by up to 13 points, to either side" in page
    long = [move for (_, wires, _), move in moved.items() if wires == "long"]
    assert (max(map(abs, long)), max(long) > 0, min(long) < 0) == (13, True, True)
    shared = [share("bf16", "120", "middle", column) for column in (area, energy)]
    before = [share("bf16", "120", "none", column) for column in (area, energy)]
    assert before[0] == shared[0]
    assert (
        f"takes {shared[0]} % of exact's area, as without, and {shared[1]} % of its energy in "
        f"place of {before[1]} %" in page
    )
    stage = {
        fmt: [int(row[11].split("\u00a0")[0]) for row in table if row[0] == fmt and row[11] != "–"]
        for fmt in ("e4m3", "bf16")
    }
    assert (
        f"takes {min(stage['e4m3'])} to {max(stage['e4m3'])} % of the energy of L-Mul's e4m3 PE, "
        f"{min(stage['bf16'])} to {max(stage['bf16'])} % of its bf16 one" in page
    )


def test_readme_says_the_same_of_wires():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    document = SimpleNamespace(formats=["e4m3"])
    rows = layout_table(cast(ReportDocument, document)).rows

    def percents(row: Sequence[str], columns: range) -> list[int]:
        found = (re.search(r"\d+", row[column].split("(")[0]) for column in columns)
        return [int(one[0]) for one in found if one]

    at_60 = {row[2]: row for row in rows if row[1].startswith("60 FO4")}
    areas, energies = (
        [percents(at_60[wires], range(column, column + 1)) for wires in ("none", "middle")]
        for column in (6, 9)
    )
    assert (
        f"of exact's energy from {energies[0][0]} to {energies[1][0]} % at 60 inverter delays, of "
        f"its area from {areas[0][0]} to {areas[1][0]} %" in readme
    )
    moved = [
        abs(one - other)
        for row in rows
        for one, other in zip(
            percents(row, range(8, 11)), percents(row, range(12, 15)), strict=True
        )
    ]
    assert max(moved) == 4
    assert "last stage moves ratios of energy by at most four points" in readme


def test_fpgas_beside_wires():
    page = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
    said = page[page.index("FPGAs have real wires") :].split("int8's")[0]
    luts = {
        (point.design, point.device): metric.value
        for point, one in accepted().found.items()
        if point.measure == "fpga" and not point.dsp
        for metric in one.metrics
        if metric.name == "lut4"
    }
    told = [
        f"{100 * luts['pe-lmul-e4m3-ftz', device] / luts[twin, device]:.0f}"
        for twin in TWINS
        for device in ("ecp5-25k", "ice40-hx8k")
    ]
    assert re.findall(r"\b(\d\d)\b", said) == told
