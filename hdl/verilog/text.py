"""Verilog of netlists, for people to read and for every tool to take.

Every operand is written as wide as its operator's result, every port has a net type, and no name
is escaped: the text compiles without warnings and after ```default_nettype none``. Verilog-2001.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator

from lmul.hdl.netlist.rtlil import ONE, ZERO, Bit, Cell, Module, Process, Wire, Word
from lmul.hdl.netlist.tidy import is_nameless
from lmul.hdl.verilog.names import identifiers
from lmul.hdl.verilog.process import Choice, Condition, Tree, choices, groups

__all__ = ["module_text"]


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
_LINE = 99
_WIDE = 64  # bits of a constant that is written as one digit again and again
_LONGEST = 72  # of an expression inside another one
_FIRST = ("clk", "rst", "en", "i_valid", "code", "x", "y", "a", "b")
_MEMBERS = ("neg", "zero", "exp", "man", "sig", "inf")
_AXI = re.compile(r"(?P<side>[sm]_axis)_(?P<stream>\w+)_t(?P<signal>[a-z]+)")
_AXI_SIGNALS = ("data", "keep", "last", "user", "valid", "ready")


def module_text(module: Module) -> str:
    """The Verilog of a module.

    Raises
    ------
    ValueError
        When it has a cell that is not known here.
    """
    return _Writer(module).text()


class _Writer:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.names = identifiers(module)
        self.processes = {
            name: item
            for item in module.items
            if isinstance(item, Process)
            for name in {bit.wire for bit in item.targets}
        }
        self.following = self._following()
        self.cells = {
            cell.output[0].wire: cell
            for cell in module.cells
            if not cell.is_instance and cell.kind != "$dff" and cell.output
        }
        uses = Counter(bit for cell in module.cells for bit in cell.reads)
        uses += Counter(b for item in self.processes.values() for b in [*item.reads, *item.reads])
        uses += Counter(bit for _, word in module.connections for bit in word)
        self.once = {
            name
            for name, cell in self.cells.items()
            if is_nameless(name)
            and not cell.kind.startswith("$mem")
            and "1" not in cell.parameters.get("A_SIGNED", "0")
            and all(uses[bit] == 1 for bit in module.wires[name].word)
        }
        self.inside: set[str] = set()  # wires that are written where they are read

    def _following(self) -> dict[str, Process]:
        """The processes that make a register's next value and nothing else, by their wire."""
        uses = Counter(bit.wire for cell in self.module.cells for bit in cell.reads)
        uses.update(bit.wire for process in self.processes.values() for bit in process.reads)
        uses.update(bit.wire for _, word in self.module.connections for bit in word)
        found: dict[str, Process] = {}
        for cell in self.module.cells:
            name = cell.ports["D"][0].wire if cell.kind == "$dff" else ""
            if (
                name in self.processes
                and uses[name] == len(cell.ports["D"])
                and cell.ports["D"] == self.module.wires[name].word
            ):
                found[name] = self.processes[name]
        return found

    # The module as a whole

    def text(self) -> str:
        statements = [(item, list(self._item(item))) for item in self.module.items]
        copies = [
            self._assign(tuple(bit for bit, _ in run), self.word(tuple(of for _, of in run)))
            for left, right in self.module.connections
            for run in _runs(left, right)
        ]
        lines = [
            f"module {self.module.name} (",
            ",\n".join(self._ports()),
            ");",
            *self._declarations(),
            *self._initial(),
        ]
        for item, texts in statements:
            if not (isinstance(item, Cell) and item.output and item.output[0].wire in self.inside):
                lines += texts
        return "\n".join([*lines, *copies, "endmodule", ""])

    def _ports(self) -> Iterator[str]:
        for wire in sorted(self.module.ports, key=lambda wire: _rank(wire, self.names[wire.name])):
            kind = "reg" if wire.name in self._registers() else "wire"
            yield f"{_attributes(wire)}  {wire.direction} {kind} {self._declared(wire)}"

    def _declarations(self) -> Iterator[str]:
        registers = self._registers()
        for name, memory in self.module.memories.items():
            yield f"  reg {_range(memory.width)}{self.names[name]} [0:{memory.depth - 1}];"
        for wire in self.module.wires.values():
            if not (wire.direction or wire.name in self.inside or wire.name in self.following):
                kind = "reg" if wire.name in registers else "wire"
                yield f"{_attributes(wire)}  {kind} {self._declared(wire)};"

    def _declared(self, wire: Wire) -> str:
        return f"{_range(wire.width)}{self.names[wire.name]}"

    def _registers(self) -> set[str]:
        return {
            cell.output[0].wire
            for cell in self.module.cells
            if cell.kind == "$dff" or (cell.parameters.get("CLK_ENABLE") == "1" and cell.output)
        }

    def _initial(self) -> Iterator[str]:
        """What registers start with: an FPGA's, and simulators'."""
        lines = [
            f"    {self.names[name]} = {_constant(wire.init, wire.width)};"
            for name in sorted(self._registers(), key=list(self.module.wires).index)
            for wire in (self.module.wires[name],)
            if wire.init is not None
        ]
        for cell in self.module.cells:
            if cell.kind == "$meminit_v2":
                name = _text(cell.parameters["MEMID"])
                memory = self.module.memories[name]
                for place in range(memory.depth):
                    word = cell.ports["DATA"][memory.width * place : memory.width * (place + 1)]
                    lines.append(f"    {self.names[name]}[{place}] = {self.word(word)};")
        if lines:
            yield from ("  initial begin", *lines, "  end")

    # Its items

    def _item(self, item: Cell | Process) -> Iterator[str]:
        if isinstance(item, Process):
            if not {bit.wire for bit in item.targets} & self.following.keys():
                trees = choices(item, {})
                for target, tree in groups(sorted(trees.items())):
                    yield self._assign(target, self._chosen(tree))
        elif item.is_instance:
            yield from self._instance(item)
        elif item.kind == "$dff":
            yield from self._register(item)
        elif item.kind.startswith("$mem"):
            yield from self._memory(item)
        else:
            yield self._assign(item.ports["Y"], self._operator(item))

    def _assign(self, target: Word, value: str) -> str:
        return _wrapped(f"  assign {self._target(target)} = {value};")

    def _instance(self, cell: Cell) -> Iterator[str]:
        name = self.names[f"cell {cell.name}"]
        yield f"  {cell.kind[1:]} {name} ("
        ports = [f"    .{port}({self.word(word)})" for port, word in cell.ports.items()]
        yield ",\n".join(_wrapped(port) for port in ports)
        yield "  );"

    def _register(self, cell: Cell) -> Iterator[str]:
        new, now = cell.ports["D"], cell.ports["Q"]
        process = self.following.get(new[0].wire)
        trees: dict[Bit, Tree] = {bit: (bit,) for bit in new}
        if process is not None:
            trees = choices(process, {})
        clock = f"  always @(posedge {self.word(cell.ports['CLK'])})"
        following = [(bit, trees[coming]) for bit, coming in zip(now, new, strict=True)]
        for target, tree in groups(following):
            yield clock
            yield from self._statement(target, tree, "    ")

    def _statement(self, target: Word, tree: Tree, indent: str) -> Iterator[str]:
        if not isinstance(tree, Choice):
            yield _wrapped(f"{indent}{self._target(target)} <= {self.word(tree)};")
            return
        then, other, condition = tree.then, tree.other, self._condition(tree.condition)
        if then == target:
            then, other, condition = other, then, f"~({condition})"
        lines = list(self._statement(target, then, f"{indent}  "))
        if len(lines) > 1 or isinstance(then, Choice):
            yield f"{indent}if ({condition}) begin"
            yield from lines
            end = f"{indent}end "
        else:
            yield _wrapped(f"{indent}if ({condition}) {lines[0].strip()}")
            end = indent
        if other != target:
            first, *rest = self._statement(target, other, indent)
            if isinstance(other, Choice):
                yield f"{end}else {first.strip()}"
                yield from rest
            else:
                yield _wrapped(f"{end}else {first.strip()}")
        elif end.strip():
            yield end.rstrip()

    def _memory(self, cell: Cell) -> Iterator[str]:
        if cell.kind == "$meminit_v2":
            return
        name = self.names[_text(cell.parameters["MEMID"])]
        place = f"{name}[{self.word(cell.ports['ADDR'])}]"
        if cell.kind == "$memrd_v2" and cell.parameters["CLK_ENABLE"] == "0":
            yield self._assign(cell.ports["DATA"], place)
            return
        yield f"  always @(posedge {self.word(cell.ports['CLK'])})"
        if cell.kind == "$memrd_v2":
            if "1" in cell.parameters["TRANSPARENCY_MASK"].partition("'")[2]:
                raise ValueError("A memory that is read and written at once is not known here")
            enable = cell.ports["EN"]
            condition = "" if enable == (ONE,) else f"if ({self.word(enable)}) "
            yield f"    {condition}{self._target(cell.ports['DATA'])} <= {place};"
            return
        enable = cell.ports["EN"]
        if len(set(enable)) > 1:
            raise ValueError("A memory of which parts of a word are written is not known here")
        yield f"    if ({self.word(enable[:1])}) {place} <= {self.word(cell.ports['DATA'])};"

    # Expressions

    def _chosen(self, tree: Tree) -> str:
        if not isinstance(tree, Choice):
            return self.word(tree)
        then, other = self._chosen(tree.then), self._chosen(tree.other)
        if isinstance(tree.then, Choice):
            then = f"({then})"
        if isinstance(tree.other, Choice):
            other = f"({other})"
        return f"{_operand(self._condition(tree.condition))} ? {then} : {other}"

    def _condition(self, condition: Condition) -> str:
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

    def _operator(self, cell: Cell) -> str:
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
            return _constant(sum(bit.place << place for place, bit in enumerate(piece)), len(piece))
        if len(piece) > 1 and piece[1] == first:
            return f"{{{len(piece)}{{{self.word(piece[:1])}}}}}"
        wire = self.module.wires[first.wire]
        if len(piece) == wire.width:
            return self._wire(wire.name)
        return f"{self.names[wire.name]}{_index(piece)}"

    def _wire(self, name: str) -> str:
        """A wire's name, or what drives it if that is short and nothing else reads it."""
        if name in self.once:
            if name not in self.inside:
                text = self._operator(self.cells[name])
                if len(text) > _LONGEST:
                    self.once.discard(name)
                    return self.names[name]
                self.inside.add(name)
            return self._operator(self.cells[name])
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


def _runs(left: Word, right: Word) -> Iterator[list[tuple[Bit, Bit]]]:
    """A connection in parts whose left sides are neighbours."""
    run: list[tuple[Bit, Bit]] = []
    for bit, of in zip(left, right, strict=True):
        if run and bit.place != run[-1][0].place + 1:
            yield run
            run = []
        run.append((bit, of))
    yield run


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


def _constant(value: int, width: int) -> str:
    if width > _WIDE and value in (0, (1 << width) - 1):
        return f"{{{width}{{1'b{value & 1}}}}}"
    return f"1'b{value}" if width == 1 else f"{width}'h{value:0{-(-width // 4)}x}"


def _range(width: int) -> str:
    return "" if width == 1 else f"[{width - 1}:0] "


def _text(parameter: str) -> str:
    return parameter.strip('"').replace("\\\\", "\\")


def _attributes(wire: Wire) -> str:
    shown = {key: value for key, value in wire.attributes.items() if not key.startswith("enum_")}
    return "".join(f"  (* {key} = {value} *)\n" for key, value in shown.items())


def _wrapped(line: str) -> str:
    if len(line) <= _LINE:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    kept = textwrap.wrap(
        line.strip(),
        _LINE,
        initial_indent=indent[4:],
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(kept)


def _rank(wire: Wire, port: str) -> tuple[int | str, ...]:
    """Clock and inputs before outputs, x before y, a number's sign first; AXI4-Streams between."""
    axi = _AXI.fullmatch(port)
    if axi:
        side = ("s_axis", "m_axis").index(axi["side"])
        return 1 + side, axi["stream"], _AXI_SIGNALS.index(axi["signal"])
    stem, _, member = port.partition("_")
    member = member.rpartition("_")[2]
    whole = port if port in _FIRST else stem
    return (
        3 if wire.direction == "output" else 0,
        _FIRST.index(whole) if whole in _FIRST else len(_FIRST),
        _MEMBERS.index(member) if member in _MEMBERS else 0,
        port,
    )
