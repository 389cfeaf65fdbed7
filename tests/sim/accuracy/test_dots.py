"""Errors of dot-product units on real operands, against sums made here in another way."""

from fractions import Fraction

import numpy as np
import pytest

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.sim.accuracy.dots import dot_unit_accuracy
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.dot import group_sums


def test_sums_of_a_window_as_fractions():
    """Exact products of real bf16 operands, cut below the largest exponent's place, one by one."""
    design = DotDesign.parse("dot-exact-bf16-n8-w8-ftz")
    q, k = (side[0].astype(np.float64) for side in attention().products["QK"])
    a, b = encode(q[:4], "bf16"), encode(k[:, :3], "bf16")
    got = decode(
        group_sums(a, b, FORMATS["bf16"], "exact", design.policy, 8, 8), "fp32", np.float64
    )
    left, right = decode(a, "bf16", np.float64), decode(b, "bf16", np.float64)
    for i, j in np.ndindex(4, 3):
        total = np.float32(0)
        for start in range(0, 32, 8):
            pairs = [(Fraction(left[i, k]), Fraction(right[k, j])) for k in range(start, start + 8)]
            # A product stands at the sum of its operands' exponents, and has one place above.
            top = max(_exponent(x) + _exponent(y) for x, y in pairs if x and y) + 2
            unit = Fraction(2) ** (top - 8)
            cut = sum(int(x * y / unit) * unit for x, y in pairs)  # int: toward zero
            total = np.float32(Fraction(float(total)) + cut)
        assert got[i, j] == total


def _exponent(value: Fraction) -> int:
    return int(np.floor(np.log2(abs(float(value)))))


@pytest.mark.slow  # in Fractions
def test_what_each_error_is_against():
    wide = dot_unit_accuracy(DotDesign.parse("dot-exact-e4m3-n8-w48"))
    assert wide.window.relative < 1e-7 and wide.codes.relative < 1e-7
    assert wide.original.relative == pytest.approx(wide.fp32.relative, rel=1e-5)
    # Halving a window's last place halves what is cut, about; a wider group has a larger one.
    by_window = [
        dot_unit_accuracy(DotDesign.parse(f"dot-lmul-bf16-n8-w{w}-ftz")) for w in (10, 12, 24)
    ]
    cut = [one.window.relative for one in by_window]
    assert 3 < cut[0] / cut[1] < 10 and cut[2] < 1e-7
    # L-Mul's own error hides it: 2 % of real bf16 products' sums.
    assert all(one.original.relative == pytest.approx(0.02, rel=0.05) for one in by_window)
    assert all(one.codes.relative == pytest.approx(0.02, rel=0.05) for one in by_window)
    groups = [
        dot_unit_accuracy(DotDesign.parse(f"dot-exact-fp16-n{n}-w8-ftz")).window.relative
        for n in (2, 8, 32)
    ]
    assert groups == sorted(groups)


def test_integers_have_none():
    with pytest.raises(ValueError, match=r"^Design 'dot-int8-n8' has neither a window nor another"):
        dot_unit_accuracy(DotDesign.parse("dot-int8-n8"))
