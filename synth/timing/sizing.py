"""Stronger cells and more buffers on the longest path of a circuit whose parts were mapped apart.

Each part was mapped without the rest, so that what drives nets across parts may be too weak for
them. Here cells on the longest path are exchanged for ones of the same function and another
strength, or get a tree of buffers behind them, a few at a time, as long as the path becomes
shorter. What is done to a cell of a module is done in all places where the module stands: the
netlist keeps its parts.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lmul.synth.liberty.cells import Cell
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import Instance, netlist_of
from lmul.synth.mapping.composed import with_modules
from lmul.synth.mapping.mapping import Mapped
from lmul.synth.timing.arrivals import Electrical, causes, electrical
from lmul.synth.timing.buffers import Repeater, buffered, repeater_of
from lmul.synth.timing.split import split
from lmul.synth.timing.timing import latest
from lmul.tools.garbage import uncollected

__all__ = ["sized", "strengths"]


_ROUNDS = 12  # the first few give nearly all
_FRUITLESS = 3  # rounds in a row without a shorter path, after which none is expected
_MORE = 4  # times as many of both where nothing else is left to try

Place = tuple[str, str]
"""A module, and a cell in it."""


_Move = tuple[Place, str]
"""A cell is exchanged for another, which is named; empty: it gets a tree of buffers behind it."""


class _Stage(NamedTuple):
    """A cell on the longest path: what it is, what drives it, and through which pins."""

    instance: Instance
    before: int
    before_edge: int
    net: int
    edge: int
    ps: float


@uncollected()
def sized(
    mapped: Mapped, clock_ps: float, kept: Collection[str] = (), last: bool = False
) -> Mapped:
    """The circuit with other strengths of cells and more buffers, where that brings it to a clock.

    Parameters
    ----------
    mapped : Mapped
    clock_ps : float
        The period; where it is met, the circuit stays as it is.
    kept : collection of str
        Modules that stay as they are.
    last : bool
        Nothing else is left to try: go on for longer.

    Raises
    ------
    ToolFailed
        As :func:`lmul.synth.mapping.cell_netlist.netlist_of`.
    """
    others, repeater = strengths(mapped.library), repeater_of(mapped.library)
    refused: set[_Move] = set()
    best, path, found = _longest(mapped)
    fruitless, at_once, more = 0, len(path), _MORE if last else 1
    for _ in range(_ROUNDS * more):
        if best <= clock_ps or fruitless == _FRUITLESS * more:
            break
        modules = json.loads(mapped.netlist)["modules"]
        places = _places(modules, mapped.circuit.top, kept)
        moves = _moves(path, found, others, repeater, places, refused)[:at_once]
        if not moves:
            break
        for (module, name), cell in moves:
            if cell:
                modules[module]["cells"][name]["type"] = cell
            elif repeater:
                split(modules, mapped.library, module, name, repeater)
        tried = with_modules(mapped, modules)
        delay, path_then, found_then = _longest(tried)
        if delay < best:
            mapped, best, path, found = tried, delay, path_then, found_then
            fruitless, at_once = 0, len(path)
        else:  # the next time the best of them alone
            refused |= set(moves) if len(moves) == 1 else set()
            at_once, fruitless = 1, fruitless + 1
    return mapped


def strengths(library: Library) -> Mapping[str, Sequence[Cell]]:
    """Of each usable cell those with the same pins and functions, itself among them."""
    alike: dict[tuple[Any, ...], list[Cell]] = {}
    for name in library.usable:
        cell = library[name]
        state, said = cell.state, _said
        holds = state and (state.names, *map(said, (state.clocked_on, state.next_state)))
        held = state and tuple(map(said, (state.clear, state.preset)))
        outputs = tuple((pin.name, said(pin.function)) for pin in cell.outputs)
        inputs = tuple(sorted(pin.name for pin in cell.inputs))
        alike.setdefault((inputs, outputs, holds, held), []).append(cell)
    return {cell.name: cells for cells in alike.values() for cell in cells}


def _said(function: CellFunction | None) -> str:
    return function.parenthesised if function else ""


def _places(modules: Mapping[str, Any], top: str, kept: Collection[str]) -> dict[str, Place]:
    """The place of each cell of the flat netlist that may change, by its name there."""

    def below(module: str, path: str, public: str) -> Iterator[tuple[str, Place]]:
        for name, cell in modules[module]["cells"].items():
            if cell["type"] in kept:
                continue
            if cell["type"] in modules:
                yield from below(cell["type"], f"{path}\\{name}.", f"{public}{name}.")
            elif path and name[0] == "$":  # as Yosys's flatten calls them
                yield f"$flatten{path}{name}", (module, name)
            else:
                yield f"{public}{name}", (module, name)

    return dict(below(top, "", ""))


def _longest(mapped: Mapped) -> tuple[float, list[_Stage], Electrical]:
    """The longest path with buffers put in: its length, and its cells."""
    netlist, library = netlist_of(mapped), mapped.library
    conditions = Conditions.of(library)
    whole = buffered(netlist, library, conditions.output_load_ff).netlist
    found = electrical(whole, conditions.input_slew_ps, conditions.output_load_ff)
    end = latest(whole, found, conditions)
    if end is None:
        return 0.0, [], found
    delay, _, net, edge = end
    drivers = {
        one.pins[p.name]: one
        for one in whole.instances
        for p in one.cell.outputs
        if p.name in one.pins
    }
    stages = []
    while (at := found.edges[net, edge]).cause is not None:
        before, before_edge = at.cause
        ps = at.arrival - found.edges[before, before_edge].arrival
        stages.append(_Stage(drivers[net], before, before_edge, net, edge, ps))
        net, edge = at.cause
    return delay, stages[::-1], found


def _moves(
    path: Sequence[_Stage],
    found: Electrical,
    others: Mapping[str, Sequence[Cell]],
    repeater: Repeater | None,
    places: Mapping[str, Place],
    refused: set[_Move],
) -> list[_Move]:
    """What promises most, no two of it at cells one behind the other."""
    promised: list[tuple[float, int, _Move]] = []
    for number, stage in enumerate(path):
        place = places.get(stage.instance.name)
        if place is None:
            continue
        driver = path[number - 1] if number else None
        if repeater and len(stage.instance.cell.outputs) == 1:
            promised.append((_split_gain(stage, repeater, found), number, (place, "")))
        promised += [
            (_gain(stage, driver, cell, found), number, (place, cell.name))
            for cell in others.get(stage.instance.cell.name, ())
            if cell is not stage.instance.cell
        ]
    moves: list[_Move] = []
    taken: set[int] = set()
    for gain, number, move in sorted(promised, key=lambda one: -one[0]):
        if gain > 0 and move not in refused and not taken & {number - 1, number, number + 1}:
            moves.append(move)
            taken.add(number)
    return moves


def _split_gain(stage: _Stage, repeater: Repeater, found: Electrical) -> float:
    """By how much a tree of buffers behind a cell would shorten a path."""
    load = float(found.edge_loads[stage.edge, stage.net])
    left, levels = load, 0
    while left > repeater.load:
        left = math.ceil(left / repeater.load) * repeater.input.capacitance
        levels += 1
    if not levels:
        return 0.0
    cell = stage.instance.cell
    more = _delay(stage, cell, found, 0.0) - _delay(stage, cell, found, left - load)
    return more - levels * repeater.delay_ps


def _gain(stage: _Stage, driver: _Stage | None, cell: Cell, found: Electrical) -> float:
    """By how much another strength would shorten a path: its own delay, and its driver's."""
    pins = [name for name, net in stage.instance.pins.items() if net == stage.before]
    now = _delay(stage, stage.instance.cell, found, 0.0)
    gain = now - _delay(stage, cell, found, 0.0)
    if driver:
        more = sum(
            cell.pins[name].capacitance - stage.instance.cell.pins[name].capacitance
            for name in pins
        )
        gain -= _delay(driver, driver.instance.cell, found, more) - _delay(
            driver, driver.instance.cell, found, 0.0
        )
    return gain


def _delay(stage: _Stage, cell: Cell, found: Electrical, more: float) -> float:
    """A stage's delay with a cell in it and so many fF more to drive; infinite without tables."""
    slew = found.edges[stage.before, stage.before_edge].slew
    load = float(found.edge_loads[stage.edge, stage.net]) + more
    delays = [
        at[0]
        for pin in cell.outputs
        if stage.instance.pins.get(pin.name) == stage.net
        for arc in pin.timing
        if stage.instance.pins.get(arc.related_pin) == stage.before
        and stage.before_edge in causes(arc, stage.edge)
        and (at := arc.at(stage.edge, slew, load))
    ]
    return max(delays, default=float("inf"))
