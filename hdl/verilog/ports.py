"""What the modules of a Verilog text are called, and the ports of one."""

import re
from typing import Literal, NamedTuple

__all__ = ["PortShape", "module_names", "read_ports"]


_MODULE = re.compile(r"^module (\w+)", re.MULTILINE)
_PORT = re.compile(
    r"^\s*(input|output)\b(?:\s+(?:wire|reg))?\s*(?:\[(\d+):0\])?\s*(\w+)\s*[;,)]", re.MULTILINE
)


class PortShape(NamedTuple):
    """Which way a port goes, and its bits."""

    direction: Literal["input", "output"]
    width: int


def module_names(verilog: str) -> list[str]:
    """The modules of a text, in its order."""
    return _MODULE.findall(verilog)


def read_ports(verilog: str, module: str) -> dict[str, PortShape]:
    """The ports of a module by name; one port a declaration, as generators write it.

    Raises
    ------
    ValueError
        When there is no such module.
    """
    body = re.search(rf"^\s*module\s+{re.escape(module)}\b.*?^\s*endmodule\b", verilog, re.M | re.S)
    if body is None:
        raise ValueError(f"The Verilog has no module {module!r}")
    found = _PORT.findall(body[0])
    return {name: PortShape(way, int(msb or 0) + 1) for way, msb, name in found}
