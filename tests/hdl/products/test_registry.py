import re
from fractions import Fraction

import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.products.operand import OperandLayout, ProductLayout
from lmul.hdl.products.registry import product_unit
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.wrappers import FlatPorts

pytestmark = pytest.mark.slow  # netlists through Yosys

CASES: list[tuple[Kind, FloatFormat]] = [
    (kind, fmt)
    for fmt in (FORMATS["e4m3"], FORMATS["e5m2"], FORMATS["e3m4"])
    for kind in KINDS
    if KINDS[kind].exists_for(fmt)
]


@pytest.fixture(scope="module")
def circuits():
    """All netlists of this module, in one run of Yosys."""
    units = {f"{kind}_{fmt}": FlatPorts(product_unit(kind, fmt)) for kind, fmt in CASES}
    return netlists("\n".join(convert(u, name) for name, u in units.items()), list(units))


def operand_fields(layout):
    """Every exponent and mantissa against every other, x first."""
    words = np.arange(1 << (layout.exponent_bits + layout.mantissa_bits))
    words = words[words <= layout.max_magnitude]
    x, y = np.repeat(words, len(words)), np.tile(words, len(words))
    mask = (1 << layout.mantissa_bits) - 1
    return x >> layout.mantissa_bits, x & mask, y >> layout.mantissa_bits, y & mask


def definition(kind, fmt, x_man, y_man):
    """The product of (1 + x) and (1 + y), as ARITHMETIC defines each kind."""
    one = 1 << fmt.mantissa_bits
    x, y = Fraction(int(x_man), one), Fraction(int(y_man), one)
    exact = (1 + x) * (1 + y)
    if kind == "exact":
        return exact
    if kind == "trunc4":
        rest = sum(  # what is left out of the last three columns
            Fraction(1, 2 ** (i + j))
            for i in range(1, 5)
            for j in range(5 - i, 5)
            if x * 2**i // 1 % 2 and y * 2**j // 1 % 2
        )
        pairs = [(x * 2**i // 1 % 2, y * 2**j // 1 % 2) for i, j in ((1, 4), (4, 1))]
        inner = [(x * 2**i // 1 % 2, y * 2**j // 1 % 2) for i, j in ((2, 3), (3, 2))]
        return exact - rest + Fraction(((1, 1) in pairs) + ((1, 1) in inner), 16)
    if kind in ("lmul_rne", "lmul_rne1"):
        unit = Fraction(2 if exact >= 2 else 1, 2 * one if kind == "lmul_rne1" else one)
        return round(exact / unit) * unit  # Fraction rounds to even
    offset = Fraction(0 if kind == "mitchell" else fmt.paper_offset, one)
    if kind == "lmul_formula":
        return 1 + x + y + offset
    total = x + y + offset
    whole = total.numerator // total.denominator
    return (1 + total - whole) * 2**whole


@pytest.mark.parametrize(("kind", "fmt"), CASES, ids=str)
def test_every_operand(circuits, kind, fmt):
    unit = product_unit(kind, fmt)
    x_exp, x_man, y_exp, y_man = operand_fields(unit.operand_layout)
    none = np.zeros(len(x_exp), np.uint8)
    neg_x, neg_y = (np.arange(len(none)) >> place & 1 for place in (0, 1))
    out = circuits[f"{kind}_{fmt}"](
        x_neg=neg_x,
        x_zero=none,
        x_exp=x_exp,
        x_man=x_man,
        y_neg=neg_y,
        y_zero=none,
        y_exp=y_exp,
        y_man=y_man,
    )
    side = 1 << fmt.mantissa_bits
    table = [[float(definition(kind, fmt, x, y)) for y in range(side)] for x in range(side)]
    wanted = np.ldexp(np.array(table)[x_man, y_man], x_exp + y_exp - 2 * fmt.bias)
    got = np.ldexp(out["p_sig"].astype(float), out["p_exp"].astype(int) - unit.exp_bias)
    assert np.array_equal(got, wanted)
    assert np.array_equal(out["p_neg"], neg_x ^ neg_y)


@pytest.mark.parametrize("kind", [kind for kind, fmt in CASES if fmt.name == "e4m3"])
def test_zero_operand_gives_significand_zero(circuits, kind):
    unit = product_unit(kind, FORMATS["e4m3"])
    x_exp, x_man, y_exp, y_man = operand_fields(unit.operand_layout)
    for x_zero, y_zero in ((1, 0), (0, 1), (1, 1)):
        full = np.ones(len(x_exp), np.uint8)
        out = circuits[f"{kind}_e4m3"](
            x_neg=full,
            x_zero=full * x_zero,
            x_exp=x_exp,
            x_man=x_man,
            y_neg=full * 0,
            y_zero=full * y_zero,
            y_exp=y_exp,
            y_man=y_man,
        )
        assert not out["p_sig"].any()
        assert out["p_neg"].all()


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("lmul", 4), ("mitchell", 4), ("lmul_rne", 4), ("lmul_formula", 5), ("exact", 8)],
)
def test_significand_width(kind, bits):
    unit = product_unit(kind, FORMATS["e4m3"])
    assert unit.product_layout.significand_bits == bits
    assert (unit.kind, unit.fmt.name) == (kind, "e4m3")


def test_normalized_operands_reach_below_zero():
    fmt = FORMATS["e4m3"]
    layout = OperandLayout(fmt, normalizes=True)
    # the smallest subnormal, 2**-9, is (1 + 0) * 2**(E - 7) with E = -2
    assert 1 - fmt.mantissa_bits + (layout.exp_bias - fmt.bias) >= 0
    assert layout.max_magnitude.bit_length() <= layout.exponent_bits + layout.mantissa_bits


def test_layout_wrong():
    with pytest.raises(ValueError, match=r"^A significand has 1 or 2 bits left of its .* not 3$"):
        ProductLayout(5, 6, 3, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("booth", FORMATS["e4m3"]), "Unknown kind 'booth': use lmul, "),
        (("lmul_rne", FORMATS["e3m4"]), "Kind 'lmul_rne' needs a format of at most 3 mantissa"),
        (("lmul", FORMATS["e4m3"], 8), "Offset must be from 0 to 7 for 'e4m3', not 8"),
        (("mitchell", FORMATS["e4m3"], 1), "Kind 'mitchell' has no offset; only lmul and"),
    ],
)
def test_product_unit_wrong(arguments, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        product_unit(*arguments)
