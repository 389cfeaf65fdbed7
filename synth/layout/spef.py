"""Wires as a file for timing tools from outside (SPEF)."""

from collections import defaultdict
from collections.abc import Iterator

from lmul.synth.layout.wires import Wires
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.mapping.verilog import net_names, port_bits

__all__ = ["spef"]


def spef(netlist: CellNetlist, top: str, wires: Wires) -> Iterator[str]:
    """The lines of a file for the module that :func:`structural_verilog` writes.

    Each wire has half of its capacitance at either end, and all of its net's inputs at the far one.
    """
    yield from ('*SPEF "IEEE 1481-1998"', f'*DESIGN "{top}"', '*DATE ""', '*VENDOR "lmul"')
    yield from ('*PROGRAM "lmul"', '*VERSION ""', '*DESIGN_FLOW ""', "*DIVIDER /", "*DELIMITER :")
    yield from ("*BUS_DELIMITER []", "*T_UNIT 1 PS", "*C_UNIT 1 FF", "*R_UNIT 1 OHM")
    yield "*L_UNIT 1 HENRY"
    drivers: dict[int, str] = {}
    ends: dict[int, list[str]] = defaultdict(list)
    for way, ports in (("I", netlist.inputs), ("O", netlist.outputs)):
        for name, net in port_bits(ports):
            if way == "I":
                drivers[net] = f"*P {name} I"
            else:
                ends[net].append(f"*P {name} O")
    for index, one in enumerate(netlist.instances):
        for pin in one.cell.inputs:
            if pin.name in one.pins:
                ends[one.pins[pin.name]].append(f"*I u{index}:{pin.name} I")
        for pin in one.cell.outputs:
            if pin.name in one.pins:
                drivers[one.pins[pin.name]] = f"*I u{index}:{pin.name} O"
    for net, name in net_names(netlist).items():
        capacitance = float(wires.capacitances[net])
        if not capacitance or net not in drivers:
            continue
        start, far = drivers[net].split()[1], f"{name}:1"
        yield f"*D_NET {name} {capacitance:.9g}"
        yield "*CONN"
        yield from (drivers[net], *ends[net])
        yield from ("*CAP", f"1 {start} {capacitance / 2:.9g}", f"2 {far} {capacitance / 2:.9g}")
        yield from ("*RES", f"1 {start} {far} {wires.resistances[net]:.9g}")
        for number, end in enumerate(ends[net], 2):
            yield f"{number} {far} {end.split()[1]} 0"
        yield "*END"
