import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.multiplier.unpack import Unpack
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES
from lmul.hdl.products.operand import OperandLayout
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.codec import decode

pytestmark = pytest.mark.slow  # netlists through Yosys

SMALL = [f for f in FORMATS.values() if f.width <= 8]


@pytest.fixture(scope="module")
def circuits():
    """All netlists of this module, in one run of Yosys."""
    units = {
        f"unpack_{fmt}_{policy}": Unpack(fmt, policy)
        for fmt in SMALL
        for policy in POLICIES.values()
    }
    return netlists("\n".join(convert(u, name) for name, u in units.items()), list(units))


def unpacked(circuits, fmt, policy):
    """Fields of every code's operand, and the two flags."""
    layout = OperandLayout(fmt, normalizes=policy == "ocp")
    codes = np.arange(1 << fmt.width, dtype=np.uint8)
    out = circuits[f"unpack_{fmt}_{policy}"](code=codes)
    word = out["operand"].astype(np.int64)
    fields = {name: word >> field.offset & ((1 << field.width) - 1) for name, field in layout}
    flags = [out.get(name, np.zeros(len(codes))).astype(bool) for name in ("nan", "inf")]
    return layout, codes, fields, *flags


def values(layout, fields):
    fraction = 1 + fields["man"] / (1 << layout.mantissa_bits)
    magnitude = np.ldexp(fraction, fields["exp"] - layout.exp_bias)
    return np.where(fields["neg"], -1, 1) * np.where(fields["zero"], 0, magnitude)


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_normalizes_every_number(circuits, fmt):
    layout, codes, fields, nan, inf = unpacked(circuits, fmt, "ocp")
    wanted = decode(codes, fmt, np.float64)
    assert np.array_equal(nan, np.isnan(wanted))
    assert np.array_equal(inf, np.isinf(wanted))
    number = np.isfinite(wanted)
    assert np.array_equal(values(layout, fields)[number], wanted[number])
    assert np.array_equal(fields["neg"][number], np.signbit(wanted)[number])


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_flushes_subnormals(circuits, fmt):
    layout, codes, fields, _nan, _inf = unpacked(circuits, fmt, "ftz")
    wanted = decode(codes, fmt, np.float64)
    number = np.isfinite(wanted)
    subnormal = np.abs(wanted) < fmt.min_normal
    assert np.array_equal(fields["zero"][number], subnormal[number])
    assert np.array_equal(values(layout, fields)[number], np.where(subnormal, 0, wanted)[number])


@pytest.mark.parametrize("policy", ["bare", "lax"])
def test_ignore_raises_no_flag(circuits, policy):
    layout, _codes, fields, nan, inf = unpacked(circuits, FORMATS["e5m2"], policy)
    assert not nan.any()
    assert not inf.any()
    # Inf's fields spell 2**16
    assert values(layout, fields)[0x7C] == 65536


def test_bare_reads_zero_as_a_number(circuits):
    layout, _codes, fields, _nan, _inf = unpacked(circuits, FORMATS["e4m3"], "bare")
    assert values(layout, fields)[0] == 2**-7
    assert values(layout, fields)[0x84] == -1.5 * 2**-7
