"""Nets of a circuit of modules that get a tree of buffers, though their driver may drive them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lmul.synth.liberty.library import Library
from lmul.synth.timing.buffers import Repeater, groups_of

__all__ = ["split"]


class _End(NamedTuple):
    """A bit of a cell's, a module's or the circuit's connections."""

    connections: dict[str, list[Any]]
    port: str
    place: int


def split(
    modules: Mapping[str, Any], library: Library, module: str, driver: str, repeater: Repeater
) -> bool:
    """Put buffers behind a cell's output until it drives no more than one buffer would.

    Parameters
    ----------
    modules : mapping of str to module
        Of ``write_json``; changed in place.
    library : Library
    module, driver : str
        A module, and a cell of it with one output; the buffers stand in the same module.
    repeater : Repeater
        What trees are built of.

    Returns
    -------
    bool
        Whether anything was put in.
    """
    inside = modules[module]
    cells = inside["cells"]
    [output] = library[cells[driver]["type"]].outputs
    [net] = cells[driver]["connections"][output.name]
    ends = list(_ends(modules, library, inside, net))
    level = [(load, number, "") for number, (load, _) in enumerate(ends)]
    numbers = _bits(inside)
    free, before = max(numbers, default=1) + 1, len(ends)
    while sum(load for load, _, _ in level) > repeater.load:
        groups = groups_of(level, repeater.load)
        if len(groups) >= len(level):
            break
        level = []
        for group in groups:
            for _, number, _ in group:
                end = ends[number][1]
                end.connections[end.port][end.place] = free
            pins = {repeater.input.name: [net], repeater.output.name: [free]}
            name = f"$split${driver}${len(ends)}"
            cells[name] = {"type": repeater.cell.name, "connections": pins}
            level.append((repeater.input.capacitance, len(ends), ""))
            ends.append((repeater.input.capacitance, _End(pins, repeater.input.name, 0)))
            free += 1
    return len(ends) > before


def _bits(module: Mapping[str, Any]) -> Iterator[int]:
    """The numbers of a module's nets."""
    for one in module["cells"].values():
        for bits in one["connections"].values():
            yield from (bit for bit in bits if isinstance(bit, int))
    for port in module["ports"].values():
        yield from (bit for bit in port["bits"] if isinstance(bit, int))


def _ends(
    modules: Mapping[str, Any], library: Library, module: Mapping[str, Any], net: int
) -> Iterator[tuple[float, _End]]:
    """What a net of a module ends at, cells' inputs and modules' ports, and what load is there.

    Ports of the module itself stay on the net: others may name it by them.
    """
    for cell in module["cells"].values():
        connections = cell["connections"]
        for port, bits in connections.items():
            for place, bit in enumerate(bits):
                if bit != net:
                    continue
                load = _load(modules, library, cell["type"], port, place)
                if load is not None:
                    yield load, _End(connections, port, place)


def _load(
    modules: Mapping[str, Any], library: Library, kind: str, port: str, place: int
) -> float | None:
    """What a bit of a cell's or module's port has behind it, fF; None of an output."""
    if kind not in modules:
        pin = library[kind].pins[port]
        return pin.capacitance if pin.direction == "input" else None
    below = modules[kind]
    if below["ports"][port]["direction"] != "input":
        return None
    inner = below["ports"][port]["bits"][place]
    return sum(load for load, _ in _ends(modules, library, below, inner))
