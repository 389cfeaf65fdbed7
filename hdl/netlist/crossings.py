"""Signals that go from component to component beside their ports.

A component is converted to a module with the ports of its signature. What else it reads of the
components around it would be a wire there that nothing drives: constant 0, without a word.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from amaranth import Signal, Value
from amaranth.hdl import Fragment, Instance
from amaranth.hdl._ast import (
    Assign,
    Concat,
    Operator,
    Part,
    Slice,
    Statement,
    Switch,
    SwitchValue,
)
from amaranth.hdl._mem import MemoryInstance
from amaranth.lib import wiring

__all__ = ["Region", "check_crossings"]


Signals = dict[int, Signal]
"""By identity: signals compare as hardware does."""


@dataclass(frozen=True)
class Region:
    """What becomes one module: a component without the components in it.

    Attributes
    ----------
    name : str
        What the module is called.
    component : wiring.Component
    fragments : sequence of Fragment
        Its own, and those below it that are no component's.
    below : sequence of wiring.Component
        The components in it.
    """

    name: str
    component: wiring.Component
    fragments: Sequence[Fragment]
    below: Sequence[wiring.Component]


def check_crossings(regions: Sequence[Region]) -> None:
    """Refuse a design in which a signal goes from module to module beside their ports.

    Parameters
    ----------
    regions : sequence of Region
        All of the design's, the top one first.

    Raises
    ------
    ValueError
        With both modules and the signal.
    """
    used = [_used(region) for region in regions]
    top = regions[0]
    drivers = dict.fromkeys(_ports(top.component, wiring.In), top.name)
    for region, (driven, _) in zip(regions, used, strict=True):
        drivers |= dict.fromkeys(driven, region.name)
    for region, (driven, read) in zip(regions, used, strict=True):
        known = driven.keys() | _ports(region.component)
        for one in region.below:
            known |= _ports(one)
        for key in (read.keys() & drivers.keys()) - known:
            raise ValueError(
                f"Module {region.name!r} reads signal {read[key].name!r} of module "
                f"{drivers[key]!r}, which is no port between them: as Verilog it would be 0"
            )


def _ports(component: wiring.Component, *flows: wiring.Flow) -> set[int]:
    found: Signals = {}
    for _, member, value in component.signature.flatten(component):
        if not flows or member.flow in flows:
            _collect([Value.cast(value)], found, set())
    return set(found)


def _used(region: Region) -> tuple[Signals, Signals]:
    """The signals that are driven in a region, and those that are read."""
    driven: Signals = {}
    read: Signals = {}
    seen: set[int] = set()
    for fragment in region.fragments:
        for statements in fragment.statements.values():
            for one in _assignments(statements, read, seen):
                driven |= {id(signal): signal for signal in one.lhs._lhs_signals()}
                _collect([one.lhs, one.rhs], read, seen)
        if isinstance(fragment, Instance):
            for value, kind in fragment.ports.values():
                if isinstance(value, Value):
                    _collect([value], driven if kind == "o" else read, set())
        elif isinstance(fragment, MemoryInstance):
            for port in fragment._read_ports:
                _collect([port._data], driven, set())
                _collect([port._addr, port._en], read, seen)
            for port in fragment._write_ports:
                _collect([port._addr, port._data, port._en], read, seen)
    return driven, read


def _assignments(
    statements: Iterable[Statement], read: Signals, seen: set[int]
) -> Iterator[Assign]:
    """The assignments among statements; what these are chosen by is read."""
    for one in statements:
        if isinstance(one, Assign):
            yield one
        elif isinstance(one, Switch):
            _collect([one.test], read, seen)
            for _, inner, _ in one.cases:
                yield from _assignments(inner, read, seen)


def _collect(values: list[Value], found: Signals, seen: set[int]) -> None:
    """Put the signals in expressions beside those found; ``seen`` are the ones looked through."""
    while values:
        value = values.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        match value:
            case Signal():
                found[id(value)] = value
            case Operator():
                values += value.operands
            case Concat():
                values += value.parts
            case Slice():
                values.append(value.value)
            case Part():
                values += (value.value, value.offset)
            case SwitchValue():
                values += (value.test, *(one for _, one in value.cases))
