"""How a product that was worked out by hand becomes a code: rounding, overflow, tiny results."""

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.policy import Policy

__all__ = ["fixed_point", "nearest_even", "pack", "signed", "signed_or_zero"]


def fixed_point(value: int, fraction: int) -> str:
    """A non-negative integer in binary, its last ``fraction`` bits behind a point."""
    whole = f"{value >> fraction:b}"
    return f"{whole}.{value & ((1 << fraction) - 1):0{fraction}b}" if fraction else whole


def pack(
    sig: int,
    exp: int,
    fraction: int,
    negative: bool,
    fmt: FloatFormat,
    policy: Policy,
    notes: list[str],
) -> int:
    """Round ``sig * 2**(exp - fraction - bias)`` to a code, telling ``notes`` how."""
    m = fmt.mantissa_bits
    top = sig >> (fraction + 1)  # 1 when the significand is 2 or more
    shift = fraction - m + top
    kept = nearest_even(sig, shift)
    code = ((exp + top - 1) << m) + kept  # kept's leading one adds 1 to the exponent
    if top:
        notes.append(f"The significand is at least 2: shifted right once, E = {exp + 1}.")
    if shift and kept << shift != sig:
        notes.append(
            f"Rounded to {m} mantissa bits, ties to even: {fixed_point(sig, fraction + top)} "
            f"gives {fixed_point(kept, m)}."
        )
    if policy.is_bare:
        if code != code & fmt.magnitude_mask:
            notes.append(f"{code} wraps modulo {fmt.sign_mask} (tiny=raw, overflow=wrap).")
        return signed(code & fmt.magnitude_mask, negative, fmt)
    if code > fmt.max_code:
        why = f"Overflow: above the largest finite number, {fmt.max:.9g}"
        if policy.overflow == "saturate" or not fmt.has_nan:
            notes.append(f"{why}, which is the result (overflow={policy.overflow}).")
            return signed(fmt.max_code, negative, fmt)
        if fmt.inf_code is not None:
            notes.append(f"{why}: Inf (overflow=nonsaturating).")
            return signed(fmt.inf_code, negative, fmt)
        assert fmt.nan_code is not None
        notes.append(f"{why}: NaN, as {fmt.name} has no Inf (overflow=nonsaturating).")
        return fmt.nan_code
    if code < fmt.min_normal_code:
        why = f"Tiny: below the smallest normal number, {fmt.min_normal:.9g}"
        if policy.tiny == "flush":
            notes.append(f"{why}: zero (tiny=flush).")
            return signed_or_zero(0, negative, fmt, notes)
        places = fraction - m + 1 - exp
        code = nearest_even(sig, places)
        exactly = "exactly" if code << places == sig else "to nearest even"
        notes.append(
            f"{why}: {code} times the smallest subnormal, {fmt.min_subnormal:.9g}, {exactly} "
            "(tiny=gradual)."
        )
    return signed_or_zero(code, negative, fmt, notes)


def nearest_even(value: int, shift: int) -> int:
    """``value / 2**shift``, rounded to the nearest integer, ties to even."""
    if shift <= 0:
        return value << -shift
    kept, rest, half = value >> shift, value & ((1 << shift) - 1), 1 << (shift - 1)
    return kept + (rest > half or (rest == half and kept & 1))


def signed(magnitude: int, negative: bool, fmt: FloatFormat) -> int:
    """The code of a magnitude with its sign."""
    return magnitude | (fmt.sign_mask if negative else 0)


def signed_or_zero(magnitude: int, negative: bool, fmt: FloatFormat, notes: list[str]) -> int:
    """The same, where a format may have no -0, telling ``notes`` so."""
    if magnitude == 0 and negative and not fmt.has_negative_zero:
        notes.append(f"{fmt.name} has no -0: +0.")
        return 0
    return signed(magnitude, negative, fmt)
