import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.multiplier.pack import Pack
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.hdl.products.operand import ProductLayout
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.codec import decode, encode

pytestmark = pytest.mark.slow  # netlists through Yosys

SMALL = [f for f in FORMATS.values() if f.width <= 8]


def layout_of(fmt, integer_bits):
    """Three more bits than the format keeps; the exponent reaches far beyond it both ways."""
    fraction = fmt.mantissa_bits + 3
    return ProductLayout(
        exponent_bits=fmt.exponent_bits + 1,
        significand_bits=fraction + integer_bits,
        fraction_bits=fraction,
        exp_bias=2 * fmt.bias + fraction,
    )


def every_product(layout):
    """Every exponent with every significand from one to the largest that a layout may hold."""
    exponents = np.arange(1 << layout.exponent_bits)
    most = (1 << layout.significand_bits) - (3 << 3 if layout.integer_bits == 2 else 1)
    significands = np.arange(1 << layout.fraction_bits, most + 1)
    return np.repeat(exponents, len(significands)), np.tile(significands, len(exponents))


IGNORING = Policy("zero", "flush", "flush", "saturate", "ignore")
CASES = (
    [(fmt, POLICIES["ocp"], bits) for fmt in FORMATS.values() for bits in (1, 2)]
    + [(fmt, POLICIES["ftz"], bits) for fmt in FORMATS.values() for bits in (1, 2)]
    + [(FORMATS["e5m2"], IGNORING, 1), (FORMATS["e4m3"], POLICIES["bare"], 1)]
)


@pytest.fixture(scope="module")
def circuits():
    """All netlists of this module, in one run of Yosys."""
    texts = {
        f"pack_{fmt}_{policy}_{bits}": Pack(fmt, policy, layout_of(fmt, bits))
        for fmt, policy, bits in CASES
    }
    return netlists("\n".join(convert(p, name) for name, p in texts.items()), list(texts))


def packed(circuits, fmt, policy, layout, exp, sig, neg=0, zero=0, nan=0, inf=0):
    circuit = circuits[f"pack_{fmt}_{policy}_{layout.integer_bits}"]
    ones = np.ones(len(exp), np.uint64)
    fields = {"neg": ones * np.uint64(neg), "exp": exp.astype(np.uint64), "sig": sig}
    word = np.zeros(len(exp), np.uint64)
    for name, field in layout:
        word |= fields[name].astype(np.uint64) << np.uint64(field.offset)
    inputs = {
        "product": word,
        "zero": ones * np.uint64(zero),
        "nan": ones * np.uint64(nan),
        "inf": ones * np.uint64(inf),
    }
    return circuit(**{n: v for n, v in inputs.items() if n in circuit.ports})["code"]


@pytest.mark.parametrize("integer_bits", [1, 2])
@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_rounds_as_encode_does(circuits, fmt, integer_bits):
    layout = layout_of(fmt, integer_bits)
    exp, sig = every_product(layout)
    value = np.ldexp(sig.astype(float), exp - layout.exp_bias)
    got = packed(circuits, fmt, POLICIES["ocp"], layout, exp, sig)
    assert np.array_equal(got, encode(value, fmt))


@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e4m3fnuz"])
def test_saturates_and_flushes(circuits, name):
    fmt = FORMATS[name]
    layout = layout_of(fmt, 2)
    exp, sig = every_product(layout)
    value = np.ldexp(sig.astype(float), exp - layout.exp_bias)
    got = packed(circuits, fmt, POLICIES["ftz"], layout, exp, sig, neg=1)
    # tiny is judged on the value rounded with its exponent unbounded
    _fraction, exponent = np.frexp(value)
    unit = 2.0 ** (exponent - 1 - fmt.mantissa_bits)
    tiny = np.round(value / unit) * unit < fmt.min_normal
    zero = fmt.sign_mask if fmt.has_negative_zero else 0
    wanted = encode(-value, fmt, overflow="saturate")
    assert np.array_equal(got, np.where(tiny, zero, wanted))


@pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=str)
def test_flags(circuits, fmt):
    layout = layout_of(fmt, 1)
    exp = np.array([0, 1 << (layout.exponent_bits - 1), (1 << layout.exponent_bits) - 1])
    sig = np.full(3, 1 << layout.fraction_bits, np.uint64)
    sign_of_zero = fmt.sign_mask if fmt.has_negative_zero else 0
    # zero's exponent may not be out of range
    for policy in (POLICIES["ftz"], POLICIES["ocp"]):
        assert (
            packed(circuits, fmt, policy, layout, exp[:2], sig[:2], neg=1, zero=1) == sign_of_zero
        ).all()
        if fmt.has_inf:
            got = packed(circuits, fmt, policy, layout, exp, sig, neg=1, inf=1)
            assert (got == (fmt.sign_mask | fmt.inf_code)).all()
            assert np.isneginf(decode(got.astype(np.uint32), fmt)).all()
        if fmt.has_nan:
            got = packed(
                circuits, fmt, policy, layout, exp, sig, neg=1, zero=1, nan=1, inf=fmt.has_inf
            )
            assert (got == fmt.nan_code).all()


def test_ignore_has_no_use_for_flags(circuits):
    fmt = FORMATS["e5m2"]
    layout = layout_of(fmt, 1)
    exp, sig = np.array([2 * fmt.bias]), np.array([1 << layout.fraction_bits])
    code = packed(circuits, fmt, IGNORING, layout, exp, sig, nan=1, inf=1)
    assert code == fmt.bias << fmt.mantissa_bits


def test_bare_wraps(circuits):
    fmt = FORMATS["e4m3"]
    layout = layout_of(fmt, 1)
    exp, sig = every_product(layout)
    got = packed(circuits, fmt, POLICIES["bare"], layout, exp, sig, neg=1)
    rounded = np.round(sig / 8)  # to even, three bits dropped; 16 is the next power of two
    wanted = ((exp - fmt.bias) * 8 + rounded - 8).astype(int) % 128 | 0x80
    assert np.array_equal(got, wanted)
