"""Facts for the manifest that several levels of designs share."""

from typing import Any

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.sum_range import sum_range
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.hdl.numbers.kinds import KINDS, resolve_offset
from lmul.sim.export.description import Section
from lmul.sim.export.wording import (
    accumulator_facts,
    operand_policy_words,
    policy_facts,
)

__all__ = ["format_facts", "mac_parameters", "mac_product_words", "policy_section"]


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


def mac_product_words(design: MacDesign) -> str:
    """A product of the dot products that a design computes."""
    if design.kind == "int8" or isinstance(design.format, IntegerFormat):
        return "the exact product of two signed 8-bit integers"
    offset = resolve_offset(design.kind, design.format, None)
    return KINDS[design.kind].definition(design.format, offset)


def mac_parameters(design: MacDesign) -> dict[str, Any]:
    """What a PE and an array have in common, for the manifest."""
    path = datapath_of(design)
    parameters: dict[str, Any] = {"level": design.level, "kind": design.kind}
    if isinstance(design.format, FloatFormat):
        parameters["format"] = format_facts(design.format)
        words = operand_policy_words(design.policy, design.format)
        parameters["policy"] = policy_facts(design.policy, words)
    accumulator = accumulator_facts(path) | {"range": sum_range(design).facts()}
    return parameters | {"accumulator": accumulator, "stages": design.stages}


def policy_section(design: MacDesign) -> tuple[Section, ...]:
    """The policy of a design's operands, in words; integers have none, so no section."""
    if isinstance(design.format, IntegerFormat):
        return ()
    words = operand_policy_words(design.policy, design.format)
    return (Section("", f"Policy {design.policy.name}", words),)
