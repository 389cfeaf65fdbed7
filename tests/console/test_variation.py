"""The table of how far figures move: of what is kept, as it was measured."""

from dataclasses import asdict

from own_points import own_points

from lmul.console.variation import variation_lines
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.measurement import Measured, Point, keep
from lmul.synth.measure.variation import MappedSpread, Spread


def test_a_line_has_all_figures_in_order(tmp_path, monkeypatch):
    own_points(tmp_path, monkeypatch)
    monkeypatch.delenv("PDK_ROOT", raising=False)
    spreads = [Spread(one, one - 1, one + 0.25, one + 2) for one in (20, 300, 4000, 50, 40, 60)]
    point = Point("lmul-e2m1-ftz", "spread", (str(EMBEDDED),), "attention QK")
    keep(point, Measured((), asdict(MappedSpread(*spreads))))
    _, head, line = variation_lines(["lmul-e2m1-ftz"])
    assert head.split("  ")[-1].strip() == "unit delay"
    assert line.split() == [
        *("lmul-e2m1-ftz", "20", "19", "20", "22", "300.0", "299.0", "300.2", "302.0"),
        *("4000.0", "3999.0", "4000.2", "4002.0", "50.0", "49.0", "50.2", "52.0"),
        *("40.0", "39.0", "40.2", "42.0", "60.0", "59.0", "60.2", "62.0"),
    ]
