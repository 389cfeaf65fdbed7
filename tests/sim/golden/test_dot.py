import math
from fractions import Fraction

import numpy as np
import pytest
from literal_model import multiply_numbers, nearest_even, read, scale

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.policy import POLICIES
from lmul.sim.golden.codec import decode, encode
from lmul.sim.golden.dot import dot, group_sums, int_dot
from lmul.sim.golden.matmul import matmul
from lmul.sim.reference.operands import draw_codes

INF, NAN = 0x7F800000, 0x7FC00000


def to_fp32(value: Fraction, largest: float) -> float:
    """Rounded once, to nearest even; beyond the largest number, ``largest``."""
    if value == 0:
        return 0.0
    size = abs(value)
    place = max(scale(size), -126) - 23
    rounded = nearest_even(size / Fraction(2) ** place) * Fraction(2) ** place
    number = float(rounded) if rounded < 2**128 else largest
    return -number if value < 0 else number


def literal(x, y, acc, fmt, kind, policy, window, sticky):
    """The sentence of docs/arithmetic.md, term by term, in fractions; finite operands."""
    terms = []
    for one, other in zip(x, y, strict=True):
        left, right = read(int(one), fmt, policy), read(int(other), fmt, policy)
        if "zero" in (left.what, right.what):
            continue
        value = multiply_numbers(left, right, fmt, kind, resolve_offset(kind, fmt, None))
        # A full product and the formula's bracket may be 2 or more: they stay where they are.
        stays = kind in ("exact", "lmul_formula")
        place = left.exponent + right.exponent + 1 if stays else scale(value)
        terms.append((place, value, left.negative != right.negative))
    total = Fraction(acc)
    if terms:
        unit = Fraction(2) ** (max(place for place, *_ in terms) + 1 - window)
        for _, value, negative in terms:
            kept = math.floor(value / unit)
            if sticky and kept * unit != value:
                kept |= 1
            total += -kept * unit if negative else kept * unit
    largest = FORMATS["fp32"].max if policy.overflow == "saturate" else math.inf
    return to_fp32(total, largest)


@pytest.mark.parametrize(
    ("fmt", "kind", "policy", "window", "sticky"),
    [
        ("e4m3", "lmul", "ocp", 12, False),
        ("e4m3", "exact", "ocp", 6, True),
        ("e4m3", "mitchell", "ftz", 4, False),
        ("e5m2", "lmul_rne", "lax", 5, True),
        ("e5m2", "lmul_formula", "ocp", 8, False),
        ("bf16", "lmul", "ftz", 16, False),
        ("bf16", "exact", "ocp", 16, True),
        ("fp16", "lmul", "ocp", 24, True),
        ("fp32", "exact", "ocp", 48, False),
    ],
)
def test_term_by_term(fmt, kind, policy, window, sticky):
    fmt, policy = FORMATS[fmt], POLICIES[policy]
    rng = np.random.default_rng(7)
    for terms in (1, 3, 8):
        for _ in range(12):
            x, y = (draw_codes(rng, fmt, (terms,)) for _ in range(2))
            alone = dot(x, y, 0, fmt, kind, policy, window, sticky)
            near = int(alone) ^ 1 << 31 ^ int(rng.integers(0, 1 << 12))
            for acc in (0, near, int(draw_codes(rng, FORMATS["fp32"], ()))):
                given = float(decode(acc, "fp32", np.float64))
                if not math.isfinite(given):
                    continue
                got = dot(x, y, acc, fmt, kind, policy, window, sticky)
                want = literal(x, y, given, fmt, kind, policy, window, sticky)
                assert float(decode(got, "fp32")) == want, (x, y, acc)


def test_cut_or_to_odd_by_hand():
    one, small = encode([1.0, 1.0], "e4m3"), encode([1.0, 2.0**-5], "e4m3")
    # Places from 1 to 2^-3; 2^-5 lies below them, and is cut or makes the last one odd.
    cut = dot(one, small, 0, "e4m3", "mitchell", "ocp", 4)
    odd = dot(one, small, 0, "e4m3", "mitchell", "ocp", 4, sticky=True)
    assert (decode(cut, "fp32"), decode(odd, "fp32")) == (1.0, 1.125)
    # The full product's window begins at 2, a place higher.
    odd = dot(one, small, 0, "e4m3", "exact", "ocp", 4, sticky=True)
    assert decode(odd, "fp32") == 1.25
    # Toward zero, not down.
    minus = dot(encode([1.0, -1.0], "e4m3"), small, 0, "e4m3", "mitchell", "ocp", 4)
    assert decode(minus, "fp32") == 1.0


@pytest.mark.parametrize("kind", ["lmul", "exact"])
@pytest.mark.parametrize("sums", ["fp32", "bf16", "e4m3"])
def test_a_wide_window_and_one_term_are_the_accumulator_of_a_pe(kind, sums):
    rng = np.random.default_rng(3)
    a, b = draw_codes(rng, FORMATS["bf16"], (4, 9)), draw_codes(rng, FORMATS["bf16"], (9, 5))
    ours = matmul(a, b, "bf16", kind, "ocp", sums, "fp32", 1, 16)
    np.testing.assert_array_equal(ours, matmul(a, b, "bf16", kind, "ocp", sums))


def test_groups_round_to_the_sums_format():
    """257 and 1 are 258, a bf16 number; one by one 256, 257 to even 256, and 257 to 256 again."""
    a, b = encode([[256.0, 1.0, 1.0]], "bf16"), encode([[1.0], [1.0], [1.0]], "bf16")
    for terms, total in ((1, 256.0), (2, 256.0), (3, 258.0)):
        found = matmul(a, b, "bf16", "exact", "ocp", "bf16", "fp32", terms, 16)
        assert decode(found, "fp32").tolist() == [[total]]


def test_ragged_groups():
    a, b = encode(np.ones((1, 5)), "e4m3"), encode(np.ones((5, 1)), "e4m3")
    total = group_sums(a, b, FORMATS["e4m3"], "exact", POLICIES["ocp"], 2, 12)
    assert decode(total, "fp32").tolist() == [[5.0]]


@pytest.mark.parametrize("policy", ["bare", "ftz", "ocp"])
def test_matrix_product_of_groups(policy):
    """Groups of three, the last of one, each rounded as the page has it."""
    fmt, chosen = FORMATS["e4m3"], POLICIES[policy]
    rng = np.random.default_rng(5)
    a, b = draw_codes(rng, fmt, (2, 7), 0.1), draw_codes(rng, fmt, (7, 2), 0.1)
    a[a & 0x7F == 0x7F] = b[b & 0x7F == 0x7F] = 0  # NaN, told of below
    a[0, 6] = 0x80
    found = matmul(a, b, fmt, "lmul", chosen, "fp32", "fp32", 3, 9)
    for i, j in np.ndindex(2, 2):
        acc = 0.0
        for low in (0, 3, 6):
            x, y = a[i, low : low + 3], b[low : low + 3, j]
            acc = literal(x, y, acc, fmt, "lmul", chosen, 9, False)
        assert float(decode(found[i, j], "fp32")) == acc
    a[1, 6] = 0x7F
    nan = matmul(a, b, fmt, "lmul", chosen, "fp32", "fp32", 3, 9) == NAN
    assert nan.tolist() == [[False] * 2, [policy != "bare"] * 2]


def test_infinite_products_decide_a_sum_whatever_is_beside_them():
    """As they do in a PE of one pair: an accumulator that overflowed is forgotten."""
    large, inf, one = 0x7F7F, 0x7F80, 0x3F80
    a = np.array([[large, large, inf | 0x8000], [inf, one, inf], [inf, one, inf | 0x8000]])
    b = np.array([[large], [large], [one]])
    found = matmul(a, b, "bf16", "exact", "ocp", "fp32", "fp32", 2, 16)
    assert found.ravel().tolist() == [INF | 1 << 31, INF, NAN]
    assert found.tolist() == matmul(a, b, "bf16", "exact", "ocp", "fp32").tolist()
    with pytest.raises(ValueError, match=r"^A window is for groups and float sums, not for exact$"):
        matmul(a, b, "bf16", "exact", "ocp", "exact", "fp32", 2, 16)


@pytest.mark.parametrize(
    ("x", "y", "acc", "want"),
    [
        ([0x7C, 0x3C], [0x3C, 0x3C], 0, INF),
        ([0x7C, 0x7C], [0x3C, 0xBC], 0, NAN),
        ([0x7C, 0x3C], [0x00, 0x3C], 0, NAN),
        ([0x7E, 0x3C], [0x3C, 0x3C], 0, NAN),
        ([0x7C, 0x3C], [0xBC, 0x3C], 0, INF | 1 << 31),
        ([0x7C, 0x3C], [0xBC, 0x3C], INF, NAN),
        ([0x3C, 0x3C], [0x3C, 0x3C], INF, INF),
        ([0x3C, 0x3C], [0x3C, 0x3C], 0xFF812345, NAN),
        ([0x80, 0x00], [0x3C, 0x3C], 1 << 31, 0),
        ([0x3C, 0x3C], [0x3C, 0xBC], 0, 0),
    ],
)
def test_special(x, y, acc, want):
    assert dot(x, y, acc, "e5m2", "lmul", "ocp", 8) == want


def test_integers():
    x, y = [0x80, 0x7F, 0xFF], [0x80, 0x80, 0x01]
    assert int_dot(x, y, 5) == 128 * 128 - 127 * 128 - 1 + 5
    assert int_dot(x, y, 0xFFFFFFFF) == 128 * 128 - 127 * 128 - 2
    assert int_dot([0x01], [0xFF], 0) == 0xFFFFFFFF
