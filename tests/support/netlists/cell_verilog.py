"""Verilog models of standard cells, from their Liberty functions, and netlists of them.

For a simulator from outside, so that toggles can be counted twice. Names of nets are ``n0``,
``n1`` … as :class:`lmul.synth.mapping.cell_netlist.CellNetlist` numbers them.
"""

from collections.abc import Iterable, Iterator, Mapping

from lmul.synth.liberty.cells import FALL, RISE, Cell
from lmul.synth.liberty.function import CellFunction
from lmul.synth.mapping.cell_netlist import ONE, ZERO, CellNetlist
from lmul.synth.timing.pin_delays import NetDelays

__all__ = ["cell_model", "netlist_verilog", "timed_models"]


def timed_models(netlist: CellNetlist, delays: NetDelays) -> Iterator[str]:
    """A module ``cellN`` of each instance, with its own delays, in units of 100 fs.

    Gates have a path from each edge of each input (``specify``); flip-flops, which make no
    glitches, the delay of each of their edges.
    """
    for index, one in enumerate(netlist.instances):
        paths, waits = [], {}
        for pin in one.cell.outputs:
            if pin.name not in one.pins or pin.function is None:
                continue
            both = delays[one.pins[pin.name]]
            if one.cell.state is not None:
                waits[pin.name] = "#({}, {}) ".format(*(round(10 * max(c)[0]) for c in both))
                continue
            for name in pin.function.inputs:
                for edge, word in ((RISE, "posedge"), (FALL, "negedge")):
                    found = [
                        [c.ps for c in causes if (c.net, c.edge) == (one.pins.get(name), edge)]
                        for causes in both
                    ]
                    known = [ps for some in found for ps in some]
                    if known:
                        rise, fall = (round(10 * (some or known)[0]) for some in found)
                        paths.append(f"({word} {name} => ({pin.name} : 1'b1)) = ({rise}, {fall});")
        block = ["specify", *paths, "endspecify"] if paths else []
        yield cell_model(one.cell, name=f"cell{index}", waits=waits, more=block)


def cell_model(
    cell: Cell,
    delay: int = 0,
    name: str = "",
    waits: Mapping[str, str] | None = None,
    more: Iterable[str] = (),
) -> str:
    """A module of the cell's name and pins.

    Parameters
    ----------
    cell : Cell
        A gate, or a flip-flop without an asynchronous reset in use.
    delay : int
        Units of time from inputs to outputs of a gate. Flip-flops have none.
    name : str
        Another name for the module.
    waits : mapping of str to str, optional
        Verilog's delay of outputs.
    more : iterable of str
        Lines that the module ends with.
    """
    ports = [
        f"{'input' if pin.direction == 'input' else 'output'} {pin.name}" for pin in _pins(cell)
    ]
    lines = [f"module {name or cell.name}({', '.join(ports)});"]
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
    waits = waits or {}
    lines += [
        f"  assign {waits.get(pin.name, wait)}{pin.name} = {_sum_of_products(pin.function)};"
        for pin in cell.outputs
        if pin.function
    ]
    return "\n".join([*lines, *more, "endmodule\n"])


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


def netlist_verilog(netlist: CellNetlist, top: str, apart: bool = False) -> str:
    """The netlist as a module whose ports are its nets' buses ``i`` and clock ``clk``.

    ``i`` is all input ports but the clock, in their order, the first one's bit 0 lowest.
    With ``apart`` its cells are those of :func:`timed_models`.
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
        lines.append(f"  {f'cell{index}' if apart else one.cell.name} u{index}({pins});")
    return "\n".join([*lines, "endmodule\n"])
