"""The named designs, and a sentence about each."""

from collections.abc import Iterator

from lmul.hdl.formats import FORMATS
from lmul.hdl.kinds import KINDS, Kind
from lmul.hdl.policy import POLICIES
from lmul.hdl.unit_design import UnitDesign

__all__ = ["describe", "named_designs"]

_KINDS: dict[Kind, str] = {
    "lmul": "L-Mul",
    "lmul_rne": "exactly rounded by L-Mul's adder and a carry-in",
    "lmul_formula": "L-Mul's formula, not renormalised",
    "mitchell": "Mitchell's product",
    "exact": "full product, rounded once",
}
_POLICIES = {
    "bare": "everything wraps, as in the paper",
    "lax": "subnormals and tiny results to zero, saturating, NaN and Inf not looked for",
    "ftz": "subnormals and tiny results to zero, saturating, NaN and Inf propagate",
    "ocp": "subnormals in and out, overflow to Inf or NaN, NaN and Inf propagate",
}


def named_designs() -> Iterator[UnitDesign]:
    """Every kind, format and preset, then every product unit; no stages, the paper's offset."""
    for kind in KINDS:
        for fmt in FORMATS.values():
            for policy in POLICIES.values():
                if kind != "lmul_rne" or fmt.mantissa_bits <= 3:
                    yield UnitDesign(kind, fmt, policy=policy)
    for kind in KINDS:
        for fmt in FORMATS.values():
            if kind != "lmul_rne" or fmt.mantissa_bits <= 3:
                yield UnitDesign(kind, fmt, level="product")


def describe(design: UnitDesign) -> str:
    """One line on what a design computes."""
    what = f"{design.format.name}: {_KINDS[design.kind]}"
    if design.offset is not None:
        what += f" at offset {design.offset}"
    if design.level == "product":
        return f"{what}; the product unit alone, Operands to Product"
    text = f"{what}; {_POLICIES.get(design.policy.name, design.policy.knobs)}"
    if design.stages:
        text += f"; {design.stages} pipeline stage{'s' if design.stages > 1 else ''}"
    return text
