"""Combinational loops in a mapped netlist, before anyone takes it for a circuit."""

import json
from typing import Any

from lmul.synth.gates.netlist import evaluation_order
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
    reads: list[list[int]] = []
    drives: list[list[int]] = []
    for cell in module["cells"].values():
        functions = library.functions.get(cell["type"])
        if functions is None:
            continue
        reads.append([])
        drives.append([])
        for pin, bits in cell["connections"].items():
            (drives if pin in functions else reads)[-1] += bits
    try:
        list(evaluation_order(reads, drives))
    except ValueError:
        return True
    return False
