"""Expressions of Verilog: words, operators and choices of a netlist's module.

Every operand is written as wide as its operator's result.
"""

import re
from collections import Counter
from collections.abc import Iterator

from lmul.hdl.netlist.rtlil import ZERO, Bit, Cell, Module, Process, Word
from lmul.hdl.netlist.tidy import is_nameless
from lmul.hdl.verilog.writer.names import identifiers
from lmul.hdl.verilog.writer.process import Choice, Condition, Tree

__all__ = ["Expressions", "constant"]


_BINARY = {
    "$and": "&", "$or": "|", "$xor": "^", "$add": "+", "$sub": "-", "$mul": "*",
    "$eq": "==", "$ne": "!=", "$lt": "<", "$le": "<=", "$gt": ">", "$ge": ">=",
    "$shl": "<<", "$shr": ">>", "$sshr": ">>>",
}  # fmt: skip
_COMPARISONS = ("$eq", "$ne", "$lt", "$le", "$gt", "$ge")
_SHIFTS = ("$shl", "$shr", "$sshr")
_UNARY = {
    "$not": "~", "$neg": "-",
    "$reduce_and": "&", "$reduce_or": "|", "$reduce_bool": "|", "$reduce_xor": "^",
}  # fmt: skip
_WIDE = 64  # bits of a constant that is written as one digit again and again
_LONGEST = 72  # of an expression inside another one


class Expressions:
    """What can be read in a module.

    Attributes
    ----------
    module : Module
    names : dict of str to str
        The identifier of each wire, memory and instance.
    inside : set of str
        Wires that are written where they are read: they need no declaration.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.names = identifiers(module)
        self._cells = {
            cell.output[0].wire: cell
            for cell in module.cells
            if not cell.is_instance and cell.kind != "$dff" and cell.output
        }
        uses = Counter(bit for cell in module.cells for bit in cell.reads)
        for item in module.items:
            if isinstance(item, Process) and item.targets:
                uses.update([*item.reads, *item.reads])
        uses += Counter(bit for _, word in module.connections for bit in word)
        self._once = {
            name
            for name, cell in self._cells.items()
            if is_nameless(name)
            and not cell.kind.startswith("$mem")
            and "1" not in cell.parameters.get("A_SIGNED", "0")
            and all(uses[bit] == 1 for bit in module.wires[name].word)
        }
        self.inside: set[str] = set()  # wires that are written where they are read

    def chosen(self, tree: Tree) -> str:
        """What a process chooses."""
        if not isinstance(tree, Choice):
            return self.word(tree)
        then, other = self.chosen(tree.then), self.chosen(tree.other)
        if isinstance(tree.then, Choice):
            then = f"({then})"
        if isinstance(tree.other, Choice):
            other = f"({other})"
        return f"{_operand(self.condition(tree.condition))} ? {then} : {other}"

    def condition(self, condition: Condition) -> str:
        """Whether one of a condition's patterns fits."""
        found: list[str] = []
        for pattern in condition.patterns:
            bits = list(zip(reversed(pattern), condition.test, strict=True))
            asked = [(digit, bit) for digit, bit in bits if digit != "-"]
            if len(asked) == len(bits) > 1:
                found.append(f"{self.word(condition.test)} == {len(bits)}'b{pattern}")
            else:
                terms = [f"{'~' * (d == '0')}{self.word((bit,))}" for d, bit in asked]
                found.append(" & ".join(terms))
        return found[0] if len(found) == 1 else " | ".join(f"({text})" for text in found)

    def operator(self, cell: Cell) -> str:
        """What a cell computes.

        Raises
        ------
        ValueError
            When it is not known here.
        """
        width = len(cell.ports["Y"])
        signed = "1" in cell.parameters.get("A_SIGNED", "0")
        if cell.kind == "$mux":
            condition, then, other = (self.word(cell.ports[port]) for port in "SBA")
            return f"{_operand(condition)} ? {_operand(then)} : {_operand(other)}"
        if cell.kind in _UNARY:
            word = cell.ports["A"]
            if cell.kind in ("$not", "$neg"):
                word = _widened(word, width, signed)
            return f"{_UNARY[cell.kind]} {_operand(self.word(word))}"
        if cell.kind not in _BINARY:
            raise ValueError(f"A cell {cell.kind!r} is not known here")
        left, right = cell.ports["A"], cell.ports["B"]
        if cell.kind in _COMPARISONS:
            width = max(len(left), len(right))
        if cell.kind in ("$shr", "$sshr") and len(left) > width:
            raise ValueError(f"A cell {cell.kind!r} with a narrow result is not known here")
        left = _widened(left, width, signed)
        if cell.kind not in _SHIFTS:
            right = _widened(right, width, signed)
        one, other = self.word(left), self.word(right)
        if signed and cell.kind in ("$mul", "$lt", "$le", "$gt", "$ge"):
            one, other = f"$signed({one})", f"$signed({other})"
        elif signed and cell.kind == "$sshr":
            return f"$signed({one}) >>> {_operand(other)}"
        return f"{_operand(one)} {_BINARY[cell.kind]} {_operand(other)}"

    def word(self, word: Word) -> str:
        """A word, as it stands alone or between commas."""
        if not word:
            return ""
        pieces = [self._piece(piece) for piece in _pieces(word)]
        return pieces[0] if len(pieces) == 1 else f"{{ {', '.join(reversed(pieces))} }}"

    def _target(self, word: Word) -> str:
        """A word that is driven, which is part of one wire."""
        wire = self.module.wires[word[0].wire]
        name = self.names[wire.name]
        return name if len(word) == wire.width else f"{name}{_index(word)}"

    def _piece(self, piece: Word) -> str:
        first = piece[0]
        if not first.wire:
            return constant(sum(bit.place << place for place, bit in enumerate(piece)), len(piece))
        if len(piece) > 1 and piece[1] == first:
            return f"{{{len(piece)}{{{self.word(piece[:1])}}}}}"
        wire = self.module.wires[first.wire]
        if len(piece) == wire.width:
            return self._wire(wire.name)
        return f"{self.names[wire.name]}{_index(piece)}"

    def _wire(self, name: str) -> str:
        """A wire's name, or what drives it if that is short and nothing else reads it."""
        if name in self._once:
            if name not in self.inside:
                text = self.operator(self._cells[name])
                if len(text) > _LONGEST:
                    self._once.discard(name)
                    return self.names[name]
                self.inside.add(name)
            return self.operator(self._cells[name])
        return self.names[name]


def _pieces(word: Word) -> Iterator[Word]:
    """Parts that follow each other in a wire, are constants, or repeat a bit."""
    piece: list[Bit] = []
    for bit in word:
        if piece:
            last = piece[-1]
            if not bit.wire:
                goes = not last.wire
            elif len(piece) > 1 and piece[0] == piece[1]:
                goes = bit == last
            else:
                step = Bit(last.wire, last.place + 1)
                goes = bit == step or (len(piece) == 1 and bit == last)
            if not goes:
                yield tuple(piece)
                piece = []
        piece.append(bit)
    yield tuple(piece)


def _index(piece: Word) -> str:
    high, low = piece[-1].place, piece[0].place
    return f"[{high}]" if high == low else f"[{high}:{low}]"


def _widened(word: Word, width: int, signed: bool) -> Word:
    more = width - len(word)
    return word[:width] if more <= 0 else (*word, *((word[-1] if signed else ZERO,) * more))


def _operand(text: str) -> str:
    """As a part of an expression."""
    plain = re.fullmatch(r"[\w']+(\[[\d:]+\])?|\$signed\(.*\)|~\w+(\[\d+\])?", text)
    braced = text.startswith("{") and text.endswith("}")
    return text if plain or braced else f"({text})"


def constant(value: int, width: int) -> str:
    """A number of so many bits."""
    if width > _WIDE and value in (0, (1 << width) - 1):
        return f"{{{width}{{1'b{value & 1}}}}}"
    return f"1'b{value}" if width == 1 else f"{width}'h{value:0{-(-width // 4)}x}"
