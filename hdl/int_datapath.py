"""What the PEs of an integer array have in common."""

from dataclasses import dataclass

from amaranth.hdl import Shape, signed
from amaranth.lib import data

from lmul.hdl.accumulator import DEFAULT_K_MAX
from lmul.hdl.int8 import INT8_BITS, SUM_BITS, AccumulateInt8, Int8Edge, Int8Product, Int8Rows
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.written import form

__all__ = ["IntDatapath", "int_sum_bits"]

_LARGEST_PRODUCT = 1 << (2 * INT8_BITS - 2)  # the lowest integer's square


def int_sum_bits(k_max: int) -> int:
    """Bits that hold every sum of so many products, the sign among them."""
    return (k_max * _LARGEST_PRODUCT).bit_length() + 1


@dataclass(frozen=True)
class IntDatapath:
    """Multiply and accumulate 8-bit signed integers: the integer twin.

    Parameters
    ----------
    k_max : int
        The longest dot product: up to 131071, since so many squares of -128 fit into 32 bits.
    stages : int
        1 puts a register between product and accumulation, else 0.
    sum_bits : int
        Of a sum. Designs have 32; fewer make the circuit that a comparison of equal needs takes.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type or out of range.
    """

    k_max: int = DEFAULT_K_MAX
    stages: int = 0
    sum_bits: int = SUM_BITS

    def __post_init__(self) -> None:
        MacDesign("pe", "int8", None, k_max=self.k_max, stages=self.stages)
        limit = ((1 << (self.sum_bits - 1)) - 1) // _LARGEST_PRODUCT
        if self.k_max > limit:
            raise ValueError(f"k_max of int8 must be at most {limit}, not {self.k_max!r}")

    code_width = INT8_BITS
    operand_layout = Int8Edge.layout
    limits_k = True
    has_nan = False
    has_inf = False

    @property
    def operand_reset(self) -> dict[str, int]:
        """What makes an operand a zero."""
        return {"value": 0}

    @property
    def product_reset(self) -> dict[str, int]:
        """What makes a product a zero."""
        return {"value": 0}

    @property
    def sum_shape(self) -> Shape:
        """Of an accumulator's register."""
        return signed(self.sum_bits)

    @property
    def result_layout(self) -> data.StructLayout:
        """What leaves a PE."""
        return data.StructLayout({"sum": self.sum_shape})

    def edge(self, second: bool) -> Int8Edge:
        """The edge of either operand."""
        return Int8Edge()

    def product_unit(self) -> Int8Product | Int8Rows:
        """The multiplier of a PE.

        Its rows are added up in it before a register, and where FPGAs' carry chains add them.
        """
        return Int8Product() if self.stages or form() != "gates" else Int8Rows()

    def accumulation_unit(self, unit: Int8Product | Int8Rows) -> AccumulateInt8:
        """The accumulation behind it."""
        return AccumulateInt8(unit, self.sum_bits)
