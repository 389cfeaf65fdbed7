"""What docs/measuring.md says of equal clocks is what is kept."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lmul.synth.clocks.tables import clock_share_table
from lmul.synth.comparison.clocks.kept import clock_survey
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.measure.variation import Ratio

ROOT = Path(__file__).parents[2]
TWINS = ("pe-exact-e4m3-ftz", "pe-lmul_rne-e4m3-ftz", "pe-int8")


def shares() -> list[Ratio]:
    """Of each twin's area and energy, what L-Mul's PE takes at 60 inverter delays."""
    found = clock_survey().found
    mine = found["pe-lmul-e4m3-ftz", "60fo4"]
    ratios = []
    for twin in TWINS:
        its = found[twin, "60fo4"]
        assert mine.energy and its.energy
        ratios += [mine.area.over(its.area), mine.energy.over(its.energy)]
    return ratios


def test_shares():
    page = (ROOT / "docs" / "measuring.md").read_text(encoding="utf-8")
    said = page[page.index("At 60 inverter delays an e4m3 PE") :].split("Least areas")[0]
    assert re.findall(r"\d+ %", said) == [f"{100 * one.median:.0f} %" for one in shares()]
    assert "no difference" in said
    assert [one.told for one in shares()] == [True, True, True, False, True, False]


def test_table():
    page = (ROOT / "docs" / "measuring.md").read_text(encoding="utf-8")
    shown = page[page.index("| circuit | format |") :].split("\n\n")[0].splitlines()[2:]
    document = SimpleNamespace(formats=["e4m3", "e5m2", "bf16"], clocks=clock_survey())
    rows = clock_share_table(cast(ReportDocument, document)).rows
    assert shown == [f"| {' | '.join(row)} |".replace("\u00a0", " ") for row in rows]
    assert {row[0] for row in rows} >= {"PE"}
