"""Damaged circuits, which the benches must find.

The sound module is renamed and stands inside one of its name and ports that falsifies what passes
through them, so that a bug stays planted however the sound one is built.
"""

import re
from collections.abc import Mapping

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.emit import emit

_PORT = re.compile(r"(input|output) (?:wire|reg) ((?:\[\d+:0\] )?)(\w+)")


def damaged(design: Design, changes: Mapping[str, str], items: str = "") -> str:
    """Verilog of a design in which ``changes`` go wrong.

    ``changes`` maps a port to the expression that is connected in its place: an input that the
    sound module gets, or an output that the circuit gives, in which ``sound_p`` is the right ``p``.
    ``items`` are declarations that they need. Without changes, the circuit is sound.
    """
    name, text = design.module_name, emit(design)
    header = re.search(rf"^module {name} \((.*?)\);", text, re.M | re.S)
    assert header
    ports = _PORT.findall(header[1])
    assert set(changes) <= {port for _, _, port in ports}
    lines = [f"module {name}({', '.join(port for _, _, port in ports)});"]
    connections = []
    for way, width, port in ports:
        lines.append(f"  {way} {width}{port};")
        inside = changes.get(port, port)
        if way == "output":
            inside = f"sound_{port}"
            lines.append(f"  wire {width}{inside};")
            lines.append(f"  assign {port} = {changes.get(port, inside)};")
        connections.append(f".{port}({inside})")
    lines += [items, f"  {name}_sound sound({', '.join(connections)});", "endmodule", ""]
    return re.sub(rf"\b{name}\b", f"{name}_sound", text) + "\n".join(lines)


def with_other(design: UnitDesign, other: UnitDesign) -> str:
    """The Verilog of ``other`` under the name of ``design``."""
    return emit(other).replace(other.module_name, design.module_name)


def damaged_module(verilog: str, module: str, changes: Mapping[str, str]) -> str:
    """Any Verilog, in which what passes through the ports of one of its modules goes wrong.

    As :func:`damaged` has it; an output's right value is called ``sound_PORT``.
    """
    header = verilog[verilog.index(f"\nmodule {module} (") :].partition(");")[0]
    ports = re.findall(r"^  (input|output) (?:wire|reg) (\[\d+:0\] )?(\w+)", header, re.M)
    unknown = set(changes) - {name for _, _, name in ports}
    assert not unknown, unknown
    lines = [f"module {module} ({', '.join(name for _, _, name in ports)});"]
    connections = []
    for direction, width, name in ports:
        lines.append(f"  {direction} {width}{name};")
        if direction == "input":
            connections.append(f".{name}({changes.get(name, name)})")
        else:
            lines.append(f"  wire {width}sound_{name};")
            lines.append(f"  assign {name} = {changes.get(name, f'sound_{name}')};")
            connections.append(f".{name}(sound_{name})")
    lines += [f"  {module}_sound sound ({', '.join(connections)});", "endmodule", ""]
    sound = verilog.replace(f"\nmodule {module} (", f"\nmodule {module}_sound (")
    assert sound != verilog
    return sound + "\n".join(lines)


def with_wrong_gate(design: MacDesign) -> str:
    """The Verilog of an array in whose accumulators a middle bit's last XOR is an OR."""
    right = verilog_of(design)
    start = right.index(f"module {design.module_name}_pe_accumulation (")
    end = right.index("endmodule", start)
    bits = list(re.finditer(r"assign total\[\d+\] = \w+( \^ )", right[start:end]))
    place = start + bits[len(bits) // 2].start(1)
    return f"{right[:place]} | {right[place + 3 :]}"
