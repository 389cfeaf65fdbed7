"""Gates by part: the parts make the whole, and each is what it would be alone."""

import re
from dataclasses import replace

import pytest

from lmul.hdl.designs.design import Design
from lmul.synth.gates.breakdown import ARRAY_PARTS, DOT_PARTS, PE_PARTS, split
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.core import core_circuit
from lmul.synth.gates.count import count

pytestmark = pytest.mark.slow  # runs Yosys


@pytest.fixture(scope="module")
def lmul():
    return split("pe-lmul-e4m3-ftz")


def test_a_pe(lmul):
    assert [part.part for part in lmul.parts] == list(PE_PARTS)
    assert lmul.whole == count("pe-lmul-e4m3-ftz")
    # Two operands of sign, zero, 4 + 3 bits; 33 bits of product, 10 of growth and a sign.
    assert lmul.part("operand registers").flipflops == 2 * 9
    assert lmul.part("accumulate").flipflops == 44
    assert sum(part.flipflops for part in lmul.parts) == lmul.whole.flipflops
    assert lmul.part("product").gates == pytest.approx(count("product-mitchell-e4m3").gates, abs=4)
    # The aligner moves four bits by 0 to 31 places, the accumulator adds 33 of 44 bits.
    assert lmul.part("align").gates > 60
    assert lmul.part("accumulate").gates > 5 * 33
    assert abs(lmul.across) < 0.03 * lmul.whole.gates


def test_the_exact_twin_differs_in_product_and_accumulator(lmul):
    exact = split("pe-exact-e4m3-ftz")
    assert exact.part("operand registers") == lmul.part("operand registers")
    assert exact.part("control") == lmul.part("control")
    assert exact.part("accumulate").flipflops == 47
    assert exact.part("product").gates > 1.5 * lmul.part("product").gates


def test_int8_has_no_aligner():
    found = split("pe-int8-s1")
    assert found.part("align").gates == 0
    assert found.part("product").flipflops == 16
    assert found.part("operand registers").flipflops == 16
    assert found.part("accumulate").flipflops == 32
    assert found.part("control").flipflops == 2


def test_an_array(lmul):
    found = split("array-lmul-e4m3-2x3-os-ftz")
    assert [part.part for part in found.parts] == list(ARRAY_PARTS)
    assert found.across == 0
    assert sum(part.flipflops for part in found.parts) == found.whole.flipflops
    assert found.part("PEs").flipflops == 6 * lmul.whole.flipflops
    assert found.part("PEs").gates == pytest.approx(6 * lmul.whole.gates, rel=0.03)
    assert found.part("drain registers").flipflops == 6 * (44 + 1)
    # Row 0 and columns 1 and 2 wait, of 9 bits an operand and one for the end of a tile; results
    # of 32 bits wait for the last column.
    assert found.part("skew registers").flipflops == (9 + 1) + 9 * (1 + 2) + 32 * (2 + 1)
    # Twice a beat and two for its state: 2 or 3 lanes of 8 bits with keep, 3 of 32 bits; an end.
    beats = 2 * 9 + 1, 3 * 9 + 1, 3 * 32 + 1
    assert found.part("stream ports").flipflops == sum(2 * beat + 2 for beat in beats)
    assert found.part("edges").flipflops == found.part("rounders").flipflops == 0
    others = "edges", "rounders", "stream ports", "control"
    assert min(found.part(name).gates for name in others) > 0


def test_a_dot_product_unit():
    found = split("dot-lmul-e2m1-n2-w4-ftz-s1")
    assert [part.part for part in found.parts] == list(DOT_PARTS)
    each = count("product-mitchell-e2m1").gates  # the constant is at the edge
    assert found.part("product").gates == pytest.approx(2 * each, abs=8)
    # Behind the core: an exponent of 4 bits, two words of 4 bits added up and signed, an fp32 sum.
    assert (found.part("registers").flipflops, found.part("control").flipflops) == (4 + 6 + 32, 1)
    # As a whole the first bit of the exponent is seen to be 0, and is no flip-flop.
    assert found.whole.flipflops == 42
    core = count(core_circuit("dot-lmul-e2m1-n2-w4-ftz-s1")).gates
    inside = sum(found.part(part).gates for part in ("product", "align", "sum"))
    assert core == pytest.approx(inside, rel=0.1)
    assert found.part("edges").gates + found.part("accumulate").gates > core


def test_the_core_of_integers_has_no_accumulator():
    """Half adders of sixteen bits at least go with it, and what is above the products' sum."""
    whole, core = count("dot-int8-n2"), count(core_circuit("dot-int8-n2"))
    assert core.flipflops == 0
    assert 2 * count("product-int8").gates < core.gates < whole.gates - 2 * 16
    with pytest.raises(
        ValueError, match=r"^Design 'pe-int8' is a PE or array, not a dot-product unit$"
    ):
        core_circuit("pe-int8")


# Gates a term of cores that were built apart, by hand, before units were: products, alignment to
# the largest exponent in a window of W bits, adder tree.
BUILT_APART = {
    ("e4m3", 12): {"lmul": 228, "lmul_rne": 239, "exact": 298},
    ("fp16", 24): {"lmul": 496, "exact": 1137},
}


@pytest.mark.evidence
@pytest.mark.parametrize(("fmt", "window"), BUILT_APART)
def test_cores_are_as_small_as_those_built_apart(fmt, window):
    apart = BUILT_APART[fmt, window]
    ours = {kind: count(core_circuit(f"dot-{kind}-{fmt}-n8-w{window}")).gates / 8 for kind in apart}
    assert ours == pytest.approx(apart, rel=0.08)
    shares = [each["lmul"] / each["exact"] for each in (ours, apart)]
    assert shares[0] == pytest.approx(shares[1], abs=0.04)


@pytest.mark.evidence
def test_flattening_saves_what_the_first_row_does_not_need():
    """Nothing is above it, so that its cells need no multiplexer to take results from there."""
    name = "array-lmul-e4m3-2x2-os-ftz"
    by_part, circuit = split(name), Circuit.of(name)
    flat = count(replace(circuit, parts=()))
    saved = by_part.whole.gates - flat.gates
    assert saved == pytest.approx(by_part.part("drain registers").gates / 2, rel=0.15)
    assert flat.flipflops <= by_part.whole.flipflops <= 1.02 * flat.flipflops


def test_what_has_no_parts():
    message = "Design 'lmul-e4m3-ftz' has no parts; a PE, an array or a dot-product unit has"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        split(Design.parse("lmul-e4m3-ftz"))
