"""The sums of a PE or an array in words: their range, and for which K it is wide enough."""

from fractions import Fraction

from lmul.hdl.designs.catalogue import describe
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.sum_range import SumRange, sum_range

__all__ = ["explain_sums", "sums_facts"]


def sums_facts(design: MacDesign) -> dict[str, object]:
    """The same for JSON."""
    found = sum_range(design)
    return {
        "design": design.name,
        "accumulator": design.resolved_accumulator.name,
        "width": found.width,
        "k_max": found.k_max,
        **found.facts(),
    }


def explain_sums(design: MacDesign) -> str:
    """A few lines for the terminal.

    Raises
    ------
    ValueError
        When the design is a product unit.
    """
    found = sum_range(design)
    lines = [
        ("sum", _register(design, found)),
        ("range", _range(found)),
        ("largest product", f"{_number(found.largest)}, either sign"),
        ("K", _safe(found)),
        ("beyond", _beyond(design, found)),
    ]
    where = "each PE's; the array's size changes nothing" if design.level == "array" else "the PE's"
    width = max(len(name) for name, _ in lines)
    head = f"{design.name}: {describe(design)}\nIts sums ({where}):"
    return "\n".join((head, *(f"  {name:{width}}  {text}" for name, text in lines)))


def _register(design: MacDesign, found: SumRange) -> str:
    if found.step is None:
        added = f"{design.terms} products" if design.window else "product"
        return f"{design.resolved_accumulator}, rounded to nearest even after each {added}"
    return f"{found.width} bits of two's complement, the last one worth 2^{_power(found.step)}"


def _range(found: SumRange) -> str:
    numbers = f"{_number(found.low)} to {_number(found.high)}"
    if found.step is None:
        return numbers
    top, last = _power(-found.low), _power(found.step)
    return f"-2^{top} to 2^{top} - 2^{last}: {numbers}"


def _power(value: Fraction) -> int:
    """The exponent of a power of two."""
    return value.numerator.bit_length() - value.denominator.bit_length()


def _safe(found: SumRange) -> str:
    if found.safe_k is None:
        return "any: sums stop growing before they leave the range"
    if found.k_max is not None:
        return (
            f"up to {found.k_max:,} (K_max): no operands can leave the range; it would hold "
            f"{found.safe_k:,} of the largest products"
        )
    if found.safe_k == 0:
        return "any is taken, none is certain to fit: one product can leave the range"
    return f"any is taken; up to {found.safe_k:,} no operands can leave the range"


def _beyond(design: MacDesign, found: SumRange) -> str:
    if found.k_max is not None:
        flag = "sets the flag too_long" if design.level == "array" else "is told by nothing"
        return (
            f"K above {found.k_max:,} {flag}; sums above {found.safe_k:,} products may wrap. "
            "A larger K_max is part of the name: -kK"
        )
    if found.step is not None:
        return "the sum stays at that end of the range; the flag overflow of its result is set"
    if found.safe_k is None:
        return "never reached"
    return {
        "wrap": "the magnitude's code wraps",
        "saturate": "the sum becomes the largest finite number",
        "nonsaturating": "the sum becomes Inf, or NaN where there is none, and stays so",
    }[design.policy.overflow]


def _number(value: Fraction) -> str:
    """Integers whole, others with six digits, also those that no float holds."""
    if value.denominator == 1 and abs(value) < 1 << 40:
        return f"{value.numerator:,}"
    exponent = 0
    while abs(value) >= Fraction(2) ** 1000:
        value, exponent = value / 10**100, exponent + 100
    if not exponent:
        return f"{float(value):.6g}"
    digits, _, power = f"{float(value):.5e}".partition("e")
    return f"{digits}e+{int(power) + exponent}"
