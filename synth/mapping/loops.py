"""Combinational loops in a mapped netlist, before anyone takes it for a circuit."""

import json
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import Any

from lmul.synth.liberty.library import Library

__all__ = ["has_loop"]


def has_loop(netlist: str, library: Library) -> bool:
    """Whether the cells of a module form a loop without a flip-flop in it.

    ABC sees the logic around cells of two outputs, not through them. Where it writes a function
    anew it may take in a signal that the function does not depend on; if that signal comes from a
    full adder that the function feeds, the netlist is a loop.

    Parameters
    ----------
    netlist : str
        Yosys's ``write_json`` text. Each module is looked at apart.
    library : Library
        Of its cells; what is no cell without state there ends a path.
    """
    return any(_module(module, library) for module in json.loads(netlist)["modules"].values())


def _module(module: dict[str, Any], library: Library) -> bool:
    drivers: dict[int, str] = {}
    readers: dict[str, list[int]] = defaultdict(list)
    for name, cell in module["cells"].items():
        functions = library.functions.get(cell["type"])
        if functions is None:
            continue
        for pin, bits in cell["connections"].items():
            if pin in functions:
                drivers |= dict.fromkeys(bits, name)
            else:
                readers[name] += bits
    graph = {name: {drivers[b] for b in bits if b in drivers} for name, bits in readers.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False
