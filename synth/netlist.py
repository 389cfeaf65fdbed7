"""One module of a netlist as Yosys's ``write_json`` gives it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Cell", "Module", "bits_of", "cell_types", "gate_order", "is_flipflop", "is_gate"]

Module = Mapping[str, Any]
Cell = Mapping[str, Any]

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


def cell_types(module: Module) -> Counter[str]:
    """How many cells of each type the module holds, without Yosys's bookkeeping cells."""
    return Counter(
        cell["type"] for cell in module["cells"].values() if cell["type"] not in _BOOKKEEPING
    )


def gate_order(module: Module) -> list[Cell]:
    """The gates, each after all gates in front of it.

    Raises
    ------
    ValueError
        When the gates form a loop, which has no order.
    """
    gates = [cell for cell in module["cells"].values() if is_gate(cell["type"])]
    readers: dict[int, list[int]] = defaultdict(list)
    driven = {bit for gate in gates for bit in bits_of(gate, "output")}
    waiting = []
    for index, gate in enumerate(gates):
        inputs = [bit for bit in bits_of(gate, "input") if bit in driven]
        waiting.append(len(inputs))
        for bit in inputs:
            readers[bit].append(index)
    # Kahn's order: a gate is taken when all gates in front of it have been.
    ready = [index for index, count in enumerate(waiting) if not count]
    order = []
    while ready:
        index = ready.pop()
        order.append(gates[index])
        for bit in bits_of(gates[index], "output"):
            for reader in readers[bit]:
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
    if len(order) < len(gates):
        raise ValueError(
            f"The netlist has a combinational loop through {len(gates) - len(order)} gates"
        )
    return order


def bits_of(cell: Cell, direction: str) -> Iterable[int]:
    """The nets at a cell's inputs or outputs, without constant bits."""
    # Constant bits are the strings "0", "1", "x", "z"; nets are numbers.
    for port, way in cell["port_directions"].items():
        if way == direction:
            yield from (bit for bit in cell["connections"][port] if isinstance(bit, int))
