"""What the packages of PEs and arrays have in common."""

from typing import Any

from lmul.hdl.datapath import datapath_of
from lmul.hdl.kinds import resolve_offset
from lmul.hdl.mac_design import MacDesign
from lmul.sim.export.accumulation_words import accumulator_facts, operand_policy_words
from lmul.sim.export.contents import Section
from lmul.sim.export.facts import format_facts
from lmul.sim.export.kind_words import product_words
from lmul.sim.export.policy_words import policy_facts

__all__ = ["mac_parameters", "mac_product_words", "policy_section"]


def mac_product_words(design: MacDesign) -> str:
    """A product of the dot products that a design computes."""
    if design.kind == "int8":
        return "the exact product of two signed 8-bit integers"
    assert design.format is not None
    offset = resolve_offset(design.kind, design.format, None)
    return product_words(design.kind, design.format, offset)


def mac_parameters(design: MacDesign) -> dict[str, Any]:
    """What a PE and an array have in common, for the manifest."""
    path = datapath_of(design)
    parameters: dict[str, Any] = {"level": design.level, "kind": design.kind}
    if design.format is not None:
        parameters["format"] = format_facts(design.format)
        words = operand_policy_words(design.policy, design.format)
        parameters["policy"] = policy_facts(design.policy, words)
    return parameters | {"accumulator": accumulator_facts(path), "stages": design.stages}


def policy_section(design: MacDesign) -> tuple[Section, ...]:
    """Nothing for integers."""
    if design.format is None:
        return ()
    words = operand_policy_words(design.policy, design.format)
    return (Section("", f"Policy {design.policy.name}", words),)
