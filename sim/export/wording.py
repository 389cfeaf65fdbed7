"""What a policy and an accumulator do, in words."""

from typing import Any

from lmul.hdl.mac.datapath import Datapath, FloatDatapath
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.policy import Policy
from lmul.sim.reference.matrices import OUT

__all__ = [
    "accumulator_facts",
    "accumulator_words",
    "operand_policy_words",
    "policy_facts",
    "policy_words",
    "rounding_words",
    "sum_lsb",
]


_KNOB_WORDS = {
    "zero": {
        "wrap": "a zero operand is not looked for; its fields are multiplied like any other's",
        "zero": "a zero operand gives zero, with the sign of the product",
    },
    "subnormals": {
        "raw": "operands with E = 0 are read like any other, with a hidden one",
        "flush": "subnormal operands are taken for zero",
        "normalize": "subnormal operands are normalised, so none of their value is lost",
    },
    "tiny": {
        "raw": "results below the smallest normal wrap around",
        "flush": "results below the smallest normal become zero",
        "gradual": "results below the smallest normal are subnormals, rounded to nearest even",
    },
    "overflow": {
        "wrap": "results that are too large wrap around",
        "saturate": "results that are too large become the largest finite number",
        "nonsaturating": "results that are too large become {too_large}",
    },
    "specials": {
        "ignore": "NaN and Inf operands are read as the numbers that their fields spell",
        "propagate": "{special}",
    },
}


def policy_words(policy: Policy, fmt: FloatFormat) -> dict[str, str]:
    """Each knob of a multiplier's policy."""
    if fmt.has_inf:
        too_large = "Inf"
        special = "NaN operands give NaN, Inf operands Inf, and Inf times zero NaN"
    elif fmt.has_nan:
        too_large, special = "NaN", "NaN operands give NaN; there is no Inf"
    else:
        too_large = "the largest finite number"
        special = "nothing to do: the format has neither NaN nor Inf"
    knobs = {
        knob: words[getattr(policy, knob)].format(too_large=too_large, special=special)
        for knob, words in _KNOB_WORDS.items()
    }
    return knobs | rounding_words(policy, fmt)


def rounding_words(policy: Policy, out: FloatFormat) -> dict[str, str]:
    """When a result of format ``out`` is too large or tiny, which NaN it is, and what is not told.

    One section for multipliers and for what accumulates, whose sums are rounded to ``out``.
    """
    words = {}
    if not policy.is_bare:
        words["judged"] = (
            "too large and too small are judged after rounding: of a result rounded as if its "
            "exponent had no bounds"
        )
    makes_nan = policy.specials == "propagate" or (
        policy.overflow == "nonsaturating" and not out.has_inf
    )
    if out.nan_code is not None and makes_nan:
        digits = -(-out.width // 4)
        words["nan"] = (
            f"a NaN that comes out is always {out.width}'h{out.nan_code:0{digits}x}, whatever NaN "
            "came in"
        )
    words["flags"] = "no exception is signalled: neither invalid, overflow, underflow nor inexact"
    return words


def policy_facts(policy: Policy, words: dict[str, str]) -> dict[str, Any]:
    """For the manifest: the value of each knob, and what that means."""
    return {
        "name": policy.name,
        **{knob: getattr(policy, knob) for knob in words if hasattr(policy, knob)},
        "meaning": words,
    }


_OPERAND_KNOB_WORDS = {
    "subnormals": {
        "raw": "operands with E = 0 are read like any other, with a hidden one",
        "flush": "subnormal operands are taken for zero",
        "normalize": "subnormal operands are normalised, so none of their value is lost",
    },
    "overflow": {
        "wrap": "a rounded sum that is too large wraps around",
        "saturate": "a rounded sum that is too large becomes the largest finite number",
        "nonsaturating": "a rounded sum that is too large becomes Inf, or NaN where there is none",
    },
}


def sum_lsb(path: Datapath) -> int | None:
    """What the last bit of a sum is worth, as a power of two; None for floating-point sums."""
    if not isinstance(path, FloatDatapath):
        return 0
    accumulator = path.resolved_accumulator
    if accumulator.format is not None:
        return None
    return accumulator.window[1] if accumulator.window else path.range.lsb


def accumulator_words(path: Datapath) -> str:
    """How products are added up."""
    width = path.sum_shape.width
    cut = "".join(
        f"; bits {part.start} to {part.stop - 1} are a register of their own, written only when "
        "they change"
        for part in path.sum_parts.rare.values()
    )
    if not isinstance(path, FloatDatapath):
        return (
            f"exact: two's complement, {width} bits, enough for K_max = {path.k_max} products{cut}"
        )
    accumulator = path.resolved_accumulator
    if accumulator.format is not None:
        if path.window:
            return (
                f"floating-point: starts at +0. {path.terms} products at a time are cut, toward "
                f"zero, to multiples of 2**(T - {path.window}), where 2**T is the place above the "
                "first one of a significand with the largest exponent among them; their sum is "
                f"exact, and {accumulator.name} plus that sum is rounded once, to nearest even. "
                "k ascends, the last group of a sum may be smaller, any K"
            )
        return (
            f"floating-point: starts at +0 and is rounded to {accumulator.name}, to nearest even, "
            "after each product, in the order in which they come; any K"
        )
    worth = f"two's complement, {width} bits, the last one worth 2**{sum_lsb(path)}"
    if accumulator.window:
        group = path.terms > 1
        added = f"{path.terms} products at a time are added, k ascending; " if group else ""
        large = (
            f"; so does a product of 2**{width} such units or more, which counts as that many"
            if group
            else ""
        )
        return (
            f"a window: {worth}; lower bits of a product are cut toward minus infinity; {added}a "
            "sum that leaves the window stays at its end and sets the flag overflow of its dot "
            f"product{large}; any K"
        )
    return (
        f"exact: {worth}, wide enough for K_max = {path.k_max} of the largest products; so the "
        f"order of the sum changes no bit{cut}"
    )


def accumulator_facts(path: Datapath) -> dict[str, Any]:
    """For the manifest."""
    sums = path.resolved_accumulator if isinstance(path, FloatDatapath) else path.accumulator
    name = sums.name if isinstance(path, FloatDatapath) or sums.narrow else "int32"
    facts: dict[str, Any] = {"name": name, "width": path.sum_shape.width}
    if (lsb := sum_lsb(path)) is not None:
        facts["lsb_exponent"] = lsb
    facts["k_max"] = path.k_max if path.limits_k else None
    return facts | {"meaning": accumulator_words(path)}


def operand_policy_words(policy: Policy, fmt: FloatFormat) -> dict[str, str]:
    """The knobs that matter to a dot product: its products are not rounded."""
    if policy.specials == "ignore":
        special = "NaN and Inf operands are read as the numbers that their fields spell"
    elif fmt.has_inf:
        special = (
            "a dot product with a NaN operand, Inf times zero, or Inf and -Inf is NaN; with one "
            "infinite product it is Inf"
        )
    elif fmt.has_nan:
        special = "a dot product with a NaN operand is NaN; there is no Inf"
    else:
        special = "nothing to do: the format has neither NaN nor Inf"
    zero = "a zero operand is zero"
    if policy.zero == "wrap":
        zero = (
            f"a zero operand is not looked for and is multiplied as 2**{-fmt.bias}: a dot product "
            "that is filled up with zeros gives another sum. What is not kept is zero indeed"
        )
    return {
        "zero": zero,
        **{knob: words[getattr(policy, knob)] for knob, words in _OPERAND_KNOB_WORDS.items()},
        "specials": special,
        **rounding_words(policy, FORMATS[OUT]),
    }
