"""Design names: parse and str are inverse over every name; a wrong one says which part."""

import re

import pytest

from lmul.hdl.designs.unit import UnitDesign, UnitLevel
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy

ALL_POLICIES = [
    *POLICIES.values(),
    *(
        Policy("zero", sub, tiny, over, special)
        for sub in ("flush", "normalize")
        for tiny in ("flush", "gradual")
        for over in ("saturate", "nonsaturating")
        for special in ("ignore", "propagate")
    ),
]


def every_design() -> list[UnitDesign]:
    """All kinds x formats x policies x stages, and the corners of the offsets."""
    designs = []
    for kind in KINDS:
        for fmt in FORMATS.values():
            if not KINDS[kind].exists_for(fmt):
                continue
            offsets: set[int | None] = {None}
            if kind in ("lmul", "lmul_formula"):
                offsets |= {0, 1, 2**fmt.mantissa_bits - 1, fmt.paper_offset}
            for offset in offsets:
                designs.append(UnitDesign(kind, fmt, "product", offset=offset))
                designs += [
                    UnitDesign(kind, fmt, policy=policy, stages=stages, offset=offset)
                    for policy in ALL_POLICIES
                    for stages in range(4)
                ]
    return designs


def test_parse_and_str_are_inverse() -> None:
    designs = every_design()
    assert len(designs) > 9000
    for design in designs:
        assert UnitDesign.parse(str(design)) == design
        assert str(UnitDesign.parse(design.name)) == design.name
    # One name a design and one design a name; the same for Verilog's names.
    assert len({d.name for d in designs}) == len(set(designs))
    assert len({d.module_name for d in designs}) == len(set(designs))
    assert all(re.fullmatch("[a-z][a-z0-9_]*", d.module_name) for d in designs)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("lmul-e4m3-ocp", "lmul-e4m3"),
        ("lmul-e4m3-ocp-s0-o1", "lmul-e4m3"),
        ("lmul-e4m3-znGnp".lower(), "lmul-e4m3"),
        ("lmul-e4m3-zffsp", "lmul-e4m3-ftz"),
        ("lmul-e4m3-zfgsp", "lmul-e4m3-zfgsp"),
        ("exact-e5m2-ftz-s2", "exact-e5m2-ftz-s2"),
        ("lmul-bf16-s1-o6", "lmul-bf16-s1-o6"),
        ("lmul-bf16-o8", "lmul-bf16"),
        ("lmul_formula-fp32-o0", "lmul_formula-fp32-o0"),
        ("product-lmul-e4m3-o1", "product-lmul-e4m3"),
        ("product-lmul-e3m4-o1", "product-lmul-e3m4-o1"),
    ],
)
def test_canonical_names(written: str, canonical: str) -> None:
    assert UnitDesign.parse(written).name == canonical


def test_parts() -> None:
    design = UnitDesign.parse("lmul-e3m4-lax-s2-o1")
    assert (design.kind, design.format, design.level) == ("lmul", FORMATS["e3m4"], "multiplier")
    assert (design.policy, design.stages, design.offset) == (POLICIES["lax"], 2, 1)
    assert design.resolved_offset == 1
    assert design.module_name == "lmul_e3m4_lax_s2_o1"
    assert UnitDesign.parse("lmul-e3m4").resolved_offset == 2
    assert UnitDesign.parse("mitchell-e3m4").resolved_offset == 0
    assert UnitDesign.parse("product-exact-bf16").level == "product"
    assert UnitDesign.parse(design) is design


def test_product_has_no_policy() -> None:
    fmt = FORMATS["e4m3"]
    assert UnitDesign("lmul", fmt, "product", POLICIES["ftz"]) == UnitDesign("lmul", fmt, "product")


KIND_LIST = (
    "lmul, lmul_rne, lmul_rne1, lmul_coarse, lmul_fine, lmul_formula, mitchell, "
    "trunc4, trunc6, trunc8, exact"
)
LEVELS = "product-KIND-FORMAT, pe-KIND-FORMAT, array-KIND-FORMAT-RxC-FLOW or dot-KIND-FORMAT-nN-wW"
FORMAT_LIST = "e4m3, e5m2, e3m4, e4m3fnuz, e5m2fnuz, e2m3, e3m2, e2m1, bf16, fp16, fp32"
POLICY_RULE = (
    "use bare, lax, ftz, ocp, or five letters for zero (z), "
    "subnormals (f, n), tiny (f, g), overflow (s, n) and specials (i, p), such as zfgsp"
)
AFTER = "after the format may stand POLICY, then sN, then oN"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "",
            f"unknown kind '', use {KIND_LIST}, {LEVELS}",
        ),
        (
            "lmull-e4m3",
            f"unknown kind 'lmull', use {KIND_LIST}, {LEVELS}",
        ),
        ("product", f"unknown kind '', use {KIND_LIST}, or product-int8"),
        ("product-e4m3", f"unknown kind 'e4m3', use {KIND_LIST}, or product-int8"),
        ("lmul", f"unknown format '', use {FORMAT_LIST}"),
        ("lmul-", f"unknown format '', use {FORMAT_LIST}"),
        ("lmul-e4m4", f"unknown format 'e4m4', use {FORMAT_LIST}"),
        ("product-lmul", f"unknown format '', use {FORMAT_LIST}"),
        ("lmul-e4m3-fast", f"Unknown policy 'fast': {POLICY_RULE}"),
        ("lmul-e4m3-", f"Unknown policy '': {POLICY_RULE}"),
        ("lmul-e4m3-s", f"Unknown policy 's': {POLICY_RULE}"),
        ("lmul-e4m3-s２", f"Unknown policy 's２': {POLICY_RULE}"),
        (
            "lmul-e4m3-wrrwp",
            "Policy 'zero=wrap subnormals=raw tiny=raw overflow=wrap specials=propagate' mixes "
            "zero=wrap with knobs that handle special cases; wrap and raw go only together, "
            "as the preset 'bare'",
        ),
        ("lmul-e4m3-s1-ftz", f"unexpected part 'ftz', {AFTER}"),
        ("lmul-e4m3-ftz-lax", f"unexpected part 'lax', {AFTER}"),
        ("lmul-e4m3-s1-s2", f"unexpected part 's2', {AFTER}"),
        ("lmul-e4m3-o1-s1", "'s1' stands before the offset, not after it"),
        ("lmul-e4m3-s4", "Stages must be from 0 to 3, not 4"),
        ("lmul-e4m3-o8", "Offset must be from 0 to 7 for 'e4m3', not 8"),
        ("exact-e4m3-o1", "Kind 'exact' has no offset; only lmul and lmul_formula have one"),
        (
            "lmul_rne-bf16",
            "Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not 'bf16' with 7",
        ),
        ("product-lmul-e4m3-ftz", "unexpected part 'ftz', after the format may stand oN"),
        ("product-lmul-e4m3-s1", "A product unit has no pipeline stages; a multiplier has"),
    ],
)
def test_wrong_name(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'Design {name!r}: {message}')}$"):
        UnitDesign.parse(name)


def test_wrong_name_type() -> None:
    with pytest.raises(TypeError, match=r"^A design's name must be a string, not 4$"):
        UnitDesign.parse(4)  # pyright: ignore[reportArgumentType]


E4M3 = FORMATS["e4m3"]


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"format": "e4m3"}, TypeError, "Format must be a FloatFormat, not 'e4m3'"),
        (
            {"format": FloatFormat("e4m3", 4, 3, 7, "ieee")},
            ValueError,
            "Format 'e4m3' is already a named format with other parameters; "
            "give yours another name",
        ),
        ({"policy": "ftz"}, TypeError, "Policy must be a Policy, not 'ftz'"),
        ({"kind": "times"}, ValueError, f"Unknown kind 'times': use {KIND_LIST}"),
        ({"level": "pe"}, ValueError, "Level must be product or multiplier, not 'pe'"),
        ({"stages": 1.0}, TypeError, "Stages must be an integer, not 1.0"),
        ({"stages": True}, TypeError, "Stages must be an integer, not True"),
        ({"stages": -1}, ValueError, "Stages must be from 0 to 3, not -1"),
        (
            {"level": "product", "stages": 1},
            ValueError,
            "A product unit has no pipeline stages; a multiplier has",
        ),
        ({"offset": 1.0}, TypeError, "Offset must be an integer, not 1.0"),
    ],
)
def test_wrong_parameter(parameters: dict, error: type[Exception], message: str) -> None:
    good: dict = {"kind": "lmul", "format": E4M3}
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        UnitDesign(**{**good, **parameters})


def test_format_of_ones_own() -> None:
    level: UnitLevel = "multiplier"
    kind: Kind = "lmul"
    design = UnitDesign(kind, FloatFormat("e6m9", 6, 9, 31), level)
    assert (design.name, design.module_name) == ("lmul-e6m9", "lmul_e6m9")
