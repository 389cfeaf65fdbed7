"""A design between registers, synthesised for an FPGA: the netlist that is placed and routed."""

from dataclasses import dataclass

from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.ports import read_ports
from lmul.synth.fpga.devices import Device
from lmul.synth.fpga.luts import LutCount, form_for, synth_command
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.netlist import cells_of_stat
from lmul.tools import yosys

__all__ = ["FpgaNetlist", "fpga_netlist", "in_registers"]


_TOP = "placed"


@dataclass(frozen=True)
class FpgaNetlist:
    """A synthesised netlist.

    Attributes
    ----------
    design, level : str
        The design's name, and what it is.
    cells : LutCount
        Of the design alone.
    wrapper : LutCount
        Of the registers around it.
    text : str
        Of Yosys's ``write_json``.
    verilog : str
        The same netlist as Verilog, made of the family's cells.
    """

    design: str
    level: str
    cells: LutCount
    wrapper: LutCount
    text: str
    verilog: str


def in_registers(circuit: Circuit) -> Circuit:
    """A circuit inside :class:`~lmul.hdl.verilog.wrappers.ShiftWrapper`, kept apart from it.

    Parameters
    ----------
    circuit : Circuit
        The clock and the reset of its top module, if any, are ``clk`` and ``rst``.

    Raises
    ------
    ValueError
        When the text has no such module, or that has no ports.
    """
    # Imported here: Amaranth is heavy.
    from amaranth.lib import wiring
    from amaranth.lib.wiring import In, Out

    from lmul.hdl.verilog.convert import convert
    from lmul.hdl.verilog.shared_modules import ModuleInstance
    from lmul.hdl.verilog.wrappers import ShiftWrapper

    ports = read_ports(circuit.verilog, circuit.top)
    if not ports:
        raise ValueError(f"Module {circuit.top!r} has no ports")
    members = {
        name: (In if port.direction == "input" else Out)(port.width)
        for name, port in ports.items()
        if name not in ("clk", "rst")
    }
    unit = ModuleInstance(wiring.Signature(members), circuit.top, circuit.verilog)
    text = convert(ShiftWrapper(unit), _TOP)
    return Circuit(
        _TOP,
        f"{text}\n{circuit.verilog}",
        circuit.level,
        circuit.name,
        (circuit.top, *circuit.parts),
    )


def fpga_netlist(design: Design | str | Circuit, device: Device, dsp: bool = False) -> FpgaNetlist:
    """Synthesise a design, with registers around it, for a device.

    The design is kept apart from its registers, and an array's parts from each other, each
    synthesised once: so its cells can be told from the wrapper's.

    Raises
    ------
    TypeError, ValueError
        When a name is no design's.
    ToolNotFound, ToolFailed
        When Yosys is missing or rejects the circuit.
    """
    inside = Circuit.of(design, form_for(dsp))
    whole = in_registers(inside)
    script = (
        f"read_verilog design.v\n{whole.keep}"
        f"{synth_command(device.family, dsp, device.part).format(top=whole.top)}\n"
        "tee -q -o stat.json stat -json\nwrite_json netlist.json\n"
        "write_verilog -noattr netlist.v\n"
    )
    names = ("stat.json", "netlist.json", "netlist.v")
    result = yosys.run(script, {"design.v": whole.verilog}, names)
    stat, text, verilog = (result.outputs[name] for name in names)
    marks = (result.version, yosys.script_hash(script))
    cells = cells_of_stat(stat, inside.top)
    around = cells_of_stat(stat, whole.top)
    return FpgaNetlist(
        inside.name,
        inside.level,
        LutCount(device.family, dsp, cells, *marks),
        LutCount(
            device.family,
            dsp,
            {kind: rest for kind, n in around.items() if (rest := n - cells.get(kind, 0))},
            *marks,
        ),
        text,
        verilog,
    )
