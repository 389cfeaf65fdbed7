"""Facts for the manifest that several levels of designs share."""

from typing import Any

from lmul.hdl.formats import FloatFormat

__all__ = ["format_facts"]


def format_facts(fmt: FloatFormat) -> dict[str, Any]:
    """What a format's codes are."""
    return {
        "name": fmt.name,
        "width": fmt.width,
        "exponent_bits": fmt.exponent_bits,
        "mantissa_bits": fmt.mantissa_bits,
        "bias": fmt.bias,
        "specials": fmt.specials,
    }
