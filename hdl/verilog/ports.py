"""What the modules of a Verilog text are called, and the ports of one."""

import re
from typing import Literal, NamedTuple

__all__ = ["PortShape", "module_names", "read_ports"]


_MODULE = re.compile(r"^module (\w+)", re.MULTILINE)
_NAME = r"(?!(?:input|output)\b)\w+"
_PORT = re.compile(
    r"\b(input|output)\b\s*(?:(?:wire|reg|logic|signed)\b\s*)*"
    rf"(?:\[\s*(\d+)\s*:\s*0\s*\])?\s*((?:{_NAME}\s*,\s*)*{_NAME})"
)
_NO_PORTS = re.compile(
    r"//[^\n]*|/\*.*?\*/|\b(function|task)\b.*?\bend\1\b", re.DOTALL
)  # in which the words of a port may stand


class PortShape(NamedTuple):
    """Which way a port goes, and its bits."""

    direction: Literal["input", "output"]
    width: int


def module_names(verilog: str) -> list[str]:
    """The modules of a text, in its order."""
    return _MODULE.findall(verilog)


def read_ports(verilog: str, module: str) -> dict[str, PortShape]:
    """The ports of a module by name, declared in its head or below it.

    Raises
    ------
    ValueError
        When there is no such module.
    """
    found = re.search(
        rf"^\s*module\s+{re.escape(module)}\b(.*?)\bendmodule\b", verilog, re.M | re.S
    )
    if found is None:
        raise ValueError(f"The Verilog has no module {module!r}")
    declared = _PORT.findall(_NO_PORTS.sub(" ", found[1]))
    return {
        name: PortShape(way, int(msb or 0) + 1)
        for way, msb, names in declared
        for name in re.split(r"\s*,\s*", names)
    }
