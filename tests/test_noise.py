"""Counts under other orders of statements: the same circuit, nearly the same figure."""

from collections import Counter

import pytest

from lmul.synth.circuit import Circuit
from lmul.synth.default_library import EMBEDDED
from lmul.synth.energy import measure
from lmul.synth.noise import mapped_spread, reordered, spread

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


@pytest.mark.slow
def test_spread_holds_the_count_as_written():
    # (a & c & b) | ((a & c) ^ b) is (a & c) | b; inverted, an AND and a NOR.
    found = spread(Circuit("t", TEXT), orders=3)
    assert (found.as_written, found.least, found.median, found.most) == (2, 2, 2, 2)


@pytest.mark.slow
def test_spread_of_a_mapping_holds_what_is_measured():
    found = mapped_spread("lmul-e2m1-ftz", "uniform", EMBEDDED, orders=2, pairs=1 << 12)
    [measured] = measure("lmul-e2m1-ftz", "uniform", liberty=EMBEDDED, pairs=1 << 12, parts=False)
    assert found.energy.as_written == pytest.approx(measured.total)
    assert found.glitching.as_written == pytest.approx(measured.with_glitches)
    for one in (found.area, found.delay, found.energy, found.glitching):
        assert 0 < one.least <= one.median <= one.most
