"""The package of a multiplier or a product unit."""

from typing import Any

from lmul.hdl.unit_design import UnitDesign
from lmul.hdl.written import Form
from lmul.sim.circuit import Circuit
from lmul.sim.elaboration import verilog_of
from lmul.sim.export.contents import Bench, Contents, Section
from lmul.sim.export.facts import format_facts
from lmul.sim.export.policy_words import policy_facts, policy_words
from lmul.sim.export.unit_bench import bench_text
from lmul.sim.export.unit_vectors import bench_vectors
from lmul.sim.export.unit_words import computes, latency, port_texts

__all__ = ["unit_contents"]


def unit_contents(design: UnitDesign, form: Form) -> Contents:
    """All of it but the files' names."""
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
        Section(
            "latency",
            "Latency",
            latency(design),
            {
                "cycles": design.stages,
                "meaning": latency(design),
                "initiation_interval": 1 if design.stages else 0,
            },
        ),
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
