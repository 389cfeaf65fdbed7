"""The package of a PE: with it go the edges that make its operands, and a rounder of its sums."""

from typing import Any

from lmul.hdl.datapath import datapath_of
from lmul.hdl.mac_design import MacDesign
from lmul.sim.elaboration import verilog_of
from lmul.sim.export.accumulation_words import accumulator_facts, operand_policy_words
from lmul.sim.export.contents import Bench, Contents, Section
from lmul.sim.export.facts import format_facts
from lmul.sim.export.pe_bench import bench_text
from lmul.sim.export.pe_modules import companions
from lmul.sim.export.pe_vectors import bench_vectors
from lmul.sim.export.pe_words import companion_words, computes, pe_ports, timing
from lmul.sim.export.policy_words import policy_facts

__all__ = ["mac_parameters", "pe_contents", "policy_section"]


def pe_contents(design: MacDesign) -> Contents:
    """All of it but the files' names."""
    verilog = verilog_of(design)
    around = companions(design)
    vectors = bench_vectors(design)
    words = timing(design)
    return Contents(
        "\n".join([verilog, *around.values()]),
        computes(design),
        pe_ports(design, verilog),
        (
            Section(
                "timing",
                "Timing",
                words,
                {"latency_cycles": 1 + design.stages, "initiation_interval": 1, **words},
            ),
            *policy_section(design),
            Section("companions", "Modules beside it", companion_words(design)),
        ),
        mac_parameters(design),
        Bench(
            bench_text(design, vectors, around),
            {f"{design.module_name}.hex": vectors.hex()},
            {"pairs": len(vectors), "dot_products": int(vectors.columns["last"].sum())},
        ),
    )


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
