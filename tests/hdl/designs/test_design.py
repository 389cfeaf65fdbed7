"""Every name reaches its design through `Design.parse`, and a subclass takes only its own."""

import re

import pytest

from lmul import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign


@pytest.mark.parametrize(
    ("name", "what", "level"),
    [
        ("lmul-e4m3-ftz", UnitDesign, "multiplier"),
        ("product-exact-e5m2", UnitDesign, "product"),
        ("product-int8", MacDesign, "product"),
        ("pe-lmul-e4m3-ftz-fix24_-9", MacDesign, "pe"),
        ("array-lmul-e4m3-8x8-os", MacDesign, "array"),
        ("array-int8-4x2-ws-s1", MacDesign, "array"),
    ],
)
def test_parse(name: str, what: type[Design], level: str) -> None:
    design = Design.parse(name)
    assert type(design) is what
    assert (design.level, design.name, Design.parse(design)) == (level, name, design)
    assert design.module_name.isidentifier()


def test_one_name_one_design() -> None:
    names = ["pe-lmul-e4m3", "pe-lmul-e4m3-s1", "pe-lmul-e5m2", "lmul-e4m3", "product-lmul-e4m3"]
    assert len({Design.parse(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("of", "name", "message"),
    [
        (UnitDesign, "pe-int8", "Design 'pe-int8' is a PE or array, not a multiplier or product"),
        (MacDesign, "lmul-e4m3", "Design 'lmul-e4m3' is a multiplier or product unit, not a PE"),
        (Design, "product-int8-s1", "Design 'product-int8-s1': A product unit has neither stages"),
        (Design, "product-int9", "Design 'product-int9': unknown kind 'int9', use lmul, lmul_rne"),
        (Design, "array-int8", "Design 'array-int8': unknown size '', use RxC, such as 8x8"),
    ],
)
def test_wrong(of: type[Design], name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        of.parse(name)
