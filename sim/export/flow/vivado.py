"""Marks by which Vivado's IP integrator knows streams, clock and reset without any packaging."""

import re

__all__ = ["with_interfaces"]

_PORT = re.compile(r"^  (?:input|output) .*?(\w+)(?=,?$)", re.M)
_STREAM = re.compile(r"([sm]_axis_\w+)_(t[a-z]+)")


def with_interfaces(verilog: str, module: str) -> str:
    """The Verilog with X_INTERFACE attributes at the ports of ``module``.

    Raises
    ------
    ValueError
        When the module has no clock, so that there is nothing to mark.
    """
    start = verilog.index(f"\nmodule {module} (")
    end = verilog.index(");", start)
    head = verilog[start:end]
    names = _PORT.findall(head)
    if "clk" not in names:
        raise ValueError(f"{module!r} has neither clock nor streams that Vivado could be told of")
    buses = list(dict.fromkeys(match[1] for name in names if (match := _STREAM.fullmatch(name))))

    def marked(port: re.Match[str]) -> str:
        attributes = _attributes(port[1], buses)
        return f"  (* {', '.join(attributes)} *)\n{port[0]}" if attributes else port[0]

    return verilog[:start] + _PORT.sub(marked, head) + verilog[end:]


def _attributes(name: str, buses: list[str]) -> list[str]:
    if name == "clk":
        of = f"ASSOCIATED_BUSIF {':'.join(buses)}, " if buses else ""
        return [
            'X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 clk CLK"',
            f'X_INTERFACE_PARAMETER = "{of}ASSOCIATED_RESET rst"',
        ]
    if name == "rst":
        return [
            'X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 rst RST"',
            'X_INTERFACE_PARAMETER = "POLARITY ACTIVE_HIGH"',
        ]
    if stream := _STREAM.fullmatch(name):
        return [
            f'X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 {stream[1]} {stream[2].upper()}"'
        ]
    return []
