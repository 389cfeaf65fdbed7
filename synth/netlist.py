"""A flat netlist as Yosys's ``write_json`` gives it, and its longest combinational path."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["cell_types", "is_flipflop", "is_gate", "logic_depth", "module_of"]

Module = Mapping[str, Any]

INVERTER = "$_NOT_"
TWO_INPUT = ("$_AND_", "$_OR_", "$_NAND_", "$_NOR_", "$_XOR_", "$_XNOR_")
_BOOKKEEPING = ("$scopeinfo",)  # says where flattened cells came from; no hardware
_FLIPFLOPS = ("$_DFF", "$_SDFF", "$_ALDFF", "$_FF_")  # $_DFFE_, $_SDFFCE_ … begin so too


def is_gate(cell_type: str) -> bool:
    """Whether it is an inverter or one of the two-input gates."""
    return cell_type == INVERTER or cell_type in TWO_INPUT


def is_flipflop(cell_type: str) -> bool:
    """Whether it is one of Yosys's single-bit flip-flops, of whatever enable and reset."""
    return cell_type.startswith(_FLIPFLOPS)


def module_of(netlist: str, top: str) -> Module:
    """The top module of a ``write_json`` text.

    Raises
    ------
    ValueError
        When the text is no such netlist or the module is not in it.
    """
    try:
        return json.loads(netlist)["modules"][top]
    except (KeyError, TypeError, json.JSONDecodeError):
        raise ValueError(f"Yosys's netlist has no module {top!r}") from None


def cell_types(module: Module) -> Counter[str]:
    """How many cells of each type the module holds, without Yosys's bookkeeping cells."""
    return Counter(
        cell["type"] for cell in module["cells"].values() if cell["type"] not in _BOOKKEEPING
    )


def logic_depth(module: Module) -> int:
    """Gates on the longest path from an input or flip-flop to an output or flip-flop.

    Every gate counts one, inverters included; a wire from input to output has depth 0.

    Raises
    ------
    ValueError
        When the gates form a loop, which has no depth.
    """
    gates = [cell for cell in module["cells"].values() if is_gate(cell["type"])]
    readers: dict[int, list[int]] = defaultdict(list)
    driven = {bit for gate in gates for bit in _bits(gate, "output")}
    waiting = []
    for index, gate in enumerate(gates):
        inputs = [bit for bit in _bits(gate, "input") if bit in driven]
        waiting.append(len(inputs))
        for bit in inputs:
            readers[bit].append(index)
    # Kahn's order: a gate is taken when all gates in front of it have been.
    depth = [1] * len(gates)
    ready = [index for index, count in enumerate(waiting) if not count]
    taken = 0
    while ready:
        index = ready.pop()
        taken += 1
        for bit in _bits(gates[index], "output"):
            for reader in readers[bit]:
                depth[reader] = max(depth[reader], depth[index] + 1)
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
    if taken < len(gates):
        raise ValueError(f"The netlist has a combinational loop through {len(gates) - taken} gates")
    return max(depth, default=0)


def _bits(cell: Mapping[str, Any], direction: str) -> Iterable[int]:
    # Constant bits are the strings "0", "1", "x", "z"; nets are numbers.
    for port, way in cell["port_directions"].items():
        if way == direction:
            yield from (bit for bit in cell["connections"][port] if isinstance(bit, int))
