"""Verilog models of standard cells, from their Liberty functions, and netlists of them.

For a simulator from outside, so that toggles can be counted twice. Names of nets are ``n0``,
``n1`` … as :class:`lmul.synth.mapping.cell_netlist.CellNetlist` numbers them.
"""

from collections.abc import Iterable

from lmul.synth.liberty.cells import Cell
from lmul.synth.liberty.function import CellFunction
from lmul.synth.mapping.cell_netlist import ONE, ZERO, CellNetlist

__all__ = ["cell_model", "netlist_verilog"]


def cell_model(cell: Cell, delay: int = 0) -> str:
    """A module of the cell's name and pins.

    Parameters
    ----------
    cell : Cell
        A gate, or a flip-flop without an asynchronous reset in use.
    delay : int
        Units of time from inputs to outputs of a gate. Flip-flops have none.
    """
    ports = [
        f"{'input' if pin.direction == 'input' else 'output'} {pin.name}" for pin in _pins(cell)
    ]
    lines = [f"module {cell.name}({', '.join(ports)});"]
    state = cell.state
    if state is not None:
        assert state.clocked_on is not None and state.next_state is not None
        lines += [f"  reg {state.names[0]} = 0;"]
        lines += [f"  wire {name} = ~{state.names[0]};" for name in state.names[1:]]
        clock = state.clocked_on.inputs[0]
        lines.append(
            f"  always @(posedge {clock}) {state.names[0]} <= {_sum_of_products(state.next_state)};"
        )
    wait = f"#{delay} " if delay and state is None else ""
    lines += [
        f"  assign {wait}{pin.name} = {_sum_of_products(pin.function)};"
        for pin in cell.outputs
        if pin.function
    ]
    return "\n".join([*lines, "endmodule\n"])


def _pins(cell: Cell) -> Iterable:
    return (*cell.inputs, *cell.outputs)


def _sum_of_products(function: CellFunction) -> str:
    """The function's ones, spelt out: nothing of how Liberty writes it is taken over."""
    rows = [index for index, value in enumerate(function.truth_table()) if value]
    terms = [
        " & ".join(
            name if row >> place & 1 else f"~{name}" for place, name in enumerate(function.inputs)
        )
        for row in rows
    ]
    return " | ".join(f"({term or 1})" for term in terms) or "1'b0"


def netlist_verilog(netlist: CellNetlist, top: str) -> str:
    """The netlist as a module whose ports are its nets' buses ``i`` and clock ``clk``.

    ``i`` is all input ports but the clock, in their order, the first one's bit 0 lowest.
    """
    inputs = [n for nets in netlist.inputs.values() for n in nets if n != netlist.clock]
    lines = [f"module {top}(input clk, input [{len(inputs) - 1}:0] i);"]
    lines += [f"  wire n{net};" for net in range(netlist.nets)]
    lines += [f"  assign n{ZERO} = 0, n{ONE} = 1;"]
    lines += [f"  assign n{net} = i[{bit}];" for bit, net in enumerate(inputs)]
    if netlist.clock is not None:
        lines.append(f"  assign n{netlist.clock} = clk;")
    for index, one in enumerate(netlist.instances):
        pins = ", ".join(f".{pin}(n{net})" for pin, net in one.pins.items())
        lines.append(f"  {one.cell.name} u{index}({pins});")
    return "\n".join([*lines, "endmodule\n"])
