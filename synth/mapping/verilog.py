"""A netlist of cells as Verilog with the circuit's own ports, for tools from outside."""

from collections.abc import Iterator, Mapping

from lmul.synth.mapping.cell_netlist import ONE, ZERO, CellNetlist

__all__ = ["port_bits", "structural_verilog"]


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
    names = {ZERO: "1'b0", ONE: "1'b1"} | {net: name for name, net in port_bits(inputs)}
    for name, net in port_bits(outputs):
        if net in names:
            yield f"  assign {name} = {names[net]};"
        else:
            names[net] = name
    for net in range(netlist.nets):
        if net not in names:
            names[net] = f"n{net}"
            yield f"  wire n{net};"
    for index, one in enumerate(netlist.instances):
        pins = ", ".join(f".{pin}({names[net]})" for pin, net in one.pins.items())
        yield f"  {one.cell.name} u{index} ({pins});"
    yield "endmodule"
