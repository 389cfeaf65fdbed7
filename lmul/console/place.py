"""Placed designs as a table for the terminal, and as a report document."""

from collections.abc import Sequence

from rich.console import Group

from lmul.console.terminal import figure_table
from lmul.synth.fpga.place import PlacedDesign
from lmul.tools import yosys
from lmul.tools.metrics import Report

__all__ = ["place_report", "place_table"]


_COLUMNS = ("LUTs", "carries", "DSPs", "block RAMs", "flip-flops", "Fmax, MHz", "from - to")


def place_table(found: Sequence[PlacedDesign]) -> Group:
    """All of one device: cells, speed, share of the device, and how they were measured."""
    first = found[0]
    title = f"Placed and routed on {first.library}"
    table = figure_table(title, *_COLUMNS, "seeds", "of device", "s a seed")
    for one in found:
        low, high = one.fmax_range
        cells = one.cells
        numbers = (cells.luts, cells.carries, cells.dsps, cells.brams, cells.flipflops)
        table.add_row(
            one.design,
            *map(str, numbers),
            f"{one.fmax_mhz:.1f}",
            f"{low:.1f} - {high:.1f}" if len(one.seeds) > 1 else "-",
            str(len(one.seeds)),
            f"{100 * one.share:.1f} %",
            f"{one.seconds:.1f}",
        )
    around = {one.design: one.wrapper for one in found}
    told = ", ".join(f"{w.luts} and {w.flipflops} for {name}" for name, w in around.items())
    tools = ", ".join(f"{name} {version}" for name, version in first.tools.items())
    return Group(
        table,
        f"LUTs are LUT{first.cells.lut_size}, those of carry cells among them on ECP5. Cells are "
        "the design's own, as synthesised; Fmax is from register to register.",
        "Around each design stand registers for its ports, in shift registers that need three "
        f"pins; their LUTs and flip-flops are in 'of device' alone: {told}.",
        tools,
    )


def place_report(found: Sequence[PlacedDesign]) -> Report:
    """The report document of ``lmul fpga --json``: metrics, versions, and each seed."""
    tools = yosys.tool_versions()
    for one in found:
        tools |= one.tools
    placed = [
        {"design": one.design, "device": one.device, "dsp": one.dsp, **one.section()}
        for one in found
    ]
    return Report(tools, [m for one in found for m in one.metrics()], {"placed": placed})
