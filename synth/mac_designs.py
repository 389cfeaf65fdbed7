"""Which PEs and arrays the report counts."""

from collections.abc import Iterable
from functools import cache

from lmul.hdl.accumulator import DEFAULT_K_MAX, Accumulator
from lmul.hdl.cycles import Flow
from lmul.hdl.formats import FORMATS
from lmul.hdl.kinds import Kind
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.policy import POLICIES
from lmul.hdl.product_range import product_range
from lmul.synth.circuit import Circuit
from lmul.synth.comparison import kinds_of

__all__ = [
    "ACCUMULATORS",
    "ARRAY_SIDE",
    "COUNTED_FORMATS",
    "INT8_PE",
    "INT8_PRODUCT",
    "PE_POLICIES",
    "array_bits",
    "array_name",
    "has_pes",
    "int8_array_name",
    "int8_own_width",
    "pe_kinds",
    "pe_name",
    "pe_policies",
    "same_width_name",
    "sum_bits",
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
    return PE_POLICIES if FORMATS[fmt].width <= 8 else ("ftz",)


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


def array_bits(name: str) -> tuple[int, int]:
    """Bits of an array's operand behind the edge, and of its result."""
    # Imported here: the datapath pulls in Amaranth.
    from lmul.hdl.datapath import datapath_of

    design = MacDesign.parse(name)
    result = FORMATS["fp32"].width  # what an array gives out; an integer array's sums are as wide
    return datapath_of(design).operand_layout.size, result


def int8_own_width() -> tuple[Circuit, int]:
    """The integer PE whose sum is as narrow as its longest one allows, and its bits.

    Designs sum integers in 32 bits, as their arrays give them out; exact sums of floating-point
    kinds are sized for the same number of products, and this one is sized as they are.
    """
    # Imported here: the circuit pulls in Amaranth.
    from lmul.hdl.convert import convert
    from lmul.hdl.flat_ports import FlatPorts
    from lmul.hdl.int_datapath import IntDatapath, int_sum_bits
    from lmul.hdl.pe import PE

    bits = int_sum_bits(DEFAULT_K_MAX)
    top = f"pe_int8_{bits}_bits"
    return Circuit(top, convert(FlatPorts(PE(IntDatapath(sum_bits=bits))), top), "pe"), bits


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
