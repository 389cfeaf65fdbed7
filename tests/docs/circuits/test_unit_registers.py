"""Units with as many registers each: what docs/dot.md and README say of them is measured anew."""

import re

import pytest
from dot_page import PAGE, ROOT, rows

from lmul.hdl.designs.dot import DotDesign
from lmul.synth.comparison.dots import USUAL_TERMS, USUAL_WINDOWS, dot_name
from lmul.synth.comparison.points import STIMULUS
from lmul.synth.energy.energy import measure
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.library import load
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.mapping.ways import ADDERS, Way
from lmul.synth.measure.clocked import PAIRS
from lmul.synth.timing.search.clock import period_ps
from lmul.synth.timing.search.subject import Subject
from lmul.synth.timing.timing import analyse

TABLE = rows("| format | kind | µm² | of exact's | fJ |")
WAY, REGISTERS = Way.parse("han_carlson-4-map-2899"), 9


@pytest.mark.evidence
@pytest.mark.parametrize("cells", TABLE, ids=lambda cells: f"{cells[0]}-{cells[1]}")
def test_a_row(cells):
    library = load(EMBEDDED)
    period = period_ps("60fo4", library)
    fmt, kind = cells[0], cells[1].strip("`")
    name = dot_name(kind, fmt, USUAL_TERMS, USUAL_WINDOWS[fmt], REGISTERS)
    assert DotDesign.parse(name).stages == REGISTERS
    mapped = map_cells(Subject.of(name).circuit(ADDERS[WAY.adder].form), library, way=WAY)
    assert analyse(mapped).delay_ps <= period
    assert cells[2] == f"{mapped.area_um2 / USUAL_TERMS:,.0f}"
    [energy] = measure(
        *(name, STIMULUS), pairs=PAIRS, mapped=mapped, frequency=1e12 / period, parts=False
    )
    assert cells[4] == f"{energy.real_delays:,.0f}"


def test_shares():
    assert f"mapped in one way (`{WAY.name}`)" in PAGE
    figures = {(fmt, kind): (area, energy) for fmt, kind, area, _, energy, _ in TABLE}
    number = [
        {key: float(one[which].replace(",", "")) for key, one in figures.items()}
        for which in (0, 1)
    ]
    for fmt, kind, _, *shares in TABLE:
        said = [shares[0], shares[2]]
        assert said == [f"{100 * one[fmt, kind] / one[fmt, '`exact`']:.0f} %" for one in number]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = readme[readme.index("with nine each, L-Mul's takes") :].split(": [dot")[0]
    assert re.findall(r"\d+ %", said) == [TABLE[2][3], TABLE[2][5]]
