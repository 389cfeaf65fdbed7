"""Modules as Amaranth's RTLIL describes them: wires, cells, processes, and what is connected.

RTLIL is the text form of Yosys's own netlists; the reader knows the part of it that Amaranth
writes. Signals are taken bit by bit, so that a bus that a module's parts drive piece by piece is
one bus again (:mod:`lmul.hdl.netlist.tidy`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = [
    "ONE",
    "ZERO",
    "Assign",
    "Bit",
    "Cell",
    "Memory",
    "Module",
    "Process",
    "Switch",
    "Wire",
    "Word",
    "read_rtlil",
]


class Bit(NamedTuple):
    """One bit of a wire; of no wire (an empty name), the constant ``place``."""

    wire: str
    place: int


Word = tuple[Bit, ...]
"""Bits, the lowest first."""

ZERO, ONE = Bit("", 0), Bit("", 1)


@dataclass
class Wire:
    r"""A named word of a module.

    Attributes
    ----------
    name : str
        As RTLIL has it: ``\name``, or ``$1`` where nobody named it.
    width : int
    direction : str
        ``"input"`` or ``"output"`` of a port, else empty.
    init : int or None
        What a register holds at the start.
    attributes : dict of str to str
        Others that a designer gave, values as in RTLIL.
    """

    name: str
    width: int
    direction: str = ""
    init: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def word(self) -> Word:
        """All its bits."""
        return tuple(Bit(self.name, place) for place in range(self.width))


@dataclass
class Cell:
    r"""An operator, a register, a port of a memory, or an instance of a module.

    Attributes
    ----------
    kind : str
        ``$and`` and so on; of an instance, ``\`` and the module's name.
    name : str
    parameters : dict of str to str
        As RTLIL writes them.
    ports : dict of str to Word
    drives : list of str
        Those of the ports that are outputs.
    """

    kind: str
    name: str
    parameters: dict[str, str] = field(default_factory=dict)
    ports: dict[str, Word] = field(default_factory=dict)
    drives: list[str] = field(default_factory=list)

    @property
    def is_instance(self) -> bool:
        """Whether it is a module of its own."""
        return self.kind.startswith("\\")

    @property
    def output(self) -> Word:
        """The bits that it drives."""
        return tuple(bit for port in self.drives for bit in self.ports[port])

    @property
    def reads(self) -> Word:
        """The bits that it hangs on."""
        return tuple(
            b for port, word in self.ports.items() if port not in self.drives for b in word
        )


@dataclass
class Memory:
    """Words that are kept by number."""

    width: int
    depth: int


@dataclass
class Assign:
    """In a process: ``target`` becomes ``value``."""

    target: Word
    value: Word


@dataclass
class Switch:
    """In a process: the first case of which a pattern fits ``test``; no patterns fit always.

    A pattern has a character for each bit, the highest first: 0, 1, or - for either.
    """

    test: Word
    cases: list[tuple[tuple[str, ...], list["Assign | Switch"]]] = field(default_factory=list)


@dataclass
class Process:
    """Statements that give wires their values; a later one takes precedence."""

    name: str
    body: list[Assign | Switch] = field(default_factory=list)

    @property
    def statements(self) -> list[Assign | Switch]:
        """All of them, those inside switches too."""
        found: list[Assign | Switch] = []
        waiting = list(self.body)
        while waiting:
            statement = waiting.pop(0)
            found.append(statement)
            if isinstance(statement, Switch):
                waiting += [inner for _, body in statement.cases for inner in body]
        return found

    @property
    def targets(self) -> set[Bit]:
        """The bits that it drives."""
        return {b for s in self.statements if isinstance(s, Assign) for b in s.target}

    @property
    def reads(self) -> Word:
        """The bits that it hangs on."""
        return tuple(
            bit
            for statement in self.statements
            for bit in (statement.test if isinstance(statement, Switch) else statement.value)
        )


@dataclass
class Module:
    """One module.

    Attributes
    ----------
    name : str
    wires : dict of str to Wire
    memories : dict of str to Memory
    items : list of Cell and Process
        In Amaranth's order.
    connections : list of (Word, Word)
        What is the same as what: a wire's bits and those that they stand for.
    """

    name: str
    wires: dict[str, Wire] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    items: list[Cell | Process] = field(default_factory=list)
    connections: list[tuple[Word, Word]] = field(default_factory=list)

    @property
    def ports(self) -> list[Wire]:
        """The wires that leave it."""
        return [wire for wire in self.wires.values() if wire.direction]

    @property
    def cells(self) -> list[Cell]:
        """The items that are cells."""
        return [item for item in self.items if isinstance(item, Cell)]


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
