"""Verilog of netlists, for people to read and for every tool to take.

Every operand is written as wide as its operator's result, every port has a net type, and no name
is escaped: the text compiles without warnings and after ```default_nettype none``. Verilog-2001.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator

from lmul.hdl.netlist.rtlil import ONE, Bit, Cell, Module, Process, Wire, Word
from lmul.hdl.verilog.writer.expressions import Expressions, constant
from lmul.hdl.verilog.writer.process import Choice, Tree, choices, groups

__all__ = ["module_text"]


_LINE = 99
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


class _Writer(Expressions):
    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.processes = {
            name: item
            for item in module.items
            if isinstance(item, Process)
            for name in {bit.wire for bit in item.targets}
        }
        self.following = self._following()

    def _following(self) -> dict[str, Process]:
        """The processes of which all that is read is a register's next value, by their wire."""
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
            f"    {self.names[name]} = {constant(wire.init, wire.width)};"
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
                    yield self._assign(target, self.chosen(tree))
        elif item.is_instance:
            yield from self._instance(item)
        elif item.kind == "$dff":
            yield from self._register(item)
        elif item.kind.startswith("$mem"):
            yield from self._memory(item)
        else:
            yield self._assign(item.ports["Y"], self.operator(item))

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
        then, other, condition = tree.then, tree.other, self.condition(tree.condition)
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


def _runs(left: Word, right: Word) -> Iterator[list[tuple[Bit, Bit]]]:
    """A connection in parts whose left sides are neighbours."""
    run: list[tuple[Bit, Bit]] = []
    for bit, of in zip(left, right, strict=True):
        if run and bit.place != run[-1][0].place + 1:
            yield run
            run = []
        run.append((bit, of))
    yield run


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
