"""Counts under other orders of statements: the same circuit, nearly the same figure."""

from collections import Counter

import pytest

from lmul.synth.energy.energy import measure
from lmul.synth.gates.count import count
from lmul.synth.gates.order import reordered
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.measure.variation import Ratio, Spread, mapped_spread

TEXT = """module inner(a, b, y);
  input a, b; output y;
  wire u, v;
  assign y = u | v;
  assign u = a & b;
  assign v = a ^ b;
endmodule
module t(a, b, c, y);
  input a, b, c; output y;
  wire w;
  assign y = ~w;
  inner one(.a(a & c), .b(b), .y(w));
endmodule
"""


def test_statements_stay_in_their_modules():
    texts = {reordered(TEXT, seed) for seed in range(20)}
    assert len(texts) == 6  # 3 statements in one module, 1 in the other
    for text in texts:
        assert Counter(text.split("\n")) == Counter(TEXT.split("\n"))
        assert text.split("\n")[6:] == TEXT.split("\n")[6:]
    assert reordered(TEXT, 3) == reordered(TEXT, 3)


def test_ratios_and_what_is_told():
    mine, its = Spread.of([10, 8, 12, 9, 11]), Spread.of([20, 16, 25])
    assert mine == Spread(10, 8, 10, 12)
    assert mine.over(its) == Ratio(8 / 25, 0.5, 0.75)
    assert mine.over(its).told
    assert its.over(mine).told
    # 12 is more than 11: no difference is told, though one median is larger.
    assert not mine.over(Spread.of([14, 11, 15])).told
    # An array that takes 30 as written, where its PE takes 10, takes 24 to 36.
    assert mine.at(30) == Spread(30, 24, 30, 36)


@pytest.mark.slow
def test_spread_of_a_mapping_holds_what_is_measured():
    found = mapped_spread("lmul-e2m1-ftz", "uniform", EMBEDDED, orders=2, pairs=1 << 12)
    [measured] = measure("lmul-e2m1-ftz", "uniform", liberty=EMBEDDED, pairs=1 << 12, parts=False)
    assert found.gates.as_written == count("lmul-e2m1-ftz").gates
    assert found.energy.as_written == pytest.approx(measured.real_delays)
    assert found.unit_delay.as_written == pytest.approx(measured.unit_delay)
    for one in (found.gates, found.area, found.delay, found.energy, found.unit_delay):
        assert 0 < one.least <= one.median <= one.most
