"""What a policy does, in words."""

from typing import Any

from lmul.hdl.formats import FloatFormat
from lmul.hdl.policy import Policy

__all__ = ["policy_facts", "policy_words", "rounding_words"]

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
