"""A netlist of cells as Verilog with the circuit's own ports, for tools from outside."""

from collections.abc import Iterator, Mapping

from lmul.synth.mapping.cell_netlist import ONE, ZERO, CellNetlist

__all__ = ["net_names", "port_bits", "structural_verilog"]


def port_bits(ports: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    """The bits of ports, by name as timing tools write them, each with its net."""
    for name, nets in ports.items():
        for bit, net in enumerate(nets):
            yield (f"{name}[{bit}]" if len(nets) > 1 else name), net


def structural_verilog(netlist: CellNetlist, top: str) -> Iterator[str]:
    """The lines of a module of cells alone, which any tool with the library reads."""
    inputs, outputs = dict(netlist.inputs), dict(netlist.outputs)
    yield f"module {top} ({', '.join([*inputs, *outputs])});"
    for way, ports in (("input", inputs), ("output", outputs)):
        for name, nets in ports.items():
            yield f"  {way} {f'[{len(nets) - 1}:0] ' if len(nets) > 1 else ''}{name};"
    names = net_names(netlist)
    for name, net in port_bits(outputs):
        if names[net] != name:
            yield f"  assign {name} = {names[net]};"
    ports = {net for _, net in port_bits(inputs | outputs)} | {ZERO, ONE}
    yield from (f"  wire {name};" for net, name in names.items() if net not in ports)
    for index, one in enumerate(netlist.instances):
        pins = ", ".join(f".{pin}({names[net]})" for pin, net in one.pins.items())
        yield f"  {one.cell.name} u{index} ({pins});"
    yield "endmodule"


def net_names(netlist: CellNetlist) -> dict[int, str]:
    """What each net is called: a port's name, where it has one."""
    names = {ZERO: "1'b0", ONE: "1'b1"} | {net: name for name, net in port_bits(netlist.inputs)}
    for name, net in port_bits(netlist.outputs):
        names.setdefault(net, name)
    for net in range(netlist.nets):
        names.setdefault(net, f"n{net}")
    return names
