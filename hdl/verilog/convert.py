"""Verilog text of components, the same bytes for the same input."""

import threading

from amaranth.lib import wiring

from lmul.hdl.netlist.component_modules import component_modules
from lmul.hdl.netlist.rtlil import Module
from lmul.hdl.netlist.tidy import drop_unread, tidy
from lmul.hdl.verilog.writer.module import module_text
from lmul.tools.garbage import uncollected

__all__ = ["convert"]


_lock = threading.RLock()  # a component may convert its parts while it is converted


def convert(component: wiring.Component, name: str) -> str:
    """Verilog of a component, one module for each distinct component in it.

    Parameters
    ----------
    component : wiring.Component
        Not yet elaborated anywhere else.
    name : str
        Of the top module; those below it are called ``name_…``.

    Raises
    ------
    ValueError
        When a signal goes from component to component beside their ports.
    """
    with _lock, uncollected():
        modules = {module.name: module for module in component_modules(component, name)}
        for module in modules.values():  # each before those below it
            # As Yosys sorts them. Another order would be as good, but gate counts hang on it by a
            # few gates, and this is the one that published figures come from.
            module.items.sort(key=lambda item: item.name)
            tidy(module)
            _prune_outputs(module, modules)
        while any([_prune_inputs(module, modules) for module in reversed(modules.values())]):
            for module in modules.values():
                drop_unread(module)
                _prune_outputs(module, modules)
        return "\n".join(_texts(name, modules).values())


def _instances(module: Module, modules: dict[str, Module]):
    for cell in module.cells:
        if cell.is_instance and cell.kind[1:] in modules:
            yield cell, modules[cell.kind[1:]]


def _prune_outputs(module: Module, modules: dict[str, Module]) -> None:
    """Remove the outputs of a module's parts that nothing in the module reads."""
    for cell, inside in _instances(module, modules):
        for port in list(cell.drives):
            if not any(bit.wire in module.wires for bit in cell.ports[port]):
                cell.drives.remove(port)
                del cell.ports[port]
                inside.wires[f"\\{port}"].direction = ""


def _prune_inputs(module: Module, modules: dict[str, Module]) -> bool:
    """Remove the inputs that a module's parts do not read; True when there was one."""
    found = False
    for cell, inside in _instances(module, modules):
        read = {bit.wire for item in inside.items for bit in item.reads}
        read |= {bit.wire for _, right in inside.connections for bit in right}
        for wire in inside.ports:
            port = wire.name[1:]
            if wire.direction == "input" and wire.name not in read:
                del inside.wires[wire.name], cell.ports[port]
                found = True
    return found


def _texts(top: str, modules: dict[str, Module]) -> dict[str, str]:
    """The text of each module that is distinct, those above first."""
    found: dict[str, str] = {}
    named: dict[str, str] = {}  # by text, without its own name
    for name, module in reversed(modules.items()):
        for cell, _ in _instances(module, modules):
            text = found[cell.kind[1:]]
            cell.kind = "\\" + named[_anonymous(text, cell.kind[1:])]
        found[name] = module_text(module)
        named.setdefault(_anonymous(found[name], name), name)
    kept = {top, *named.values()}
    return {name: text for name, text in reversed(found.items()) if name in kept}


def _anonymous(text: str, name: str) -> str:
    return text.replace(f"module {name} (", "module (", 1)
