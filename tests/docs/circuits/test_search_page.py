"""What docs/search.md says of circuits that were found for a clock is what is kept."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.carries import carries_table
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.measurement import FASTEST

PAGE = (Path(__file__).parents[3] / "docs" / "search.md").read_text(encoding="utf-8")
KINDS = ("lmul", "exact", "int8")


def rows_of(section: str, columns: str) -> list[list[str]]:
    """The rows of the table in a section that begins with these columns."""
    text = PAGE[PAGE.index(f"## {section}\n") :]
    table = text[text.index(columns) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_beside_others():
    """Our columns of both tables that have a check beside them."""
    clocks = clock_survey()
    shown = rows_of("The form for short clocks", "| e4m3 PE, µm² |")
    assert len(shown) == 3
    for row in shown:
        clock = row[0].split(" FO4")[0] + "fo4"
        found = [clocks.of("e4m3", "PE", kind, clock) for kind in KINDS]
        assert row[1::2] == [f"{one.area.median:,.0f}" for one in found if one]
    fastest = rows_of("The form for short clocks", "| fastest PE, ns |")
    for fmt, row in zip(("e4m3", "bf16"), fastest, strict=True):
        found = [clocks.of(fmt, "PE", kind, FASTEST) for kind in KINDS]
        assert row[1:7:2] == [f"{one.delays[0] / 1000:.2f}" if one else "–" for one in found]


def test_a_register_in_the_product():
    """It is chosen where the page says."""
    assert "it chooses it in no PE of the tables" in PAGE
    assert "of e4m3's fastest PEs L-Mul's and `lmul_rne`'s have it" in PAGE
    stages = {
        key: MacDesign.parse(one.design).stages
        for key, one in clock_survey().found.items()
        if key[0].startswith("pe-")
    }
    assert all(one < 2 for (_, clock), one in stages.items() if clock == "60fo4")
    fastest = {
        kind
        for kind in ("lmul", "lmul_rne", "exact", "int8")
        if stages["pe-int8" if kind == "int8" else f"pe-{kind}-e4m3-ftz", FASTEST] == 2
    }
    assert fastest == {"lmul", "lmul_rne"}


def test_kept_carries():
    """The table of sums that keep carries, who keeps them, and how fast the fastest are."""
    clocks = clock_survey()
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"], clocks=clocks)
    rows = carries_table(cast(ReportDocument, document)).rows
    assert rows_of("Sums that keep carries", "| format | clock | kind |") == [
        [cell.replace("\u00a0", " ") for cell in row] for row in rows
    ]
    assert {kind for _, _, kind, name, *_ in rows if name.endswith("-c8")} == {"int8"}
    at_40 = {kind: clocks.of("e5m2", "PE", kind, "40fo4") for kind in ("lmul", "lmul_rne", "exact")}
    keep = {kind for kind, one in at_40.items() if one and MacDesign.parse(one.design).carries}
    assert keep == {"lmul_rne", "exact"}
    assert "exact's and `lmul_rne`'s PEs keep carries, too" in PAGE
    names = "pe-lmul-e4m3-ftz-c8", "pe-exact-e4m3-ftz-c8", "pe-int8"
    fastest = [f"{clocks.found[name, '40fo4'].fastest_ps / 1000:.2f}" for name in names]
    said = PAGE[PAGE.index("The fastest of all mappings") :].split(" (`fastest_ps`")[0]
    assert re.findall(r"\d\.\d+", said) == fastest


@pytest.mark.parametrize("clock", ["60fo4", "40fo4"])
def test_arrays_that_keep_carries(clock: str):
    kinds = ("lmul", "lmul_rne", "exact", "int8")
    found = {kind: clock_survey().of("e4m3", "8x8 array", kind, clock) for kind in kinds}
    keep = {kind for kind, one in found.items() if one and MacDesign.parse(one.design).carries}
    assert "At 60 and 40 inverter delays the 8x8 arrays of all kinds keep carries" in PAGE
    assert keep == set(kinds)
