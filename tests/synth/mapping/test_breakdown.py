"""Areas by part."""

import pytest

from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.mapping.area import area
from lmul.synth.mapping.breakdown import area_by_part

pytestmark = pytest.mark.slow  # runs Yosys


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("lmul-e4m3-ftz", ["unpack", "product", "pack"]),
        ("pe-lmul-e4m3-ftz", ["product", "align", "accumulate", "registers", "control"]),
    ],
)
def test_parts_add_up(name, parts):
    found = area_by_part(name, EMBEDDED)
    whole = area(name, EMBEDDED)
    assert list(found) == parts
    assert sum(found.values()) == pytest.approx(whole.area_um2, rel=0.15)
    # Flip-flops are the same ones, however the logic between them is cut.
    assert found.get("registers", 0.0) == pytest.approx(whole.sequential_um2, rel=0.03)


def test_parts_wrong():
    message = (
        r"^Design 'product-int8' has no parts here; multipliers, PEs and dot-product units have$"
    )
    with pytest.raises(ValueError, match=message):
        area_by_part("product-int8", EMBEDDED)
