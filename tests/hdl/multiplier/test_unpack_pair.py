import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.multiplier.unpack import operand_layout
from lmul.hdl.multiplier.unpack_pair import UnpackPair, shares_normalizer
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.codec import decode

pytestmark = pytest.mark.slow  # netlists through Yosys

FORMATS_TRIED = [FORMATS[name] for name in ("e4m3", "e5m2", "e3m4", "bf16", "fp16", "fp32")]
SEED = 20261122


def codes(fmt):
    """Pairs of random codes, a third of them subnormal or zero, and all pairs of some corners."""
    rng = np.random.default_rng(SEED)
    one, top = 1 << fmt.mantissa_bits, fmt.magnitude_mask
    corners = [0, 1, 2, one - 1, one, one + 1, top, top ^ (one - 1), fmt.max_code]
    corners = np.array([c | s for c in corners for s in (0, fmt.sign_mask)])
    sides = []
    for side in np.meshgrid(corners, corners):
        any_code = rng.integers(0, 1 << fmt.width, 30_000)
        small = any_code & (fmt.sign_mask | (one - 1))
        chosen = np.where(rng.random(len(any_code)) < 1 / 3, small, any_code)
        sides.append(np.concatenate([side.ravel(), chosen]).astype(np.uint32))
    return sides


@pytest.fixture(scope="module")
def circuits():
    units = {f"pair_{fmt}": UnpackPair(fmt, POLICIES["ocp"]) for fmt in FORMATS_TRIED}
    return netlists("\n".join(convert(u, name) for name, u in units.items()), list(units))


def value(layout, word):
    word = word.astype(np.int64)
    fields = {name: word >> f.offset & ((1 << f.width) - 1) for name, f in layout}
    fraction = 1 + fields["man"] / (1 << layout.mantissa_bits)
    magnitude = np.ldexp(fraction, fields["exp"] - layout.exp_bias)
    return np.where(fields["neg"], -1, 1) * np.where(fields["zero"], 0, magnitude)


@pytest.mark.parametrize("fmt", FORMATS_TRIED, ids=str)
def test_operands_have_the_product(circuits, fmt):
    layout = operand_layout(fmt, POLICIES["ocp"])
    x, y = codes(fmt)
    out = circuits[f"pair_{fmt}"](x=x, y=y)
    with np.errstate(invalid="ignore"):
        wanted = decode(x.astype(np.uint64), fmt, np.float64) * decode(y, fmt, np.float64)
    assert np.array_equal(out["nan"].astype(bool), np.isnan(wanted))
    infinite = out["inf"].astype(bool) & ~out["nan"].astype(bool)
    assert np.array_equal(infinite, np.isinf(wanted))
    number = np.isfinite(wanted)
    zero = out["zero"].astype(bool)
    got = value(layout, out["first"]) * value(layout, out["second"])
    assert np.array_equal(got[number & ~zero], wanted[number & ~zero])
    # What counts as zero is nothing or less than a quarter of the smallest subnormal.
    assert np.all(zero[number & (wanted == 0)])
    assert np.all(np.abs(wanted[number & zero]) < fmt.min_subnormal / 4)


def test_shares_where_it_saves():
    shares = {fmt.name for fmt in FORMATS.values() if shares_normalizer(fmt, POLICIES["ocp"])}
    assert shares == {"fp16", "fp32"}
    assert not shares_normalizer(FORMATS["fp32"], POLICIES["ftz"])
