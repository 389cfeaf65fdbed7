"""The package of a PE: with it go the edges that make its operands, and a rounder of its sums."""

from lmul.hdl.mac_design import MacDesign
from lmul.hdl.written import Form
from lmul.sim.elaboration import verilog_of
from lmul.sim.export.contents import Bench, Contents, Section
from lmul.sim.export.mac_facts import mac_parameters, policy_section
from lmul.sim.export.pe_bench import bench_text
from lmul.sim.export.pe_modules import companions
from lmul.sim.export.pe_vectors import bench_vectors
from lmul.sim.export.pe_words import companion_words, computes, pe_ports, timing

__all__ = ["pe_contents"]


def pe_contents(design: MacDesign, form: Form) -> Contents:
    """All of it but the files' names."""
    verilog = verilog_of(design, form=form)
    around = companions(design, form)
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
