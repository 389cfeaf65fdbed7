"""The named designs, and a sentence about each."""

from collections.abc import Iterator
from dataclasses import replace

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.mac_name import FLOWS
from lmul.hdl.designs.parts import MacKind
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS, INT8, FloatFormat, Format
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES

__all__ = ["describe", "named_designs"]


_POLICIES = {
    "bare": "everything wraps, as in the paper",
    "lax": "subnormals and tiny results to zero, saturating, NaN and Inf not looked for",
    "ftz": "subnormals and tiny results to zero, saturating, NaN and Inf propagate",
    "ocp": "subnormals in and out, overflow to Inf or NaN, NaN and Inf propagate",
}
_REGISTERS = (
    "",
    "; a register between product and sum",
    "; a register in the product, and one between product and sum",
)
_FLOWS = {"os": "output-stationary", "ws": "weight-stationary"}
_LISTED_SIDE = 8  # arrays may have any from 1 to 64
_LISTED_PAIRS = 4  # a cycle: PEs may take any from 1 to 32
_LISTED_TERMS = 8  # dot-product units may have any from 2 to 32
_LISTED_WINDOWS = 12, 24  # of formats up to 8 bits, and beyond: any from 4 to 48


def named_designs() -> Iterator[Design]:
    """Every kind and format at each level; multipliers under every preset.

    No stages, the paper's offset, the default accumulators, PEs that take a pair a cycle or four,
    arrays of 8 by 8 of them, dot-product units of 8 terms; windows of 12 bits, for formats beyond
    8 bits of 24.
    """
    pairs: list[tuple[Kind, FloatFormat]] = [
        (kind, fmt)
        for kind, info in KINDS.items()
        for fmt in FORMATS.values()
        if info.exists_for(fmt)
    ]
    for kind, fmt in pairs:
        for policy in POLICIES.values():
            yield UnitDesign(kind, fmt, policy=policy)
    for kind, fmt in pairs:
        yield UnitDesign(kind, fmt, level="product")
    yield MacDesign("product", "int8", INT8)
    operands: list[tuple[MacKind, Format]] = [*pairs, ("int8", INT8)]
    narrow, wide = _LISTED_WINDOWS
    for kind, fmt in operands:
        yield from _of_pairs(MacDesign("pe", kind, fmt))
    for kind, fmt in operands:
        for flow in FLOWS:
            yield from _of_pairs(
                MacDesign("array", kind, fmt, rows=_LISTED_SIDE, columns=_LISTED_SIDE, flow=flow)
            )
    for kind, fmt in pairs:
        yield DotDesign(kind, fmt, _LISTED_TERMS, narrow if fmt.is_narrow else wide)
    yield DotDesign("int8", INT8, _LISTED_TERMS)


def _of_pairs(one: MacDesign) -> Iterator[MacDesign]:
    """A design whose PEs take a pair a cycle, and the same with several."""
    yield one
    window = 0 if one.resolved_accumulator.is_exact else _LISTED_WINDOWS[1]
    yield replace(one, terms=_LISTED_PAIRS, window=window)


def describe(design: Design) -> str:
    """One line on what a design computes."""
    if isinstance(design, DotDesign):
        return _describe_dot(design)
    return _describe_mac(design) if isinstance(design, MacDesign) else _describe_unit(design)


def _describe_unit(design: Design) -> str:
    assert isinstance(design, UnitDesign)
    what = f"{design.format.name}: {KINDS[design.kind].title}"
    if design.offset is not None:
        what += f" at offset {design.offset}"
    if design.level == "product":
        return f"{what}; the product unit alone, Operands to Product"
    return f"{what}; {_policy(design)}{_stages(design)}"


def _describe_mac(design: MacDesign) -> str:
    if design.level == "product":
        return "int8: full product of two's complement; the product unit alone"
    what = {
        "pe": "processing element",
        "array": f"{design.rows} by {design.columns} {_FLOWS[design.flow]} array",
    }[design.level]
    each = "it" if design.level == "pe" else "each PE"
    many = f"; {each} takes {design.terms} pairs a cycle" if design.terms > 1 else ""
    many += f", their products cut in {design.window} bits" if design.window else ""
    sums = design.resolved_accumulator
    if sums.narrow:
        many += f"; {sums.narrow[0]} bits of a sum are written in each cycle, the rest on change"
    if design.kind == "int8":
        text = f"int8: {what}, 32-bit sums{many}"
    else:
        kept = f"exact sums up to K = {design.k_max}" if sums.is_exact else f"sums in {sums}"
        of = f"{what} of {KINDS[design.kind].title}"
        text = f"{design.format.name}: {of}, {kept}{many}; {_policy(design)}"
    text += _REGISTERS[design.stages]
    text += f"; {design.rounder} registers in each rounder" if design.rounder else ""
    return text + (f"; {design.fifo} beats of FIFO a port" if design.fifo else "")


def _describe_dot(design: DotDesign) -> str:
    if design.kind == "int8":
        what = f"int8: {design.terms} exact products added to a 32-bit sum at once"
        return what + _stages(design)
    lost = "rounded to odd" if design.sticky else "cut"
    return (
        f"{design.format.name}: {design.terms} products of {KINDS[design.kind].title} added to an "
        f"fp32 sum at once, {lost} in {design.window} bits; {_policy(design)}{_stages(design)}"
    )


def _stages(design: Design) -> str:
    if not design.stages:
        return ""
    return f"; {design.stages} pipeline stage{'s' if design.stages > 1 else ''}"


def _policy(design: Design) -> str:
    return _POLICIES.get(design.policy.name, design.policy.knobs)
