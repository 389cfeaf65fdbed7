"""A component and those below it, each converted to RTLIL on its own.

Converted as a whole, a component's ports would be those bits that happen to cross its boundary,
with names and an order that nobody chose. Converted apart, every module has the ports of its
component's signature, and its parent has an instance of it.
"""

from typing import Any, cast

from amaranth import ClockSignal, Elaboratable, ResetSignal
from amaranth.back import rtlil
from amaranth.hdl import Fragment, Instance
from amaranth.lib import wiring
from amaranth.lib.fifo import FIFOInterface
from amaranth.lib.wiring import In, Out

from lmul.hdl.netlist.crossings import Region, check_crossings
from lmul.hdl.netlist.reader import read_rtlil
from lmul.hdl.netlist.rtlil import Module

__all__ = ["component_modules"]


def component_modules(component: wiring.Component, name: str) -> list[Module]:
    """The module of a component, called ``name``, and those below it, ``name_SUBMODULE``.

    Parameters
    ----------
    component : wiring.Component
        Not yet elaborated anywhere else.
    name : str

    Raises
    ------
    ValueError
        When a signal goes from component to component beside their ports.
    """
    fragment = Fragment.get(component, None)
    check_crossings(_regions(component, fragment, name))
    return _modules(component, fragment, name)


def _regions(component: wiring.Component, fragment: Fragment, name: str) -> list[Region]:
    """What becomes a module each, the top one first."""
    own, below = [fragment], list[wiring.Component]()
    inside: list[Region] = []
    for sub, called in _below(fragment):
        inner = _component_of(sub)
        if inner is None:
            own += _whole(sub)
        else:
            below.append(inner)
            inside += _regions(inner, sub, f"{name}_{called}")
    return [Region(name, component, own, below), *inside]


def _below(fragment: Fragment) -> list[tuple[Fragment, str | int]]:
    found = enumerate(fragment.subfragments)
    return [(sub, called or place) for place, (sub, called, _) in found]


def _whole(fragment: Fragment) -> list[Fragment]:
    """A fragment and all below it."""
    return [fragment, *(one for sub, _ in _below(fragment) for one in _whole(sub))]


class _Elaborated(Elaboratable):
    """A component whose circuit is there already."""

    def __init__(self, component: wiring.Component, fragment: Fragment) -> None:
        self._component = component
        self._fragment = fragment
        self.signature = component.signature

    def __getattr__(self, name: str) -> object:
        return getattr(self._component, name)  # its ports

    def elaborate(self, platform: object) -> Fragment:
        return self._fragment


def _modules(component: wiring.Component, fragment: Fragment, name: str) -> list[Module]:
    below: list[Module] = []
    for place, (sub, called, where) in enumerate(fragment.subfragments):
        inner = _component_of(sub)
        # What a transformer has changed may read signals from outside of its signature.
        if inner is None:
            continue
        module = f"{name}_{called or place}"
        found = _modules(inner, sub, module)
        below += found
        instance = Instance(module, **_connections(inner, found[0]))
        fragment.subfragments[place] = (cast(Fragment, instance), called, where)
    whole = rtlil.convert(_Elaborated(component, fragment), name=name, emit_src=False)
    modules = read_rtlil(whole)
    for inside in modules:  # below it, what is no component: "top.sub"
        inside.name = inside.name.replace(".", "_")
        for cell in inside.cells:
            cell.kind = cell.kind.replace(".", "_")
    return [*modules, *below]


def _component_of(fragment: Fragment) -> wiring.Component | None:
    """The component that a fragment is the circuit of, if it is one's and has ports."""
    origins: tuple[object, ...] = () if isinstance(fragment, Instance) else fragment.origins or ()
    first = origins[0] if origins else None
    if isinstance(first, FIFOInterface):
        # A queue of Amaranth's has ports, but no signature.
        members: dict[str, wiring.Member] = {
            "w_data": In(first.width),
            "w_en": In(1),
            "w_rdy": Out(1),
            "r_data": Out(first.width),
            "r_en": In(1),
            "r_rdy": Out(1),
        }
        first.signature = wiring.Signature(members)  # pyright: ignore[reportAttributeAccessIssue]
        return cast(wiring.Component, first)
    if not isinstance(first, wiring.Component):
        return None
    found: Any = first
    return found if found.signature.members else None


def _connections(component: wiring.Component, module: Module) -> dict[str, object]:
    has = {port.name.lstrip("\\") for port in module.ports}
    ports: dict[str, object] = {}
    for path, member, value in component.signature.flatten(component):
        port = "__".join(str(part) for part in path)
        ports[f"{'i' if member.flow == wiring.In else 'o'}_{port}"] = value
        has.discard(port)
    for port in sorted(has):  # of its clock domain
        ports[f"i_{port}"] = {"clk": ClockSignal, "rst": ResetSignal}[port]()
    return ports
