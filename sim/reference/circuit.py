"""A circuit under test: its Verilog, and how operands and results stand at its ports."""

from dataclasses import dataclass, replace
from typing import Any

from amaranth.hdl import Fragment

from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.products.registry import product_unit
from lmul.hdl.verilog.axi import axi_layouts
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.ports import PortShape, read_ports

__all__ = ["Circuit", "MacCircuit", "Port", "word_width"]


_CONTROL = {"clk", "rst", "en", "i_valid", "o_valid"}  # of a pipeline
_FIELDS = ("", "value", "man", "sig", "exp", "zero", "neg")


@dataclass(frozen=True)
class Port:
    """One port of a Verilog module."""

    name: str
    width: int


@dataclass(frozen=True)
class Circuit:
    """One design as a Verilog module, with its ports in the order in which a word fills them.

    An operand is one word. A multiplier takes it at the port ``x`` or ``y``; a product unit at
    ``x_man``, ``x_exp``, ``x_zero`` and ``x_neg``, the word's lowest bits first, so that an
    operand's magnitude is the code that it is read from (of integers, at ``x_value``). A
    dot-product unit's ``x`` and ``y`` are words of N codes, and it has ``acc`` besides.

    Attributes
    ----------
    design : Design
        A multiplier, a product unit or a dot-product unit.
    verilog : str
        Text in which the module ``design.module_name`` stands.
    x, y, p : tuple of Port
        Operands and result, lowest bits first.
    exp_bias : int
        What a product unit's ``p_exp`` exceeds the exponent by; 0 for all others.
    acc : tuple of Port
        What a dot-product unit adds its products to; empty for all others.
    """

    design: Any  # of a UnitDesign, a DotDesign, or of product-int8
    verilog: str
    x: tuple[Port, ...]
    y: tuple[Port, ...]
    p: tuple[Port, ...]
    exp_bias: int = 0
    acc: tuple[Port, ...] = ()

    @property
    def operands(self) -> tuple[tuple[Port, ...], ...]:
        """The ports of each operand word."""
        return (self.x, self.y, self.acc) if self.acc else (self.x, self.y)

    @classmethod
    def of(cls, design: Design, verilog: str | None = None) -> "Circuit":
        """The circuit of a design; ``verilog`` stands in for the design's own text.

        Raises
        ------
        ValueError
            When the text has no module of the design's name, or its ports aren't the design's.
        """
        text = verilog_of(design) if verilog is None else verilog
        found = read_ports(text, design.module_name)
        control: set[str] = _CONTROL if design.stages else set()
        names = ("x", "y", "p", *(["acc"] if isinstance(design, DotDesign) else []))
        sides = {side: _side(side, found) for side in names}
        known = control | {port.name for ports in sides.values() for port in ports}
        if known != set(found) or not all(sides.values()):
            raise ValueError(
                f"Module {design.module_name!r} has ports {', '.join(sorted(found))}, which are "
                f"not those of the design {design.name!r}"
            )
        return cls(design, text, **sides, exp_bias=_exp_bias(design))


def _exp_bias(design: Design) -> int:
    if not isinstance(design, UnitDesign) or design.level == "multiplier":
        return 0
    unit = product_unit(design.kind, design.format, design.offset)
    Fragment.get(unit, None)  # Amaranth warns of a component that is made and never built
    return unit.exp_bias


def word_width(ports: tuple[Port, ...]) -> int:
    """Bits of the word that fills ``ports``."""
    return sum(port.width for port in ports)


def _side(side: str, found: dict[str, PortShape]) -> tuple[Port, ...]:
    """The ports of an operand or of the result, lowest bits first."""
    names = ["_".join((side, field)) if field else side for field in _FIELDS]
    return tuple(Port(name, found[name].width) for name in names if name in found)


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
        described = cls.described(design, out)
        streams = described.streams
        wanted = {
            f"{stream.prefix}_{port}": width
            for stream in streams
            for port, width in stream.ports.items()
        }
        for port, width in wanted.items():
            if port not in ports or ports[port].width != width:
                raise ValueError(
                    f"Module {design.module_name!r} has no port {port!r} of {width} bits"
                )
        return replace(described, verilog=text, ports=tuple(ports))

    @classmethod
    def described(cls, design: MacDesign, out: str | None = "fp32") -> "MacCircuit":
        """The circuit of a design without its Verilog: an array's streams, and nothing of a PE."""
        if design.level != "array":
            return cls(design, "", ())
        streams = axi_layouts(SystolicArray.from_design(design, out).signature)
        return cls(design, "", (), streams, None if design.kind == "int8" else out)
