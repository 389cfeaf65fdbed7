import re

import pytest

from lmul import FORMATS, POLICIES
from lmul.hdl.accumulator import Accumulator
from lmul.hdl.mac_design import MacDesign

CANONICAL = [
    "pe-lmul-e4m3",
    "pe-exact-e4m3-ftz-fix24_-9-s1",
    "pe-lmul-bf16",
    "pe-lmul-bf16-exact-k32",
    "pe-int8-s1",
    "array-lmul-e4m3-8x8-os",
    "array-int8-16x16-ws",
    "array-lmul_rne-e5m2-3x64-os-ftz-bf16",
    "array-lmul-e4m3-1x1-ws-e4m3-s1",
]


@pytest.mark.parametrize("name", CANONICAL)
def test_parse_and_str_are_inverse(name):
    design = MacDesign.parse(name)
    assert str(design) == name
    assert design.module_name.isidentifier()


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("pe-lmul-e4m3-ocp-exact-k1024-s0", "pe-lmul-e4m3"),
        ("array-exact-bf16-4x4-os-ocp-fp32", "array-exact-bf16-4x4-os"),
        ("pe-lmul-e4m3-zffsp", "pe-lmul-e4m3-ftz"),
    ],
)
def test_defaults_are_left_out(written, canonical):
    assert str(MacDesign.parse(written)) == canonical


def test_parts():
    design = MacDesign.parse("array-exact-e5m2-3x7-ws-lax-fix40_-20-s1")
    assert (design.level, design.kind, design.format) == ("array", "exact", FORMATS["e5m2"])
    assert (design.rows, design.columns, design.flow) == (3, 7, "ws")
    assert (design.policy, design.stages) == (POLICIES["lax"], 1)
    assert design.resolved_accumulator == Accumulator("fix40_-20")
    assert design.resolved_accumulator.window == (40, -20)
    assert MacDesign.parse("pe-int8").format is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "pe-lmul-e4m3-ocp-lax",
            "unexpected part 'lax', there may stand POLICY, then ACC, then kK, then sN",
        ),
        ("pe-foo", "unknown kind 'foo', use lmul, lmul_rne, lmul_formula, mitchell, exact, int8"),
        ("array-lmul-e4m3", "unknown size '', use RxC, such as 8x8"),
        ("array-lmul-e4m3-8x8-is", "unknown flow 'is', use os or ws"),
        ("array-lmul-e4m3-0x8-os", "rows must be from 1 to 64, not 0"),
        ("array-lmul-e4m3-8x65-os", "columns must be from 1 to 64, not 65"),
        ("pe-lmul-e4m3-s2", "stages must be from 0 to 1, not 2"),
        ("pe-lmul-e4m3-k0", "k_max must be from 1 to 16777216, not 0"),
        (
            "pe-lmul-e4m3-fp32-k9",
            "k_max is for exact accumulators; the others take any K",
        ),
        ("pe-int8-ftz", "unexpected part 'ftz', there may stand sN"),
        (
            "pe-lmul-e4m3-s1-ftz",
            "unexpected part 'ftz', there may stand POLICY, then ACC, then kK, then sN",
        ),
        ("pe-lmul-e4m3-fix99_0", "A window has from 2 to 62 bits, not 99 ('fix99_0')"),
        (
            "pe-lmul_rne-bf16",
            "Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not 'bf16' with 7",
        ),
    ],
)
def test_wrong(name, message):
    with pytest.raises(ValueError, match=f"^{re.escape(f'Design {name!r}: {message}')}$"):
        MacDesign.parse(name)
