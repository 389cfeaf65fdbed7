"""The whole exhaustive set: every format, every kind, four presets, every bit."""

import re

import pytest

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.sim.runner.verify import family, verify, verify_format

SHORT = ("e4m3", "e5m2", "e4m3fnuz")  # in `make test`

KINDS_BY_MANTISSA_BITS = {1: 5, 2: 6, 3: 5, 4: 5, 7: 8, 10: 8, 23: 4}

PAIRS = {fmt.name: min(1 << 2 * fmt.width, 1 << 20) for fmt in FORMATS.values()}


def test_family_counts():
    units = {fmt.name: len(family(fmt)) for fmt in FORMATS.values()}
    assert sum(units[name] for name in units if FORMATS[name].width <= 8) == 172
    assert units["bf16"] == units["fp16"] == 32
    assert units["fp32"] == 16


def test_family_policies():
    (design,) = family(FORMATS["e4m3"], ["exact"], ["zfgsp"])
    assert design.policy == Policy.parse("zfgsp")


@pytest.mark.parametrize(
    "name",
    [
        # One 8-bit format of each rule for special codes; the wide ones take up to a minute.
        pytest.param(name, marks=pytest.mark.slow if name in SHORT else pytest.mark.evidence)
        for name in FORMATS
    ],
)
def test_every_bit_is_golden(name):
    fmt = FORMATS[name]
    designs = family(fmt)
    result = verify_format(designs)
    kinds = KINDS_BY_MANTISSA_BITS[fmt.mantissa_bits]
    assert result.examples == ()
    assert result.mismatches == 0
    assert result.pairs >= PAIRS[name]
    assert result.units == kinds * len(POLICIES)
    assert result.products == result.units * result.pairs


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "e4m3",
        *(pytest.param(name, marks=pytest.mark.evidence) for name in ("e5m2", "e3m4", "bf16")),
    ],
)
def test_product_units_are_golden(name):
    fmt = FORMATS[name]
    multipliers = family(fmt, policies=["bare"])
    result = verify_format([UnitDesign(each.kind, fmt, level="product") for each in multipliers])
    assert result.examples == ()
    assert (result.units, result.mismatches) == (len(multipliers), 0)
    finite = 2 * (fmt.max_code + 1)
    assert result.pairs > min(finite**2, 1_000_000)


@pytest.mark.slow
def test_verify_selection():
    seen = []
    results = verify(["e2m1", FORMATS["e3m2"]], ["lmul"], ["ftz"], lambda *x: seen.append(x[:2]))
    assert [(r.format.name, r.units, r.pairs, r.mismatches) for r in results] == [
        ("e2m1", 1, 256, 0),
        ("e3m2", 1, 4096, 0),
    ]
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_verify_wrong():
    with pytest.raises(ValueError, match=re.escape("Unknown format 'e9m9': use e4m3, e5m2,")):
        verify(["e9m9"])
