"""The range of a PE's and an array's sums, held against the golden model at its bound."""

import json
from fractions import Fraction

import numpy as np
import pytest

from lmul.cli import main
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.sum_range import sum_range
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.golden.codec import decode
from lmul.sim.golden.matmul import dot_products

WINDOWS = [
    "pe-lmul-e4m3-ftz-fix24_-3",
    "pe-exact-e4m3-fix22_2",
    "pe-mitchell-e5m2-lax-fix44_-9",
    "pe-lmul-e2m1-fix9_0",
    "pe-lmul-e2m1-fix4_8",  # cut to 0 or to -1
    "array-lmul_rne-e3m2-2x3-ws-fix16_-2",
]


def largest_sums(name: str, count: int):
    """Of the largest product, ``count`` times: with +, and with -."""
    design = MacDesign.parse(name)
    fmt = design.format
    assert isinstance(fmt, FloatFormat) and design.kind != "int8"
    code = fmt.magnitude_mask if design.policy.specials == "ignore" else fmt.max_code
    rows = np.full((2, count), code, np.uint32)
    rows[1] |= fmt.sign_mask
    column = np.full((count, 1), code, np.uint32)
    given = design.kind, design.policy, design.resolved_accumulator
    found = dot_products(rows, column, fmt, *given)
    return decode(found.codes, "fp32", np.float64)[:, 0], found.overflowed[:, 0]


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_holds_so_many_products_and_no_more(name):
    safe = sum_range(MacDesign.parse(name)).safe_k
    assert safe
    assert not largest_sums(name, safe)[1].any()
    assert largest_sums(name, safe + 1)[1].any()


def test_one_product_can_leave_a_window():
    assert sum_range(MacDesign.parse("pe-lmul-e4m3-ftz-fix16_-3")).safe_k == 0
    assert sum_range(MacDesign.parse("pe-lmul-e4m3-ftz-fix24_-3")).safe_k == 4  # 4 * 212992
    assert largest_sums("pe-lmul-e4m3-ftz-fix16_-3", 1)[1].all()


@pytest.mark.parametrize(
    ("name", "width", "safe"),
    [
        ("pe-lmul-e4m3", 50, 1260),
        ("array-lmul-e4m3-3x5-ws", 50, 1260),
        ("pe-lmul-e4m3-k1261", 51, 2520),
        ("array-exact-e4m3-8x8-os-ftz-k64", 43, 83),
    ],
)
def test_an_exact_sum(name, width, safe):
    """Its register is the PE's; the golden sums, which have room for all, leave it one beyond."""
    design = MacDesign.parse(name)
    found = sum_range(design)
    assert (found.width, found.safe_k) == (width, safe)
    assert datapath_of(design).sum_shape.width == width
    assert safe >= design.k_max
    high, low = largest_sums(name, safe)[0]
    assert found.low <= Fraction(low) < 0 < Fraction(high) <= found.high
    assert Fraction(largest_sums(name, safe + 1)[0][0]) > found.high


def test_int8():
    found = sum_range(MacDesign.parse("array-int8-4x4-os"))
    assert found.width == datapath_of(MacDesign.parse("pe-int8")).sum_shape.width == 32
    assert found.safe_k is not None
    assert found.safe_k * 128**2 <= found.high < (found.safe_k + 1) * 128**2


@pytest.mark.parametrize(
    "name", ["pe-lmul-e2m1-e4m3", "pe-exact-e2m1-lax-e4m3", "pe-exact-e2m3-e4m3"]
)
def test_a_narrow_float_overflows_one_beyond(name):
    """By policy: NaN, since e4m3 has no Inf; or the largest number, again and again."""
    safe = sum_range(MacDesign.parse(name)).safe_k
    assert safe
    sums = largest_sums(name, safe)[0]
    assert np.isfinite(sums).all()
    beyond = largest_sums(name, safe + 1)[0]
    if "lax" in name:
        assert list(beyond) == [448, -448]
    else:
        assert np.isnan(beyond).all()


@pytest.mark.parametrize("name", ["pe-lmul-e4m3-fp32", "pe-exact-fp16", "pe-lmul-e5m2-bf16"])
def test_a_wide_float_never_overflows(name):
    """Of so many additions, those to bf16 stop growing at the 256th or the 512th."""
    assert sum_range(MacDesign.parse(name)).safe_k is None
    assert np.isfinite(largest_sums(name, 600)[0]).all()


def test_a_product_alone_may_overflow():
    assert sum_range(MacDesign.parse("array-lmul-bf16-4x4-os")).safe_k == 0
    assert np.isinf(largest_sums("array-lmul-bf16-4x4-os", 1)[0]).all()


def test_explained(capsys):
    assert main(["explain", "array-lmul-e4m3-8x8-os"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "Its sums (each PE's; the array's size changes nothing):",
        "  sum              50 bits of two's complement, the last one worth 2^-21",
        "  range            -2^28 to 2^28 - 2^-21: -268,435,456 to 2.68435e+08",
        "  largest product  212,992, either sign",
        "  K                up to 1,024 (K_max): no operands can leave the range; it would hold "
        "1,260 of the largest products",
        "  beyond           K above 1,024 sets the flag too_long; sums above 1,260 products may "
        "wrap. A larger K_max is part of the name: -kK",
    ]
    assert main(["explain", "pe-lmul-e4m3-ftz-fix16_-3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "design": "pe-lmul-e4m3-ftz-fix16_-3",
        "accumulator": "fix16_-3",
        "width": 16,
        "k_max": None,
        "low": -4096,
        "high": 4095.875,
        "largest_product": 212992,
        "safe_k": 0,
    }


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("1.5", "'1.5' is one operand: give two, or a PE's or an array's name"),
        ("0x3c", "'0x3c' is one operand: give two, or a PE's or an array's name"),
        (
            "lmul-e4m3",
            "Design 'lmul-e4m3' has no sums of K products, as a PE or an array has; of a "
            "multiplier give two operands, such as lmul explain 1.5 2.25 --format e4m3",
        ),
    ],
)
def test_explained_wrong(given, reason, capsys):
    assert main(["explain", given]) == 2
    assert capsys.readouterr() == ("", f"lmul: {reason}\n")
