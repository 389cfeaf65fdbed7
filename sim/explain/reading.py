"""An operand of a product worked out by hand: what its code says, and what a policy makes of it."""

from dataclasses import dataclass
from typing import Literal

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy

__all__ = ["Reading", "read_code"]


Class = Literal["zero", "subnormal", "normal", "inf", "nan"]
Role = Literal["number", "zero", "inf", "nan"]


@dataclass(frozen=True)
class Reading:
    """One operand's code: its fields, what they mean, and what the policy makes of them."""

    code: int
    negative: bool
    exponent_field: int
    meaning: Class
    role: Role
    """What the multiplier takes it for; ``exponent`` and ``mantissa`` count for a number."""
    exponent: int
    """Biased exponent after normalising; 0 or less for what was subnormal."""
    mantissa: int
    note: str

    def magnitude(self, fmt: FloatFormat) -> int:
        """The operand as L-Mul's adder sees it: ``(exponent << m) + mantissa``."""
        return (self.exponent << fmt.mantissa_bits) + self.mantissa


def read_code(code: int, fmt: FloatFormat, policy: Policy) -> Reading:
    """Take an operand's code apart, as unpack does."""
    m = fmt.mantissa_bits
    magnitude = code & fmt.magnitude_mask
    field, mantissa = magnitude >> m, magnitude & fmt.mantissa_mask
    meaning = _classify(code, fmt)
    role: Role = "number"
    exponent = field
    note = ""
    if meaning in ("nan", "inf"):
        if policy.specials == "propagate":
            role = "nan" if meaning == "nan" else "inf"
        else:
            note = "read as the number that its fields spell (specials=ignore)"
    elif field == 0 and policy.subnormals == "raw":
        note = "E = 0 is read like any other exponent, with a hidden one (subnormals=raw)"
    elif meaning == "zero":
        role = "zero"
    elif meaning == "subnormal" and policy.subnormals == "flush":
        role, note = "zero", "taken for zero (subnormals=flush)"
    if meaning == "subnormal" and policy.subnormals == "normalize":
        shift = m + 1 - mantissa.bit_length()
        exponent, mantissa = 1 - shift, (mantissa << shift) & fmt.mantissa_mask
        note = f"normalised: E = {exponent}, M = {mantissa:0{m}b} (subnormals=normalize)"
    # Under "ignore", a fnuz NaN is E = 0, M = 0: zero to a policy that looks for zeros.
    if meaning == "nan" and role == "number" and field == 0 and not policy.is_bare:
        role, note = "zero", "read as zero, which its fields spell (specials=ignore)"
    negative = bool(code & fmt.sign_mask)
    return Reading(code, negative, field, meaning, role, exponent, mantissa, note)


def _classify(code: int, fmt: FloatFormat) -> Class:
    magnitude = code & fmt.magnitude_mask
    if fmt.has_nan and not fmt.has_negative_zero:
        if code == fmt.nan_code:
            return "nan"
    elif magnitude > fmt.max_code:
        return "inf" if magnitude == fmt.inf_code else "nan"
    if magnitude >= fmt.min_normal_code:
        return "normal"
    return "subnormal" if magnitude else "zero"
