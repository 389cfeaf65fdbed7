"""What the pages say of the least energy at one clock is what is kept."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from dot_page import rows

from lmul.hdl.designs.dot import DotDesign
from lmul.synth.clocks.energies import energy_table
from lmul.synth.comparison.clocks.energies import LEAST_ENERGY, energy_points
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.clocks.points import DOT, PE, clocked_designs
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.clocked import Clocked

ROOT = Path(__file__).parents[3]
CLOCKS = clock_survey()


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def kept(fmt: str, level: str, kind: str) -> Clocked:
    found = CLOCKS.least_energy(fmt, level, kind)
    assert found and found.energy
    return found


def percents(text: str) -> list[str]:
    return re.findall(r"(\d+) %", text)


def share(fmt: str, level: str, twin: str, what: str = "energy") -> str:
    mine, its = (getattr(kept(fmt, level, kind), what).median for kind in ("lmul", twin))
    return f"{100 * mine / its:.0f}"


def test_all_is_kept():
    assert set(CLOCKS.thrifty) == {point.design for point in energy_points()}
    for one in CLOCKS.thrifty.values():
        assert one.least == "energy"
        for ours, its in zip(one.delays, one.opensta, strict=True):
            assert abs(ours - its) < 0.02 * its


def test_table():
    text = page("clocks")
    section = text[text.index("## The least energy") :].split("\n## ")[0]
    shown = section[section.index("| circuit | format |") :].split("\n\n")[0].splitlines()
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16", "fp16"], clocks=CLOCKS)
    table = energy_table(cast(ReportDocument, document))
    assert shown[2:] == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in table.rows]
    assert shown[0] == f"| {' | '.join(table.columns)} |"
    assert f"--table {table.name}`" in section


def test_units():
    """The table of docs/dot.md, and what it and docs/clocks.md say of it."""
    begins = "| format | kind | registers | µm² | of exact's | fJ | of exact's |\n"
    expected = []
    for fmt in LEAST_ENERGY[DOT]:
        for kind in clocked_designs(fmt, DOT):
            one = CLOCKS.least_energy(fmt, DOT, kind)
            if one is None:
                continue
            exact = kept(fmt, DOT, "exact")
            cells = [fmt, f"`{kind}`", str(DotDesign.parse(one.design).stages)]
            for what in ("area", "energy"):
                own, its = (getattr(each, what).median for each in (one, exact))
                terms = DotDesign.parse(one.design).terms if what == "area" else 1
                cells += [f"{own / terms:,.0f}", f"{100 * own / its:.0f} %"]
            expected.append(cells)
    assert rows(begins) == expected
    shares = [share(fmt, DOT, "exact") for fmt in LEAST_ENERGY[DOT]]
    said = page("dot").split("There L-Mul saves less energy than the first table says:")[1]
    assert percents(said.split("What truncated")[0]) == shares
    said = page("clocks").split("L-Mul's saves less than in the table above:")[1]
    assert percents(said.split("**PEs.**")[0]) == shares
    for fmt in LEAST_ENERGY[DOT]:
        mine, exact = (smallest_stages(fmt, kind) for kind in ("lmul", "exact"))
        more = DotDesign.parse(kept(fmt, DOT, "exact").design).stages - exact
        assert more == 1 if fmt == "fp16" else more in (2, 3)
        assert mine > exact or fmt not in ("e4m3", "bf16")
    both = [DotDesign.parse(kept("fp16", DOT, k).design).stages for k in ("lmul", "exact")]
    assert both == [10, 10]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = readme.split("in their place L-Mul's takes")[1].split("]")[0]
    assert percents(said) == [share(fmt, DOT, "exact") for fmt in ("e4m3", "bf16", "fp16")]


def smallest_stages(fmt: str, kind: str) -> int:
    found = CLOCKS.of(fmt, DOT, kind, "60fo4")
    assert found
    return DotDesign.parse(found.design).stages


def test_pes():
    said = page("clocks").split("**PEs.** Of the area and energy")[1].split("\n")[0]
    shares = [
        share(fmt, PE, twin, what)
        for fmt, twin in (
            *(("e4m3", twin) for twin in ("exact", "lmul_rne", "int8")),
            *(("e5m2", "exact"), ("bf16", "exact")),
        )
        for what in ("area", "energy")
    ]
    assert percents(said) == shares
