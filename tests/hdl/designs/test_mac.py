import itertools
import random
import re
from typing import Any

import pytest

from lmul import FORMATS, KINDS, POLICIES, Design, FloatFormat, Policy
from lmul.hdl.designs.cycles import Flow
from lmul.hdl.designs.mac import INT8_MAX_K, MacDesign
from lmul.hdl.designs.mac_name import FLOWS
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import INT8, IntegerFormat
from lmul.hdl.numbers.kind_checks import check_kind

CANONICAL = [
    "pe-lmul-e4m3",
    "pe-exact-e4m3-ftz-fix24_-9-s1",
    "pe-lmul-bf16",
    "pe-lmul-bf16-exact-k32",
    "pe-int8-s1",
    "pe-int8-k131071-s1-c8",
    "pe-lmul-bf16-exact-k32-c64",
    "array-int8-2x2-os-k2048",
    "array-lmul-e4m3-8x8-os",
    "array-int8-16x16-ws",
    "array-lmul_rne-e5m2-3x64-os-ftz-bf16",
    "array-lmul-e4m3-1x1-ws-e4m3-s1",
    "array-lmul-e4m3-8x8-os-n4-ftz-k1028-s1-r2",
    "array-exact-bf16-8x8-ws-n4-w16",
    "array-lmul-e4m3-4x4-os-n8-w12-fp32-f4",
    "array-exact-bf16-4x4-os-n2-w12-bf16",
    "array-lmul-e5m2-4x4-ws-n3-fix24_-9",
    "array-int8-4x4-ws-n32-k131040",
    "pe-exact-e5m2-ftz-dual14_-4-s1",
    "pe-int8-n32-k131040-s1",
    "pe-lmul-bf16-n4-w16-ftz",
    "pe-exact-e4m3-n3-fix24_-9",
    "array-int8-4x4-os-dual16-k2048",
    "array-int8-4x4-os-n4-s1-c8-f4",
    "pe-exact-e4m3-n4-ftz-c8",
    "array-exact-e5m2-4x4-ws-ftz-c1-r2",
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
        ("pe-lmul-e4m3-fix024_-09", "pe-lmul-e4m3-fix24_-9"),
        ("pe-lmul-e4m3-dual024", "pe-lmul-e4m3-dual24"),
        ("pe-int8-k01024-s0", "pe-int8"),
        ("array-int8-4x4-os-n1", "array-int8-4x4-os"),
        ("array-lmul-e4m3-4x4-os-n3-k1026", "array-lmul-e4m3-4x4-os-n3"),
        ("pe-lmul-e4m3-n1", "pe-lmul-e4m3"),
        ("pe-lmul-e4m3-n3-k1026", "pe-lmul-e4m3-n3"),
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
    assert MacDesign.parse("pe-int8").format == IntegerFormat("int8", 8)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "pe-lmul-e4m3-ocp-lax",
            "unexpected part 'lax', there may stand nN, then wW, then POLICY, then ACC, then kK, "
            "then sN, then cN",
        ),
        (
            "pe-foo",
            "unknown kind 'foo', use lmul, lmul_rne, lmul_rne1, lmul_coarse, "
            "lmul_fine, lmul_formula, mitchell, trunc4, trunc6, trunc8, exact, int8",
        ),
        ("array-lmul-e4m3", "unknown size '', use RxC, such as 8x8"),
        ("array-lmul-e4m3-8x8-is", "unknown flow 'is', use os or ws"),
        ("array-lmul-e4m3-0x8-os", "Rows must be from 1 to 64, not 0"),
        ("array-lmul-e4m3-8x65-os", "Columns must be from 1 to 64, not 65"),
        ("pe-lmul-e4m3-s3", "Stages must be from 0 to 2, not 3"),
        ("array-int8-2x2-os-n2-s2", "Stages must be from 0 to 1, not 2"),
        ("pe-lmul-e4m3-k0", "k_max must be from 1 to 16777216, not 0"),
        ("pe-lmul-e4m3-n33", "Pairs a cycle must be from 1 to 32, not 33"),
        ("pe-lmul-bf16-n4", "Several pairs a cycle and fp32 sums need a window, as in -n4-w16"),
        ("pe-int8-n4-dual16", "Several pairs a cycle are not added to dual16 sums yet"),
        ("product-int8-n3", "A product unit takes one pair; a PE may take several a cycle"),
        ("array-lmul-e4m3-8x8-os-n33", "Pairs a cycle must be from 1 to 32, not 33"),
        ("array-int8-2x2-os-n0", "Pairs a cycle must be from 1 to 32, not 0"),
        (
            "array-lmul-bf16-8x8-os-n4",
            "Several pairs a cycle and fp32 sums need a window, as in -n4-w16",
        ),
        ("array-lmul-bf16-8x8-os-n4-w3", "A window's bits must be from 4 to 48, not 3"),
        (
            "array-lmul-e4m3-8x8-os-n4-w12",
            "Only float sums align a group in a window of its own: leave -wW out with exact ones",
        ),
        (
            "array-lmul-e4m3-8x8-os-n4-bf16",
            "Several pairs a cycle and bf16 sums need a window, as in -n4-w16",
        ),
        ("array-lmul-bf16-8x8-os-w12", "A window is for several pairs a cycle, as in -n4-w16"),
        (
            "array-lmul-e4m3-8x8-os-n4-w12-fix24_-9",
            "Only float sums align a group in a window of its own: leave -wW out with fix24_-9 "
            "ones",
        ),
        (
            "array-lmul-e4m3-8x8-os-n4-k10",
            "k_max must be a multiple of the 4 pairs a cycle, such as 12, not 10",
        ),
        ("array-int8-2x2-os-n4-k131072", "k_max must be from 1 to 131068, not 131072"),
        (
            "array-int8-2x2-os-k64-n4",
            "unexpected part 'n4', there may stand nN, then dualW, then kK, then sN, then cN, "
            "then fN",
        ),
        (
            "pe-lmul-e4m3-fp32-k9",
            "k_max is for exact accumulators; the others take any K",
        ),
        (
            "pe-int8-ftz",
            "unexpected part 'ftz', there may stand nN, then dualW, then kK, then sN, then cN",
        ),
        (
            "pe-lmul-e4m3-s1-ftz",
            "unexpected part 'ftz', there may stand nN, then wW, then POLICY, then ACC, then kK, "
            "then sN, then cN",
        ),
        (
            "pe-int8-s1-k9",
            "unexpected part 'k9', there may stand nN, then dualW, then kK, then sN, then cN",
        ),
        (
            "pe-int8-c8-s1",
            "unexpected part 's1', there may stand nN, then dualW, then kK, then sN, then cN",
        ),
        ("pe-int8-c65", "Places between carries must be from 0 to 64, not 65"),
        (
            "pe-lmul-e4m3-fix24_-9-c8",
            "Carries are kept of exact sums, not of fix24_-9: leave -cN out",
        ),
        ("pe-lmul-bf16-c8", "Carries are kept of exact sums, not of fp32: leave -cN out"),
        ("pe-int8-dual16-c8", "Carries are kept of exact sums, not of dual16: leave -cN out"),
        (
            "array-lmul-e4m3-2x2-ws-fix24_-9-c8",
            "Carries are kept of exact sums, not of fix24_-9: leave -cN out",
        ),
        (
            "pe-int8-fp32",
            "unexpected part 'fp32', there may stand nN, then dualW, then kK, then sN, then cN",
        ),
        ("pe-int8-k131072", "k_max must be from 1 to 131071, not 131072"),
        ("product-int8-k9", "A product unit has neither stages nor k_max; a PE has"),
        ("product-int8-dual16", "A product unit has no sum; a PE has"),
        (
            "array-int8-2x2-ws-dual16",
            "In a ws array another sum passes each PE in each cycle, so that no part of it stays: "
            "dual16 is for PEs and os arrays",
        ),
        (
            "pe-exact-e4m3-ftz-dual24_-4",
            "The narrow part of dual24_-4 must be among the 36 bits of the largest product, of "
            "which the last one is worth 2^-18",
        ),
        (
            "pe-int8-dual15",
            "The narrow part of an int8 sum is dual16 to dual31, not dual15",
        ),
        (
            "array-lmul-e4m3-8x8-os-n4-dual16",
            "Several pairs a cycle are not added to dual16 sums yet",
        ),
        (
            "pe-lmul-e4m3-fix8_1001",
            "A window's last bit is worth 2^L, L from -1000 to 1000, not 1001 ('fix8_1001')",
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


def drawn_designs(count=3000, seed=2410):
    """Legal designs over all fields, and how many drawn ones were refused."""
    rng = random.Random(seed)
    policies = [*POLICIES.values(), *(Policy.parse(f"z{s}{t}{o}{p}") for s, t, o, p in KNOBS)]
    refused = 0
    for _ in range(count):
        level: Any = rng.choice(["product", "multiplier", "pe", "array"])
        fmt: Any = rng.choice([INT8, *FORMATS.values()])
        kinds: Any = [kind for kind, info in KINDS.items() if fmt != INT8 and info.exists_for(fmt)]
        kind: Any = rng.choice(kinds or ["int8"])
        policy = rng.choice(policies)
        stages = rng.choice([0, 0, 1, 2, 3])
        try:
            if isinstance(fmt, FloatFormat) and level in ("product", "multiplier"):
                offset = rng.choice([None, rng.randrange(1 << fmt.mantissa_bits)])
                yield UnitDesign(check_kind(kind, fmt), fmt, level, policy, offset, stages)
                continue
            window = f"fix{rng.randint(2, 62)}_{rng.randint(-60, 60)}"
            names = [None, "exact", "fp32", "bf16", "e4m3", window]
            name = rng.choice(names) if fmt != INT8 else None
            flow: Flow = rng.choice(FLOWS)
            size = (rng.randint(1, 64), rng.randint(1, 64), flow, rng.choice([0, 2, 1 << 16]))
            many = rng.choice([(1, 0), (rng.randint(1, 32), rng.choice([0, rng.randint(4, 48)]))])
            yield MacDesign(
                level,
                kind,
                fmt,
                policy,
                Accumulator(name) if name else None,
                rng.choice([1024, many[0], many[0] * rng.randint(1, 131071 // many[0]), 1 << 24]),
                stages,
                *(size if level == "array" else (1, 1, "os", 0)),
                0,
                *(many if level != "product" else (1, 0)),
            )
        except ValueError:
            refused += 1
    assert refused < count * 0.8


KNOBS = list(itertools.product("fn", "fg", "sn", "ip"))


def test_every_legal_design_has_a_name_that_parses_back():
    designs = set(drawn_designs())
    assert len(designs) > 700
    seen = {(d.level, d.kind) for d in designs}
    assert seen >= {(level, "int8") for level in ("product", "pe", "array")}
    assert {d.k_max for d in designs if d.kind == "int8"} > {1, 1024}
    for level in ("pe", "array"):
        alike = [d for d in designs if d.level == level]
        assert len({d.terms for d in alike}) > 16  # of 32
        assert any(d.window for d in alike)
    for design in designs:
        again = Design.parse(str(design))
        assert (again, str(again), hash(again)) == (design, str(design), hash(design))
        assert design.module_name.isidentifier()
        assert design.module_name.isascii()
    # Different designs have different names and modules.
    assert len({str(d) for d in designs}) == len({d.module_name for d in designs}) == len(designs)


def test_a_named_format_with_other_parameters_is_refused():
    other = FloatFormat("e4m3", 4, 3, 8)
    with pytest.raises(ValueError, match=r"^Format 'e4m3' is already a named format with other "):
        MacDesign("pe", "lmul", other)


def test_int8_sums_hold_what_k_max_promises():
    # Derived once more: K squares of -128 in 32 bits.
    assert INT8_MAX_K * 128 * 128 <= 2**31 - 1 < (INT8_MAX_K + 1) * 128 * 128
    assert IntDatapath(INT8_MAX_K).sum_shape.width == 32
    for make in (lambda k: MacDesign("pe", "int8", INT8, k_max=k), IntDatapath):
        make(INT8_MAX_K)
        with pytest.raises(ValueError, match=r"^k_max must be from 1 to 131071, not 131072$"):
            make(INT8_MAX_K + 1)


def test_depths_beyond_a_design():
    design = MacDesign.parse("array-int8-2x2-os")
    design.check_depth(1024)
    with pytest.raises(ValueError) as error:
        design.check_depth(1025)
    assert str(error.value) == (
        "K is 1025, and the sums of 'array-int8-2x2-os' have room for K up to 1024; "
        "use 'array-int8-2x2-os-k1025'"
    )
    MacDesign.parse(str(error.value).split("'")[-2]).check_depth(1025)
    with pytest.raises(ValueError, match=r"; cut the product along K, since no such design has "):
        design.check_depth(131072)
    MacDesign.parse("array-lmul-bf16-2x2-os").check_depth(1 << 40)  # fp32 sums take any K
