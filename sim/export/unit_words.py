"""What a multiplier or a product unit is, in words."""

from typing import Any

from lmul.hdl.kinds import KINDS
from lmul.hdl.unit_design import UnitDesign
from lmul.sim.circuit import Circuit
from lmul.sim.export.contents import PortText
from lmul.sim.export.kind_words import product_words

__all__ = ["computes", "latency", "port_texts"]


def computes(design: UnitDesign) -> str:
    """What stands at ``p``, in a sentence or two."""
    what = product_words(design.kind, design.format, design.resolved_offset)
    if design.level == "product":
        return f"{what}. Operands and product are unpacked numbers; nothing is rounded here."
    if KINDS[design.kind].is_rounded:
        return f"{what}. The result is rounded once, to nearest even."
    if design.policy.tiny == "gradual":
        return f"{what}. Only a subnormal result has bits to round: to nearest even."
    return f"{what}. Nothing is left to round."


def latency(design: UnitDesign) -> str:
    """When the result is there."""
    if design.stages == 0:
        return "combinational: p follows x and y in the same cycle"
    return (
        f"{design.stages} cycles of clk in which en is 1; a new pair may enter in each of them. "
        "While en is 0 everything holds"
    )


_RST = (
    "synchronous reset, active high, of o_valid alone: one edge is enough, with no initial value, "
    "whatever en and the operands are at it"
)


def port_texts(circuit: Circuit) -> tuple[PortText, ...]:
    """The ports, in the order in which people read them."""
    design = circuit.design
    texts = []
    if design.stages:
        texts += [
            PortText("clk", "input", 1, "clock; registers take over at its rising edge"),
            PortText("rst", "input", 1, _RST),
            PortText("en", "input", 1, "clock enable; while 0, all registers hold"),
            PortText("i_valid", "input", 1, "x and y are valid; travels with them to o_valid"),
        ]
    meanings = _meanings(design, circuit.exp_bias)
    # The circuit lists its ports lowest bits first; people read the sign first.
    for port in (*circuit.x[::-1], *circuit.y[::-1]):
        texts.append(PortText(port.name, "input", port.width, meanings[port.name]))
    for port in circuit.p[::-1]:
        texts.append(PortText(port.name, "output", port.width, meanings[port.name]))
    if design.stages:
        texts.append(PortText("o_valid", "output", 1, "p is valid; 0 after reset"))
    return tuple(texts)


def _meanings(design: UnitDesign, exp_bias: int) -> dict[str, str]:
    fmt = design.format
    if design.level == "multiplier":
        code = (
            f"{fmt.name} code: sign, {fmt.exponent_bits} exponent bits (bias {fmt.bias}), "
            f"{fmt.mantissa_bits} mantissa bits"
        )
        return {"x": f"an operand, {code}", "y": f"an operand, {code}", "p": f"the result, {code}"}
    found: dict[str, Any] = {}
    for name in "xy":
        found |= {
            f"{name}_neg": "the operand is negative",
            f"{name}_zero": "the operand is zero; exp and man then mean nothing",
            f"{name}_exp": f"the operand's exponent plus {fmt.bias}",
            f"{name}_man": "the operand's fraction, without the leading one",
        }
    return found | {
        "p_neg": "the product is negative; the sign of a zero too",
        "p_exp": "exponent: the product's magnitude is p_sig * 2**(p_exp - exp_bias), "
        f"with exp_bias = {exp_bias}",
        "p_sig": "significand, unsigned; 0 is zero, and p_exp then means nothing",
    }
