"""What an exported design is, in words: for the head of its Verilog and for its manifest."""

from dataclasses import dataclass
from typing import Any, Literal

from lmul.hdl.unit_design import UnitDesign
from lmul.sim.circuit import Circuit

__all__ = ["PortText", "computes", "latency", "policy_words", "port_texts"]

_AS_ONE = "(exponent and mantissa read as one integer)"
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


@dataclass(frozen=True)
class PortText:
    """One port and its meaning."""

    name: str
    direction: Literal["input", "output"]
    width: int
    meaning: str


def computes(design: UnitDesign) -> str:
    """What stands at ``p``, in a sentence or two."""
    fmt, m = design.format, design.format.mantissa_bits
    offset = design.resolved_offset
    bias = fmt.bias << m
    match design.kind:
        case "lmul":
            what = (
                "L-Mul (arXiv 2410.00907): the product's magnitude code is the integer sum "
                f"X + Y - {bias - offset} of the operands' magnitude codes {_AS_ONE}; the constant "
                f"is the bias at its place, {bias}, less the offset {offset}"
            )
        case "mitchell":
            what = (
                "Mitchell's logarithmic product: its magnitude code is the integer sum "
                f"X + Y - {bias} of the operands' magnitude codes {_AS_ONE}; the constant is the "
                "bias at its place"
            )
        case "lmul_rne":
            what = (
                f"the exact product rounded to nearest even at {m} mantissa bits, as the integer "
                f"sum X + Y - {bias} + c of the operands' magnitude codes {_AS_ONE}; the constant "
                "is the bias at its place, the carry c is 0 or 1 and depends on the mantissas alone"
            )
        case "lmul_formula":
            what = (
                "the L-Mul formula (arXiv 2410.00907, equation 1), not renormalised: "
                f"(1 + xm + ym + {offset}/{1 << m}) * 2**(ex + ey)"
            )
        case _:
            what = "the exact product (1 + xm) * (1 + ym) * 2**(ex + ey)"
    if design.level == "product":
        return f"{what}. Operands and product are unpacked numbers; nothing is rounded here."
    if design.kind in ("exact", "lmul_formula"):
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


def policy_words(design: UnitDesign) -> dict[str, str]:
    """Each knob of a multiplier's policy in words; nothing for a product unit, which has none."""
    if design.level == "product":
        return {}
    fmt = design.format
    if fmt.has_inf:
        too_large = "Inf"
        special = "NaN operands give NaN, Inf operands Inf, and Inf times zero NaN"
    elif fmt.has_nan:
        too_large, special = "NaN", "NaN operands give NaN; there is no Inf"
    else:
        too_large = "the largest finite number"
        special = "nothing to do: the format has neither NaN nor Inf"
    return {
        knob: words[getattr(design.policy, knob)].format(too_large=too_large, special=special)
        for knob, words in _KNOB_WORDS.items()
    }


def port_texts(circuit: Circuit) -> list[PortText]:
    """The ports, in the order in which people read them."""
    design = circuit.design
    texts = []
    if design.stages:
        texts += [
            PortText("clk", "input", 1, "clock; registers take over at its rising edge"),
            PortText("rst", "input", 1, "synchronous reset, active high, of o_valid alone"),
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
    return texts


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
