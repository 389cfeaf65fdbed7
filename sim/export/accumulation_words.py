"""What a dot product is summed in, and how its policy bears on it: in words and as facts."""

from typing import Any

from lmul.hdl.datapath import Datapath
from lmul.hdl.float_datapath import FloatDatapath
from lmul.hdl.formats import FORMATS, FloatFormat
from lmul.hdl.policy import Policy
from lmul.sim.export.golden_matrix import OUT
from lmul.sim.export.policy_words import rounding_words

__all__ = ["accumulator_facts", "accumulator_words", "operand_policy_words", "sum_lsb"]

_KNOB_WORDS = {
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
    if not isinstance(path, FloatDatapath):
        return f"exact: two's complement, {width} bits, enough for K_max = {path.k_max} products"
    accumulator = path.resolved_accumulator
    if accumulator.format is not None:
        return (
            f"floating-point: starts at +0 and is rounded to {accumulator.name}, to nearest even, "
            "after each product, in the order in which they come; any K"
        )
    worth = f"two's complement, {width} bits, the last one worth 2**{sum_lsb(path)}"
    if accumulator.window:
        return (
            f"a window: {worth}; lower bits of a product are cut toward minus infinity; a sum that "
            "leaves the window stays at its end and sets the flag overflow of its dot product; "
            "any K"
        )
    return (
        f"exact: {worth}, wide enough for K_max = {path.k_max} of the largest products; so the "
        "order of the sum changes no bit"
    )


def accumulator_facts(path: Datapath) -> dict[str, Any]:
    """For the manifest."""
    name = path.resolved_accumulator.name if isinstance(path, FloatDatapath) else "int32"
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
        **{knob: words[getattr(policy, knob)] for knob, words in _KNOB_WORDS.items()},
        "specials": special,
        **rounding_words(policy, FORMATS[OUT]),
    }
