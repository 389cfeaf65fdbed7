"""Which PEs and arrays the report counts."""

from collections.abc import Iterable, Iterator
from functools import cache

from lmul.hdl.designs.cycles import Flow
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator
from lmul.hdl.numbers.formats import FORMATS, INT8
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES
from lmul.hdl.numbers.product_range import product_range

__all__ = [
    "ACCUMULATORS",
    "ARRAY_COUNTED",
    "ARRAY_DRIVEN",
    "ARRAY_KINDS",
    "ARRAY_SIDE",
    "ARRAY_TIMED",
    "COSTED_POLICIES",
    "COUNTED_FORMATS",
    "INT8_PE",
    "INT8_PRODUCT",
    "PE_POLICIES",
    "REPORT_FORMATS",
    "WINDOW_KINDS",
    "array_name",
    "arrays_in_cells",
    "curve_designs",
    "has_int8_beside",
    "has_pes",
    "int8_array_name",
    "kept_kinds",
    "kinds_of",
    "mac_designs",
    "multiplier_name",
    "multipliers_in_cells",
    "pe_kinds",
    "pe_name",
    "pe_policies",
    "pes_in_cells",
    "product_name",
    "report_designs",
    "same_width_name",
    "shown_kinds",
    "split_designs",
    "sum_bits",
    "window_pes",
]


REPORT_FORMATS = ("e4m3", "e5m2", "bf16", "fp16", "fp32")
REPORT_POLICIES = tuple(POLICIES)


def kinds_of(fmt: str) -> tuple[Kind, ...]:
    """The kinds that the report measures and that can be built for a named format."""
    return tuple(kind for kind in shown_kinds(fmt) if KINDS[kind].is_surveyed)


def kept_kinds(fmt: str) -> tuple[Kind, ...]:
    """The kinds whose multipliers and PEs are kept figures: the others would take minutes."""
    return tuple(kind for kind in shown_kinds(fmt) if not KINDS[kind].is_surveyed)


def shown_kinds(fmt: str) -> tuple[Kind, ...]:
    """The kinds of a named format that the report has; their errors are measured in every one.

    What is neither surveyed, corrected nor truncated stands among L-Mul's relatives alone.
    """
    return tuple(
        kind
        for kind, info in KINDS.items()
        if info.exists_for(FORMATS[fmt])
        and (info.is_surveyed or info.correction is not None or info.last_place is not None)
    )


def multiplier_name(kind: Kind, fmt: str, policy: str) -> str:
    """The design name of a multiplier."""
    return UnitDesign(kind, FORMATS[fmt], policy=POLICIES[policy]).name


def product_name(kind: Kind, fmt: str) -> str:
    """The design name of a bare product unit."""
    return UnitDesign(kind, FORMATS[fmt], "product").name


def report_designs(
    formats: Iterable[str] = REPORT_FORMATS, policies: Iterable[str] = REPORT_POLICIES
) -> list[str]:
    """Names of all designs that the comparison counts: products, then multipliers by policy."""
    formats, policies = tuple(formats), tuple(policies)
    names = [product_name(kind, fmt) for fmt in formats for kind in kinds_of(fmt)]
    return names + [
        multiplier_name(kind, fmt, policy)
        for fmt in formats
        for policy in policies
        for kind in kinds_of(fmt)
    ]


PE_POLICIES = ("ftz", "ocp")
ARRAY_SIDE = 8
INT8_PRODUCT, INT8_PE = "product-int8", "pe-int8"

ACCUMULATORS = {
    "e4m3": ("exact", "fix20_-7", "fix18_-5", "fix16_-3", "fp32", "bf16"),
    "e5m2": ("exact", "fix24_-9", "fix12_3", "fp32"),
}
"""What sums are held in, under ftz. The real tile's sums reach 2**11 in e4m3 and 2**14 in e5m2,
both scaled, so windows end just above; each format's narrowest one shows in the error."""

COUNTED_FORMATS = (*ACCUMULATORS, "bf16")
"""Formats whose PEs are counted in gates too; fp16 and fp32 are bf16's case again, and large."""

_FP32_SUMS = ("bf16", "fp16", "fp32")


def has_pes(fmt: str) -> bool:
    """Whether the report has PEs of a format: fp8, and wider ones with fp32 sums."""
    return fmt in (*ACCUMULATORS, *_FP32_SUMS)


def int8_array_name(side: int = ARRAY_SIDE, flow: Flow = "os") -> str:
    """The design name of a square array of integers."""
    return f"array-int8-{side}x{side}-{flow}"


def pe_policies(fmt: str) -> tuple[str, ...]:
    """The policies under which the report has PEs of a format."""
    return PE_POLICIES if FORMATS[fmt].is_narrow else ("ftz",)


def pe_kinds(fmt: str) -> tuple[Kind, ...]:
    """The kinds that the report has PEs of: all but the paper's literal formula."""
    return tuple(kind for kind in kinds_of(fmt) if kind != "lmul_formula")


def pe_name(
    kind: Kind, fmt: str, policy: str, accumulator: str | None = None, k_max: int = DEFAULT_K_MAX
) -> str:
    """The design name of a PE; without an accumulator, with its format's usual one."""
    chosen = None if accumulator is None else Accumulator(accumulator)
    return MacDesign("pe", kind, FORMATS[fmt], POLICIES[policy], chosen, k_max).name


def array_name(
    kind: Kind, fmt: str, policy: str = "ftz", side: int = ARRAY_SIDE, flow: Flow = "os"
) -> str:
    """The design name of a square array."""
    chosen = FORMATS[fmt], POLICIES[policy]
    return MacDesign("array", kind, *chosen, rows=side, columns=side, flow=flow).name


@cache
def sum_bits(kind: Kind, fmt: str, policy: str, k_max: int = DEFAULT_K_MAX) -> int:
    """Bits of an exact accumulator."""
    return product_range(FORMATS[fmt], kind, POLICIES[policy]).accumulator_bits(k_max)


def same_width_name(kind: Kind, fmt: str, policy: str, kinds: Iterable[Kind]) -> str:
    """The PE whose exact accumulator is as wide as the widest of ``kinds``.

    A narrower one gets its bits at the top, where they hold longer sums: each doubles K_max.
    """
    widest = max(sum_bits(other, fmt, policy) for other in kinds)
    more = widest - sum_bits(kind, fmt, policy)
    return pe_name(kind, fmt, policy, k_max=DEFAULT_K_MAX << more)


ARRAY_KINDS: tuple[Kind, ...] = ("lmul", "lmul_rne", "exact")
WINDOW_KINDS: tuple[Kind, ...] = ("lmul", "lmul_rne", "exact")


def mac_designs(formats: Iterable[str], full: bool = False) -> tuple[list[str], list[str]]:
    """Names of the designs to be split by part, and of those only to be counted.

    With ``full`` other policies too, and accumulators of other kinds and widths.
    """
    formats = [fmt for fmt in formats if fmt in COUNTED_FORMATS]
    if not formats:
        return [], []
    apart = [pe_name(kind, fmt, "ftz") for fmt in formats for kind in pe_kinds(fmt)]
    apart.append(INT8_PE)
    if "e4m3" in formats:
        apart += [*(array_name(kind, "e4m3") for kind in ARRAY_KINDS), int8_array_name()]
    whole = []
    if full:
        whole += [
            pe_name(kind, fmt, policy)
            for fmt in formats
            for policy in pe_policies(fmt)
            for kind in pe_kinds(fmt)
        ]
        whole += [name for fmt in formats for name in _same_width(fmt)]
        whole += [
            pe_name(kind, fmt, "ftz", accumulator)
            for fmt in formats
            for accumulator in ACCUMULATORS.get(fmt, ())
            for kind in WINDOW_KINDS
        ]
    whole.append(INT8_PRODUCT)
    return apart, [name for name in dict.fromkeys(whole) if name not in apart]


def _same_width(fmt: str) -> Iterator[str]:
    if fmt not in ACCUMULATORS:  # sums of a floating-point format are all as wide
        return
    for policy in pe_policies(fmt):
        for kind in WINDOW_KINDS:
            yield same_width_name(kind, fmt, policy, WINDOW_KINDS)


COSTED_POLICIES = ("lax", "ftz", "ocp")


ARRAY_COUNTED = (ARRAY_SIDE // 2, ARRAY_SIDE)
"""Sides of the arrays that are mapped; others are composed (:mod:`lmul.synth.gates.scale`)."""

ARRAY_TIMED = ARRAY_COUNTED[0]
"""Side of the arrays whose delay is measured: larger ones differ in buffers alone."""

ARRAY_DRIVEN = (ARRAY_SIDE, 2 * ARRAY_SIDE)
"""Sides of the arrays whose energy is shown, where it was measured."""


def has_int8_beside(fmt: str) -> bool:
    """Whether int8 stands beside a format: it is as wide."""
    return FORMATS[fmt].width == INT8.width


def multipliers_in_cells(fmt: str, policy: str) -> dict[str, str]:
    """Multipliers by kind; the bare integer product, which has nothing to unpack, beside fp8.

    Under ftz those that are kept, too.
    """
    kinds = shown_kinds(fmt) if policy == "ftz" else kinds_of(fmt)
    names = {kind: multiplier_name(kind, fmt, policy) for kind in kinds}
    return {**names, "int8": INT8_PRODUCT} if has_int8_beside(fmt) else {**names}


def pes_in_cells(fmt: str, policy: str) -> dict[str, str]:
    """PEs by kind, each with its format's usual accumulator; int8's beside fp8.

    Of all kinds under ftz alone, kept ones among them, and none of wider formats under lax: inside
    an array, where operands are unpacked already, that differs from ftz by what a NaN takes.
    """
    if not has_pes(fmt) or (policy == "lax" and not has_int8_beside(fmt)):
        return {}
    kinds: list[Kind] = [k for k in shown_kinds(fmt) if policy == "ftz" or k in WINDOW_KINDS]
    names = {kind: pe_name(kind, fmt, policy) for kind in kinds}
    return {**names, "int8": INT8_PE} if has_int8_beside(fmt) else {**names}


def window_pes(fmt: str) -> dict[tuple[str, str], str]:
    """PEs under ftz by accumulator and kind: what they sum in besides the format's usual."""
    return {
        (accumulator, kind): pe_name(kind, fmt, "ftz", accumulator)
        for accumulator in ACCUMULATORS.get(fmt, ())
        for kind in WINDOW_KINDS
    }


def arrays_in_cells(fmt: str, side: int) -> dict[str, str]:
    """Output-stationary arrays under ftz by kind."""
    if not has_pes(fmt):
        return {}
    kinds: list[Kind] = [kind for kind in kinds_of(fmt) if kind in WINDOW_KINDS]
    names = {kind: array_name(kind, fmt, side=side) for kind in kinds}
    return {**names, "int8": int8_array_name(side)} if has_int8_beside(fmt) else {**names}


def curve_designs(fmt: str) -> dict[str, list[str]]:
    """Designs under ftz whose area is measured against delay, by level."""
    if fmt not in COUNTED_FORMATS:
        return {}
    kinds: list[Kind] = [kind for kind in kinds_of(fmt) if kind in WINDOW_KINDS]
    found = {"multiplier": [multiplier_name(kind, fmt, "ftz") for kind in kinds]}
    if fmt == "e4m3":
        found["pe"] = [pe_name(kind, fmt, "ftz") for kind in kinds]
    return found


def split_designs(fmt: str) -> list[str]:
    """Designs under ftz whose area and energy are shown by part."""
    if fmt not in COUNTED_FORMATS:
        return []
    return [
        name
        for names in (multipliers_in_cells(fmt, "ftz"), pes_in_cells(fmt, "ftz"))
        for kind, name in names.items()
        if kind in (*WINDOW_KINDS, "int8") and name != INT8_PRODUCT
    ]
