import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS, INT8
from lmul.hdl.numbers.policy import POLICIES


def test_name():
    design = DotDesign("lmul", FORMATS["e4m3"], 8, 12)
    assert design.name == "dot-lmul-e4m3-n8-w12"
    assert Design.parse(design.name) == design
    whole = DotDesign("exact", FORMATS["bf16"], 32, 24, POLICIES["ftz"], True)
    assert whole.name == "dot-exact-bf16-n32-w24-ftz-sticky"
    assert Design.parse(whole.name) == whole
    assert Design.parse("dot-int8-n16") == DotDesign("int8", INT8, 16)
    late = DotDesign("lmul", FORMATS["e4m3"], 8, 12, sticky=True, stages=3)
    assert late.name == "dot-lmul-e4m3-n8-w12-sticky-s3"
    assert Design.parse(late.name) == late
    assert Design.parse("dot-int8-n4-s2") == DotDesign("int8", INT8, 4, stages=2)
    assert Design.parse("dot-lmul-e4m3-n8-w12-ocp").name == "dot-lmul-e4m3-n8-w12"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "dot-",
            "unknown kind '', use lmul, lmul_rne, lmul_rne1, lmul_coarse, "
            "lmul_fine, lmul_formula, mitchell, trunc4, trunc6, trunc8, exact, int8",
        ),
        ("dot-lmul-e4m3", "unexpected part '', use nN, such as n8"),
        ("dot-lmul-e4m3-w12", "unexpected part 'w12', use nN, such as n8"),
        ("dot-lmul-e4m3-n8", "unexpected part '', use wW, such as w12"),
        ("dot-lmul-e4m3-n1-w12", "Terms must be from 2 to 32, not 1"),
        ("dot-lmul-e4m3-n8-w49", "A window's bits must be from 4 to 48, not 49"),
        ("dot-int8-n8-w12", "unexpected part 'w12', there may stand sN"),
        ("dot-int8-n8-s3", "Stages must be from 0 to 2, not 3"),
        ("dot-lmul-e4m3-n8-w12-s15", "Stages must be from 0 to 14, not 15"),
        (
            "dot-lmul-e4m3-n8-w12-sticky-ftz",
            "unexpected part 'ftz', there may stand POLICY, then 'sticky', then sN",
        ),
        (
            "dot-lmul-e4m3-n8-w12-s1-sticky",
            "unexpected part 'sticky', there may stand POLICY, then 'sticky', then sN",
        ),
        (
            "dot-lmul_rne-bf16-n8-w12",
            "Kind 'lmul_rne' needs a format of at most 3 mantissa bits, not 'bf16' with 7",
        ),
    ],
)
def test_name_wrong(name, said):
    with pytest.raises(ValueError) as raised:
        Design.parse(name)
    assert str(raised.value) == f"Design {name!r}: {said}"


def test_is_no_pe():
    with pytest.raises(ValueError, match=r"is a dot-product unit, not a PE or array$"):
        MacDesign.parse("dot-int8-n8")
