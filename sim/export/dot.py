"""The package of a dot-product unit."""

from typing import Any

import numpy as np

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import resolve_offset
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.verilog.cache import verilog_of
from lmul.sim.export.bench.unit import bench_text
from lmul.sim.export.bench.vectors import Vectors
from lmul.sim.export.description import Bench, Contents, PortText, Section
from lmul.sim.export.parameters import format_facts, latency_section, with_control
from lmul.sim.export.wording import operand_policy_words, policy_facts
from lmul.sim.reference.circuit import Port
from lmul.sim.reference.dot import draw_dots, expected_words, lane_words
from lmul.sim.reference.vectors import SEED

__all__ = ["dot_contents"]


_VECTORS = 2000
_SUM = FORMATS["fp32"]


def dot_contents(design: DotDesign, form: Form) -> Contents:
    """The package of a dot-product unit, before it becomes files."""
    vectors = _vectors(design)
    sections = [latency_section(design.stages, "x, y and acc", "group", _feedback(design.stages))]
    parameters: dict[str, Any] = {
        "level": design.level,
        "kind": design.kind,
        "terms": design.terms,
        "stages": design.stages,
    }
    fmt = design.format
    if isinstance(fmt, FloatFormat):
        words = operand_policy_words(design.policy, fmt)
        sections.append(Section("", f"Policy {design.policy.name}", words))
        parameters |= {
            "format": format_facts(fmt),
            "window": design.window,
            "sticky": design.sticky,
            "policy": policy_facts(design.policy, words),
        }
    lanes = f"{design.terms} {fmt.name} codes side by side, the first in the lowest bits"
    total = "a signed integer of 32 bits" if design.kind == "int8" else "an fp32 code"
    return Contents(
        verilog_of(design, form=form),
        _computes(design),
        with_control(
            design.stages,
            "x, y and acc",
            [
                PortText("x", "input", design.terms * fmt.width, lanes),
                PortText("y", "input", design.terms * fmt.width, lanes),
                PortText("acc", "input", _SUM.width, f"what the products are added to, {total}"),
                PortText("p", "output", _SUM.width, f"the sum, {total}"),
            ],
        ),
        tuple(sections),
        parameters,
        Bench(
            bench_text(design, vectors),
            {f"{design.module_name}.hex": vectors.hex()},
            {"vectors": len(vectors), "exhaustive": False},
        ),
    )


def _feedback(stages: int) -> str:
    """What it takes to add group after group, the sum fed back."""
    if stages == 0:
        return ""
    turns = "one sum's groups follow each other" if stages == 1 else f"{stages} sums take turns"
    return f". p may be the acc of the group that comes in the same cycle: so {turns}"


def _computes(design: DotDesign) -> str:
    """What stands at ``p``, in two or three sentences."""
    fmt = design.format
    if design.kind == "int8" or not isinstance(fmt, FloatFormat):
        return (
            f"acc plus the exact products of {design.terms} pairs of signed 8-bit integers, "
            "modulo 2**32."
        )
    product = KINDS[design.kind].definition(fmt, resolve_offset(design.kind, fmt, None))
    first = "the place above" if KINDS[design.kind].integer_bits > 1 else "the place of"
    lost = "to odd" if design.sticky else "toward zero"
    return (
        f"acc plus {design.terms} products. A product: {product}. Each is rounded {lost} in "
        f"{design.window} bits, the first of which is {first} the largest exponent among them; "
        "their sum is exact, and acc plus that sum is rounded once, to nearest even."
    )


def _vectors(design: DotDesign) -> Vectors:
    """Seeded groups, corners among them, and sums that cancel."""
    x, y, acc = draw_dots(design, _VECTORS, np.random.default_rng(SEED))
    width = design.terms * design.format.width
    columns = {
        "x": np.array(lane_words(design, x), object),
        "y": np.array(lane_words(design, y), object),
        "acc": acc.astype(np.int64),
        "p": expected_words(design, x, y, acc).astype(np.int64),
    }
    inputs = (Port("x", width), Port("y", width), Port("acc", _SUM.width))
    return Vectors(inputs, (Port("p", _SUM.width),), columns, False)
