"""A module's netlist made simple: no copies, nothing that nobody reads, buses in one piece.

What it describes stays the same. Amaranth gives every value that crosses a component, and every
member of a record, a name of its own, and drives a word that is put together from bits as that
many nameless wires. Here a bit has one name: that of the register or port that it is, else that of
the word that it is put into.
"""

from collections.abc import Callable

from lmul.hdl.netlist.fold import folded
from lmul.hdl.netlist.rtlil import Assign, Bit, Cell, Module, Process, Switch, Word

__all__ = ["drop_unread", "is_nameless", "tidy"]


# The lowest bits of these hang on the lowest bits of what they are made of alone.
_MODULAR = frozenset(("$add", "$sub", "$mul", "$neg", "$and", "$or", "$xor", "$not"))


def tidy(module: Module) -> None:
    """Make a module's netlist simple, in place."""
    _follow(module)
    _drop(module, names=True)
    _gather(module)


def is_nameless(wire: str) -> bool:
    """Whether nobody gave a wire a name."""
    return wire.startswith(("$", "\\$"))


def _follow(module: Module) -> None:
    """Let all readers of a copy read what it is a copy of."""
    same = {
        bit: of for left, right in module.connections for bit, of in zip(left, right, strict=True)
    }
    switching: list[Cell | Process] = []
    for item in module.items:
        if isinstance(item, Process) and all(isinstance(s, Assign) for s in item.body):
            for statement in item.body:
                assert isinstance(statement, Assign)
                same.update(zip(statement.target, statement.value, strict=True))
        else:
            switching.append(item)
    module.items = switching

    def source(bit: Bit) -> Bit:
        while bit in same:
            bit = same[bit]
        return bit

    _rename(module, source, outputs=False)
    while found := [(cell, word) for cell in module.cells if (word := folded(cell)) is not None]:
        for cell, word in found:
            same.update(zip(cell.output, word, strict=True))
        gone = {id(cell) for cell, _ in found}
        module.items = [item for item in module.items if id(item) not in gone]
        _rename(module, source, outputs=False)
    copies = dict.fromkeys(bit.wire for bit in same)
    module.connections = [
        (word, tuple(map(source, word)))
        for name in module.wires
        # A name with a point or an index is of a record's member.
        if name in copies and not any(mark in name for mark in ".[")
        for word in (module.wires[name].word,)
    ]
    kept = {bit.wire for left, _ in module.connections for bit in left}
    for name in copies.keys() - kept:
        del module.wires[name]
    _name_registers(module)


def _name_registers(module: Module) -> None:
    """Call a register as the designer did, not as a port that it is connected to.

    Of a signal's names Amaranth takes the first, which may be that of a part's port, such as
    ``last`` for ``skew_last_6``.
    """
    ports = {port for cell in module.cells if cell.is_instance for port in cell.ports}
    names: dict[Word, list[str]] = {}
    for left, right in module.connections:
        name = left[0].wire
        if not module.wires[name].direction:
            names.setdefault(right, []).append(name)
    for cell in module.cells:
        if cell.kind != "$dff":
            continue
        wire = module.wires[cell.ports["Q"][0].wire]
        best = max(
            [wire.name, *names.get(wire.word, ())],
            key=lambda name: (
                not module.wires[name].direction,
                bool(module.wires[name].attributes),
                name[1:].partition("$")[0] not in ports,
                "$" not in name,
            ),
        )
        if best == wire.name:
            continue
        module.connections = [pair for pair in module.connections if pair[0][0].wire != best]
        copy = module.wires[best]
        copy.init, copy.attributes = wire.init, wire.attributes | copy.attributes
        new = dict(zip(wire.word, copy.word, strict=True))
        _rename(module, lambda bit, new=new: new.get(bit, bit), outputs=True)
        if wire.direction:
            module.connections.append((wire.word, copy.word))
            wire.init, wire.attributes = None, {}
        else:
            del module.wires[wire.name]


def drop_unread(module: Module) -> None:
    """Drop what no output depends on, the highest bits of sums included."""
    _drop(module, names=False)


def _drop(module: Module, names: bool) -> None:
    """As :func:`drop_unread`; with ``names``, named words stay although nothing reads them."""
    driver: dict[Bit, Cell | Process] = {}
    for item in module.items:
        for bit in item.output if isinstance(item, Cell) else item.targets:
            driver[bit] = item
    writers: dict[str, list[Cell]] = {}
    for cell in module.cells:
        if cell.kind in ("$memwr_v2", "$meminit_v2"):
            writers.setdefault(cell.parameters["MEMID"], []).append(cell)
    parts: dict[str, list[Bit]] = {}  # of wires, what is connected to them
    for left, right in module.connections:
        parts.setdefault(left[0].wire, []).extend(right)
    live: set[Bit] = set()
    used: set[int] = set()  # items, by id
    waiting = [bit for port in module.ports if port.direction == "output" for bit in port.word]
    waiting += [bit for wire in module.wires.values() if wire.attributes for bit in wire.word]
    while waiting:
        bit = waiting.pop()
        if bit in live:
            continue
        live.add(bit)
        waiting += parts.pop(bit.wire, ())
        item = driver.get(bit)
        if isinstance(item, Cell) and item.kind in _MODULAR:
            used.add(id(item))
            low = item.output.index(bit) + 1
            waiting += [b for port in ("A", "B") for b in item.ports.get(port, ())[:low]]
        elif item is not None and id(item) not in used:
            used.add(id(item))
            waiting += item.reads
            if isinstance(item, Cell) and item.kind == "$memrd_v2":
                for cell in writers[item.parameters["MEMID"]]:
                    used.add(id(cell))
                    waiting += cell.reads
    module.items = [item for item in module.items if id(item) in used]
    for cell in module.cells:
        if cell.kind in _MODULAR:
            _narrow(module, cell, live)
        elif cell.is_instance:
            # Outputs that nothing reads are connected to nothing.
            dead = [port for port in cell.drives if live.isdisjoint(cell.ports[port])]
            cell.ports.update(dict.fromkeys(dead, ()))
    wanted = {bit.wire for bit in live} | {port.name for port in module.ports}
    if names:
        wanted |= {left[0].wire for left, _ in module.connections}
    module.connections = [pair for pair in module.connections if pair[0][0].wire in wanted]
    module.wires = {name: wire for name, wire in module.wires.items() if name in wanted}


def _narrow(module: Module, cell: Cell, live: set[Bit]) -> None:
    output = cell.ports["Y"]
    if module.wires[output[0].wire].direction or len(output) != module.wires[output[0].wire].width:
        return
    width = 1 + max(place for place, bit in enumerate(output) if bit in live)
    module.wires[output[0].wire].width = width
    for port in ("A", "B", "Y"):
        if port in cell.ports:
            cell.ports[port] = cell.ports[port][:width]


def _gather(module: Module) -> None:
    """Let what drives a word's bits drive the word."""
    alone = {
        cell.ports[port][0].wire: (cell, port)
        for cell in module.cells
        if cell.kind != "$dff"
        for port in cell.drives
        if cell.ports[port]
        and len(cell.ports[port]) == module.wires[cell.ports[port][0].wire].width
    }
    processes = {b.wire for i in module.items if isinstance(i, Process) for b in i.targets}
    new: dict[Bit, Bit] = {}

    def joins(name: str, target: Word, value: Word) -> Word | None:
        """The bits of ``target`` that a wire would drive in place of its own, if it can."""
        wire = module.wires[name]
        if wire.direction or Bit(name, 0) in new or name not in alone.keys() | processes:
            return None
        port = bool(module.wires[target[0].wire].direction)
        instance = name in alone and alone[name][0].is_instance
        if instance and not port:
            return None
        if not (is_nameless(name) or (wire.width == 1 and len(target) > 1) or instance):
            return None
        places = [place for place, bit in enumerate(value) if bit.wire == name]
        first = places[0]
        if tuple(value[first : first + wire.width]) != wire.word or len(places) != wire.width:
            return None
        return target[first : first + wire.width]

    following = _following(module)
    outputs = [pair for pair in module.connections if module.wires[pair[0][0].wire].direction]
    others = [pair for pair in module.connections if not module.wires[pair[0][0].wire].direction]
    connections: list[tuple[Word, Word]] = []
    driven = {bit for cell in module.cells for bit in cell.output}
    driven |= {bit for item in module.items if isinstance(item, Process) for bit in item.targets}
    driven |= {b for wire in module.ports if wire.direction == "input" for b in wire.word}
    for target, value in [*outputs, *others]:
        wire = module.wires[target[0].wire]
        found: dict[Bit, Bit] = {}
        for name in dict.fromkeys(bit.wire for bit in value if bit.wire):
            place = joins(name, target, value) if name in module.wires else None
            if place is not None:
                found.update(zip(module.wires[name].word, place, strict=True))
        if _feeds_itself({bit.wire for bit in found}, following):
            found = {bit: to for bit, to in found.items() if not following.get(bit.wire)}
        for bit in found:
            following.setdefault(wire.name, set()).update(following.get(bit.wire, ()))
        for name, after in following.items():
            if not after.isdisjoint({bit.wire for bit in found}):
                following[name] = after | {wire.name}
        whole = all(not bit.wire or bit in driven for bit in value)
        if (
            not wire.direction
            and not wire.attributes
            and not (whole and len(found) > 1 and 2 * len(found) >= len(value))
        ):
            del module.wires[wire.name]
            continue
        new |= found
        rest = [(bit, of) for bit, of in zip(target, value, strict=True) if of not in found]
        if rest:
            connections.append((tuple(bit for bit, _ in rest), tuple(of for _, of in rest)))
    module.connections = connections
    _rename(module, lambda bit: new.get(bit, bit), outputs=True)
    for name in {bit.wire for bit in new}:
        del module.wires[name]


def _following(module: Module) -> dict[str, set[str]]:
    """The wires that a change of a wire changes at once, by its name."""
    found: dict[str, set[str]] = {}
    for item in module.items:
        if isinstance(item, Cell) and item.kind == "$dff":
            continue
        bits = item.output if isinstance(item, Cell) else item.targets
        driven = {bit.wire for bit in bits}
        for name in {bit.wire for bit in item.reads if bit.wire}:
            found.setdefault(name, set()).update(driven)
    return found


def _feeds_itself(wires: set[str], following: dict[str, set[str]]) -> bool:
    """Whether one of the wires hangs on another: as one bus they would look like a loop.

    Simulators that take buses as wholes would be slow, and say so.
    """
    waiting = [after for name in wires for after in following.get(name, ())]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in wires:
            return True
        if name not in seen:
            seen.add(name)
            waiting += following.get(name, ())
    return False


def _rename(module: Module, to: Callable[[Bit], Bit], outputs: bool) -> None:
    """Replace bits wherever they are read, and where they are driven if ``outputs``."""

    def word(bits: Word) -> Word:
        return tuple(map(to, bits))

    for item in module.items:
        if isinstance(item, Cell):
            for port, bits in item.ports.items():
                if outputs or port not in item.drives:
                    item.ports[port] = word(bits)
            continue
        for statement in item.statements:
            if isinstance(statement, Switch):
                statement.test = word(statement.test)
            else:
                statement.value = word(statement.value)
                if outputs:
                    statement.target = word(statement.target)
    if outputs:
        module.connections = [(left, word(right)) for left, right in module.connections]
