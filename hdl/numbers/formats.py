"""Formats of operands: the few facts that define one, and everything derived from them.

Sources: OCP 8-bit Floating Point Specification 1.0 (e4m3, e5m2), OCP Microscaling Formats 1.0
(e2m3, e3m2, e2m1), IEEE 754 (fp16, fp32). A code is sign | E (e bits) | M (m bits).
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["FORMATS", "INT8", "FloatFormat", "Format", "IntegerFormat", "Specials"]


Specials = Literal["ieee", "fn", "fnuz", "finite"]
"""Which codes are not numbers.

``ieee``: E all ones is Inf (M = 0) or NaN; ``fn``: only E and M all ones is NaN, no Inf;
``fnuz``: only the code of -0 is NaN, no Inf and no -0; ``finite``: every code is a number.
"""

_MAX_WIDTH = 32
_NARROW_WIDTH = 8
_FLOAT64_MAX_EXPONENT = 1023
_FLOAT64_MIN_EXPONENT = -1074


@dataclass(frozen=True)
class FloatFormat:
    """A binary floating-point format of at most 32 bits.

    Parameters
    ----------
    name : str
        What it is called in design names and Verilog modules: letters, digits, underscores.
    exponent_bits : int
        Width ``e`` of the exponent field, at least 1 (2 for ``ieee``).
    mantissa_bits : int
        Width ``m`` of the mantissa field, at least 1.
    bias : int
        A normal code is worth ``2**(E - bias) * (1 + M / 2**m)``.
    specials : str
        ``"ieee"``, ``"fn"``, ``"fnuz"`` or ``"finite"``: see :data:`Specials`.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, or the format can't exist or does not fit float64.
    """

    name: str
    exponent_bits: int
    mantissa_bits: int
    bias: int
    specials: Specials = "ieee"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"Format name must be a string, not {self.name!r}")
        if not re.fullmatch("[a-z][a-z0-9_]*", self.name):
            raise ValueError(
                "Format name must be lower-case letters, digits and underscores, "
                f"starting with a letter, not {self.name!r}"
            )
        for field in ("exponent_bits", "mantissa_bits", "bias"):
            value = getattr(self, field)
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{field} must be an integer, not {value!r}")
        if self.specials not in get_args(Specials):
            raise ValueError(
                f"specials must be one of {', '.join(get_args(Specials))}, not {self.specials!r}"
            )
        least = 2 if self.specials == "ieee" else 1
        if self.exponent_bits < least:
            raise ValueError(
                f"exponent_bits must be at least {least} with {self.specials!r} specials, "
                f"not {self.exponent_bits!r}"
            )
        if self.mantissa_bits < 1:
            raise ValueError(f"mantissa_bits must be at least 1, not {self.mantissa_bits!r}")
        if self.width > _MAX_WIDTH:
            raise ValueError(
                f"A format has at most {_MAX_WIDTH} bits, not {self.width} "
                f"(1 + {self.exponent_bits} + {self.mantissa_bits})"
            )
        largest = (1 << self.exponent_bits) - 1 - self.bias
        smallest = 1 - self.bias - self.mantissa_bits
        if largest > _FLOAT64_MAX_EXPONENT or smallest < _FLOAT64_MIN_EXPONENT:
            raise ValueError(
                f"Format {self.name!r} does not fit float64: its values reach from "
                f"2**{smallest} to 2**{largest}"
            )

    @property
    def width(self) -> int:
        """Bits of a code."""
        return 1 + self.magnitude_bits

    @property
    def is_narrow(self) -> bool:
        """Whether a code fits into a byte: sums are exact by default, tensors are scaled to it."""
        return self.width <= _NARROW_WIDTH

    @property
    def magnitude_bits(self) -> int:
        """Bits of a code without its sign: e + m."""
        return self.exponent_bits + self.mantissa_bits

    @property
    def sign_mask(self) -> int:
        """The sign bit of a code."""
        return 1 << self.magnitude_bits

    @property
    def magnitude_mask(self) -> int:
        """All bits of a code but its sign."""
        return self.sign_mask - 1

    @property
    def exponent_mask(self) -> int:
        """The largest exponent field, all ones."""
        return (1 << self.exponent_bits) - 1

    @property
    def mantissa_mask(self) -> int:
        """The largest mantissa field, all ones."""
        return (1 << self.mantissa_bits) - 1

    @property
    def has_inf(self) -> bool:
        """Whether a code for infinity exists."""
        return self.specials == "ieee"

    @property
    def has_nan(self) -> bool:
        """Whether a code for NaN exists."""
        return self.specials != "finite"

    @property
    def has_negative_zero(self) -> bool:
        """Whether -0 exists: everywhere but in the fnuz formats."""
        return self.specials != "fnuz"

    @property
    def inf_code(self) -> int | None:
        """The code of +Inf, or None."""
        return self.exponent_mask << self.mantissa_bits if self.has_inf else None

    @property
    def nan_code(self) -> int | None:
        """The code of the canonical NaN (sign 0, quiet bit alone), or None."""
        match self.specials:
            case "ieee":
                quiet = 1 << (self.mantissa_bits - 1)
                return self.exponent_mask << self.mantissa_bits | quiet
            case "fn":
                return self.magnitude_mask
            case "fnuz":
                return self.sign_mask
            case _:
                return None

    @property
    def max_code(self) -> int:
        """The code of the largest finite number."""
        match self.specials:
            case "ieee":
                return (self.exponent_mask << self.mantissa_bits) - 1
            case "fn":
                return self.magnitude_mask - 1
            case _:
                return self.magnitude_mask

    @property
    def min_normal_code(self) -> int:
        """The code of the smallest normal number."""
        return 1 << self.mantissa_bits

    @property
    def max(self) -> float:
        """The largest finite number."""
        # The exponent field is never 0 here: m is at least 1, so the largest code is normal.
        exponent, mantissa = divmod(self.max_code, 1 << self.mantissa_bits)
        return (1 + mantissa / (1 << self.mantissa_bits)) * 2.0 ** (exponent - self.bias)

    @property
    def min_normal(self) -> float:
        """The smallest positive normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def min_subnormal(self) -> float:
        """The smallest positive number."""
        return 2.0 ** (1 - self.bias - self.mantissa_bits)

    @property
    def paper_l(self) -> int:
        """l(m) of the paper's equation 1 (arXiv 2410.00907): m up to 3, 3 for 4, then 4."""
        m = self.mantissa_bits
        return m if m <= 3 else 3 if m == 4 else 4

    @property
    def paper_offset(self) -> int:
        """The paper's added term 2**-l(m), in units of 2**-m."""
        return 1 << (self.mantissa_bits - self.paper_l)

    def __str__(self) -> str:
        return self.name


FORMATS: dict[str, FloatFormat] = {
    fmt.name: fmt
    for fmt in (
        FloatFormat("e4m3", 4, 3, 7, "fn"),
        FloatFormat("e5m2", 5, 2, 15, "ieee"),
        FloatFormat("e3m4", 3, 4, 3, "ieee"),
        FloatFormat("e4m3fnuz", 4, 3, 8, "fnuz"),
        FloatFormat("e5m2fnuz", 5, 2, 16, "fnuz"),
        FloatFormat("e2m3", 2, 3, 1, "finite"),
        FloatFormat("e3m2", 3, 2, 3, "finite"),
        FloatFormat("e2m1", 2, 1, 1, "finite"),
        FloatFormat("bf16", 8, 7, 127, "ieee"),
        FloatFormat("fp16", 5, 10, 15, "ieee"),
        FloatFormat("fp32", 8, 23, 127, "ieee"),
    )
}
"""The named floating-point formats, by name."""


@dataclass(frozen=True)
class IntegerFormat:
    """Signed integers in two's complement.

    Parameters
    ----------
    name : str
        What it is called in design names.
    width : int
        Bits of a code, the sign among them.
    """

    name: str
    width: int

    @property
    def is_narrow(self) -> bool:
        """Whether a code fits into a byte."""
        return self.width <= _NARROW_WIDTH

    @property
    def sign_mask(self) -> int:
        """The sign bit of a code; less that, a code with it is the number it stands for."""
        return 1 << (self.width - 1)

    @property
    def max_code(self) -> int:
        """The code of the largest integer, which is the integer itself."""
        return self.sign_mask - 1

    def __str__(self) -> str:
        return self.name


Format = FloatFormat | IntegerFormat

INT8 = IntegerFormat("int8", 8)
"""Operands of the integer twin."""
