"""Modules as Amaranth's RTLIL describes them: wires, cells, processes, and what is connected.

Signals are taken bit by bit, so that a bus that a module's parts drive piece by piece is one bus
again (:mod:`lmul.hdl.netlist.tidy`).
"""

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
