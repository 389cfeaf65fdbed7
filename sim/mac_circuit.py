"""A PE or an array under test: its Verilog, and the streams at its ports."""

from dataclasses import dataclass

from lmul.hdl.array import SystolicArray
from lmul.hdl.axi import axi_layouts
from lmul.hdl.axi_layout import AxiLayout
from lmul.hdl.mac_design import MacDesign
from lmul.sim.circuit import read_ports
from lmul.sim.elaboration import verilog_of

__all__ = ["MacCircuit"]


@dataclass(frozen=True)
class MacCircuit:
    """One design that accumulates, as a Verilog module.

    Attributes
    ----------
    design : MacDesign
        A PE or an array.
    verilog : str
        Text in which the module ``design.module_name`` stands.
    ports : tuple of str
        Of that module.
    streams : tuple of AxiLayout
        Of an array; a PE has none.
    out : str or None
        Format of an array's results; None for raw sums.
    """

    design: MacDesign
    verilog: str
    ports: tuple[str, ...]
    streams: tuple[AxiLayout, ...] = ()
    out: str | None = None

    @classmethod
    def of(
        cls, design: MacDesign, verilog: str | None = None, out: str | None = "fp32"
    ) -> "MacCircuit":
        """The circuit of a design; ``verilog`` stands in for the design's own text.

        Raises
        ------
        ValueError
            When the text has no module of the design's name, or lacks a port of a stream.
        """
        text = verilog_of(design) if verilog is None else verilog
        ports = read_ports(text, design.module_name)
        if design.level != "array":
            return cls(design, text, tuple(ports))
        streams = axi_layouts(SystolicArray.from_design(design, out).signature)
        wanted = {
            f"{stream.prefix}_{port}": width
            for stream in streams
            for port, width in stream.ports.items()
        }
        for port, width in wanted.items():
            if ports.get(port) != width:
                raise ValueError(
                    f"Module {design.module_name!r} has no port {port!r} of {width} bits"
                )
        return cls(design, text, tuple(ports), streams, None if design.kind == "int8" else out)
