"""Read RTLIL, the text form of Yosys's own netlists: the part of it that Amaranth writes."""

import re
from collections.abc import Iterator

from lmul.hdl.netlist.rtlil import (
    ONE,
    ZERO,
    Assign,
    Bit,
    Cell,
    Memory,
    Module,
    Process,
    Switch,
    Wire,
    Word,
)

__all__ = ["read_rtlil"]


_TOKEN = re.compile(r"\{|\}|\d+'[01xz-]*|\[\d+(?::\d+)?\]|[\\$]\S+")
_OUTPUTS = {"$dff": "Q", "$memrd_v2": "DATA", "$memwr_v2": "", "$meminit_v2": ""}  # else Y
_DROPPED = ("generator", "top", "src")  # say where a module comes from, not what it is


def read_rtlil(text: str) -> list[Module]:
    """The modules of a text that Amaranth's RTLIL backend wrote.

    Raises
    ------
    ValueError
        For a line that it is not known to write.
    """
    lines = (line.strip() for line in text.splitlines())
    modules = list(_Reader(line for line in lines if line).modules())
    inside = {
        module.name: {port.name: port.direction for port in module.ports} for module in modules
    }
    for module in modules:
        for cell in module.cells:
            if ways := inside.get(cell.kind[1:]):
                cell.drives = [port for port in cell.ports if ways[f"\\{port}"] == "output"]
    return modules


class _Reader:
    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._widths: dict[str, int] = {}

    def modules(self) -> Iterator[Module]:
        for line in self._lines:
            word, _, rest = line.partition(" ")
            if word == "module":
                yield self._module(rest.lstrip("\\"))
            elif word != "attribute":
                raise _unknown(line)

    def _module(self, name: str) -> Module:
        module = Module(name)
        self._widths = {}
        attributes: dict[str, str] = {}  # of what comes next
        for line in self._lines:
            word, _, rest = line.partition(" ")
            match word:
                case "end":
                    return module
                case "attribute":
                    key, _, value = rest.partition(" ")
                    attributes[key.lstrip("\\")] = value
                    continue
                case "wire":
                    wire = _wire(rest, attributes)
                    module.wires[wire.name] = wire
                    self._widths[wire.name] = wire.width
                case "memory":
                    _, width, _, depth, called = rest.split()
                    module.memories[called] = Memory(int(width), int(depth))
                case "cell":
                    module.items.append(self._cell(*rest.split()))
                case "process":
                    module.items.append(Process(rest, self._body()[0]))
                case "connect":
                    module.connections.append(self._pair(rest))
                case _:
                    raise _unknown(line)
            attributes = {}
        raise ValueError(f"Module {name!r} has no end")

    def _cell(self, kind: str, name: str) -> Cell:
        cell = Cell(kind, name)
        for line in self._lines:
            word, _, rest = line.partition(" ")
            if word == "end":
                break
            name, _, value = rest.removeprefix("signed ").partition(" ")
            if word == "parameter":
                cell.parameters[name.lstrip("\\")] = value
            elif word == "connect":
                port = name.lstrip("\\")
                cell.ports[port] = self._words(value)[0]
                # Of instances, Amaranth writes outputs as whole wires, all else as parts of them.
                known = _OUTPUTS.get(kind, "Y") == port
                if known or (cell.is_instance and value in self._widths):
                    cell.drives.append(port)
            else:
                raise _unknown(line)
        return cell

    def _body(self) -> tuple[list[Assign | Switch], str]:
        """Statements up to a line that is none, and that line."""
        body: list[Assign | Switch] = []
        for line in self._lines:
            word, _, rest = line.partition(" ")
            if word == "assign":
                body.append(Assign(*self._pair(rest)))
            elif word == "switch":
                body.append(self._switch(rest))
            else:
                return body, line
        raise ValueError("A process has no end")

    def _switch(self, test: str) -> Switch:
        switch = Switch(self._words(test)[0])
        line = next(self._lines)
        while line != "end":
            word, _, rest = line.partition(" ")
            if word != "case":
                raise _unknown(line)
            patterns = tuple(pattern.partition("'")[2] for pattern in rest.split(", ") if pattern)
            body, line = self._body()
            switch.cases.append((patterns, body))
        return switch

    def _pair(self, text: str) -> tuple[Word, Word]:
        left, right = self._words(text)
        if len(left) != len(right):
            raise ValueError(f"Widths differ: {text!r}")
        return left, right

    def _words(self, text: str) -> list[Word]:
        """The words that stand side by side in a text."""
        words: list[Word] = []
        chunks: list[Word] | None = None  # of a concatenation, the highest first
        for token in _TOKEN.findall(text):
            if token == "{":
                chunks = []
                continue
            if token == "}":
                assert chunks is not None
                words.append(tuple(bit for chunk in reversed(chunks) for bit in chunk))
                chunks = None
                continue
            into = words if chunks is None else chunks
            if token[0] == "[":
                high, _, low = token[1:-1].partition(":")
                into[-1] = into[-1][int(low or high) : int(high) + 1]
            elif token[0] in "\\$":
                into.append(tuple(Bit(token, place) for place in range(self._widths[token])))
            else:
                digits = token.partition("'")[2]
                # x, of a memory that is not read yet, may be anything.
                into.append(tuple(ONE if digit == "1" else ZERO for digit in reversed(digits)))
        return words


def _wire(text: str, attributes: dict[str, str]) -> Wire:
    found = re.fullmatch(r"width (\d+) (?:(input|output) \d+ +)?(?:signed )?(\S+)", text)
    if found is None:
        raise _unknown(f"wire {text}")
    init = attributes.pop("init", None)
    return Wire(
        found[3],
        int(found[1]),
        found[2] or "",
        None if init is None else int(init.partition("'")[2] or init, 2 if "'" in init else 10),
        {key: value for key, value in attributes.items() if key not in _DROPPED},
    )


def _unknown(line: str) -> ValueError:
    return ValueError(f"Not RTLIL as Amaranth writes it: {line!r}")
