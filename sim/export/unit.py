"""The package of a multiplier or a product unit."""

from typing import Any

import numpy as np

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import INT8
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.verilog.cache import verilog_of
from lmul.sim.export.bench.unit import bench_text
from lmul.sim.export.bench.unit_vectors import bench_vectors
from lmul.sim.export.bench.vectors import Vectors
from lmul.sim.export.description import Bench, Contents, PortText, Section
from lmul.sim.export.parameters import format_facts, latency_section, with_control
from lmul.sim.export.wording import policy_facts, policy_words
from lmul.sim.reference.circuit import Circuit, Port

__all__ = [
    "INT8_COMPUTES",
    "computes",
    "int_product_contents",
    "port_texts",
    "unit_contents",
]


def computes(design: UnitDesign) -> str:
    """What stands at ``p``, in a sentence or two."""
    what = KINDS[design.kind].definition(design.format, design.resolved_offset)
    if design.level == "product":
        return f"{what}. Operands and product are unpacked numbers; nothing is rounded here."
    if KINDS[design.kind].is_rounded:
        return f"{what}. The result is rounded once, to nearest even."
    if design.policy.tiny == "gradual":
        return f"{what}. Only a subnormal result has bits to round: to nearest even."
    return f"{what}. Nothing is left to round."


def port_texts(circuit: Circuit) -> tuple[PortText, ...]:
    """The ports, in the order in which people read them."""
    design = circuit.design
    texts = []
    meanings = _meanings(design, circuit.exp_bias)
    # The circuit lists its ports lowest bits first; people read the sign first.
    for port in (*circuit.x[::-1], *circuit.y[::-1]):
        texts.append(PortText(port.name, "input", port.width, meanings[port.name]))
    for port in circuit.p[::-1]:
        texts.append(PortText(port.name, "output", port.width, meanings[port.name]))
    return with_control(design.stages, "x and y", texts)


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


def unit_contents(design: UnitDesign, form: Form) -> Contents:
    """The package of a multiplier or product unit, before it becomes files."""
    circuit = Circuit.of(design, verilog_of(design, form=form))
    vectors = bench_vectors(circuit)
    parameters: dict[str, Any] = {
        "level": design.level,
        "kind": design.kind,
        "format": format_facts(design.format),
        "offset": design.resolved_offset,
        "stages": design.stages,
    }
    sections = [
        latency_section(design.stages, "x and y", "pair"),
    ]
    if design.level == "multiplier":
        words = policy_words(design.policy, design.format)
        parameters["policy"] = policy_facts(design.policy, words)
        sections.append(Section("", f"Policy {design.policy.name}", words))
    else:
        parameters["exp_bias"] = circuit.exp_bias
    return Contents(
        circuit.verilog,
        computes(design),
        port_texts(circuit),
        tuple(sections),
        parameters,
        Bench(
            bench_text(design, vectors),
            {f"{design.module_name}.hex": vectors.hex()},
            {"vectors": len(vectors), "exhaustive": vectors.exhaustive},
        ),
    )


INT8_COMPUTES = "the exact product of two signed 8-bit integers. Nothing is left to round."
"""What stands at the integer unit's ``p_value``."""


def int_product_contents(design: MacDesign, form: Form) -> Contents:
    """The package of the integer product unit, before it becomes files."""
    vectors = _vectors()
    texts = [PortText(port.name, "input", port.width, "an operand, signed") for port in _INPUTS]
    return Contents(
        verilog_of(design, form=form),
        INT8_COMPUTES,
        (*texts, PortText("p_value", "output", 2 * INT8.width, "the product, signed")),
        (latency_section(0, "x_value and y_value", "pair", result="p_value"),),
        {"level": design.level, "kind": design.kind, "stages": 0},
        Bench(
            bench_text(design, vectors),
            {f"{design.module_name}.hex": vectors.hex()},
            {"vectors": len(vectors), "exhaustive": vectors.exhaustive},
        ),
    )


_INPUTS = (Port("x_value", INT8.width), Port("y_value", INT8.width))


def _vectors() -> Vectors:
    """All pairs, and their products."""
    codes = np.arange(1 << INT8.width, dtype=np.int64)
    x, y = np.repeat(codes, len(codes)), np.tile(codes, len(codes))
    signed = (np.where(side > 127, side - 256, side) for side in (x, y))
    product = np.multiply(*signed) & ((1 << 2 * INT8.width) - 1)
    columns = {"x_value": x, "y_value": y, "p_value": product}
    return Vectors(_INPUTS, (Port("p_value", 2 * INT8.width),), columns, True)
