"""What several levels of designs share: facts for the manifest, latency, the registers' ports."""

from collections.abc import Sequence
from typing import Any

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.sum_range import sum_range
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.export.description import PortText, Section
from lmul.sim.export.wording import (
    accumulator_facts,
    operand_policy_words,
    policy_facts,
)

__all__ = [
    "format_facts",
    "latency_section",
    "mac_parameters",
    "mac_product_words",
    "policy_section",
    "with_control",
]


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
    many = {"pairs_a_cycle": design.terms} if design.terms > 1 else {}
    many |= {"window_bits": design.window} if design.window else {}
    many |= {"carry_kept_every": design.carries} if design.carries else {}
    return parameters | {"accumulator": accumulator, "stages": design.stages} | many


def policy_section(design: MacDesign) -> tuple[Section, ...]:
    """The policy of a design's operands, in words; integers have none, so no section."""
    if isinstance(design.format, IntegerFormat):
        return ()
    words = operand_policy_words(design.policy, design.format)
    return (Section("", f"Policy {design.policy.name}", words),)


_RST = (
    "synchronous reset, active high, of o_valid alone: one edge is enough, with no initial value, "
    "whatever en and the operands are at it"
)


def latency_section(
    stages: int, inputs: str, one: str, more: str = "", result: str = "p"
) -> Section:
    """When the result is there.

    Parameters
    ----------
    stages : int
        Registers on every way through the unit.
    inputs, one : str
        Which ports it takes, and what stands there at a time.
    more : str
        What else there is to say of units with registers.
    result : str
        The port.
    """
    meaning = f"combinational: {result} follows {inputs} in the same cycle"
    if stages:
        cycles = f"{stages} cycles" if stages > 1 else "1 cycle"
        meaning = (
            f"{cycles} of clk in which en is 1; a new {one} may enter in each of them. "
            f"While en is 0 everything holds{more}"
        )
    facts = {"cycles": stages, "meaning": meaning, "initiation_interval": 1 if stages else 0}
    return Section("latency", "Latency", meaning, facts)


def with_control(stages: int, inputs: str, ports: Sequence[PortText]) -> tuple[PortText, ...]:
    """The ports, and before and behind them those of the registers, if there are any."""
    if not stages:
        return tuple(ports)
    return (
        PortText("clk", "input", 1, "clock; registers take over at its rising edge"),
        PortText("rst", "input", 1, _RST),
        PortText("en", "input", 1, "clock enable; while 0, all registers hold"),
        PortText("i_valid", "input", 1, f"{inputs} are valid; travels with them to o_valid"),
        *ports,
        PortText("o_valid", "output", 1, "p is valid; 0 after reset"),
    )
