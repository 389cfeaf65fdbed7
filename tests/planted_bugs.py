"""Damaged circuits, which the benches must find.

The sound module is renamed and stands inside one of its name and ports that falsifies what passes
through them, so that a bug stays planted however the sound one is built.
"""

import re
from collections.abc import Mapping

from lmul.hdl.mac_design import MacDesign
from lmul.hdl.unit_design import UnitDesign
from lmul.hdl.verilog import emit
from lmul.sim.elaboration import verilog_of

_CONTROLS = ("rst", "en", "i_valid")


def damaged(design: UnitDesign, changes: Mapping[str, str]) -> str:
    """Verilog of a multiplier in which ``changes`` go wrong.

    ``changes`` maps a port to the expression that is connected in its place: an input that the
    sound module gets, or an output that the circuit gives, in which ``sound_p`` and
    ``sound_o_valid`` are the right ones. Without changes, the circuit is sound.
    """
    name, vector = design.module_name, f"[{design.format.width - 1}:0] "
    inputs = {"x": vector, "y": vector}
    outputs = {"p": vector}
    if design.stages:
        inputs |= {"clk": "", **dict.fromkeys(_CONTROLS, "")}
        outputs |= {"o_valid": ""}
    unknown = set(changes) - set(inputs) - set(outputs)
    assert not unknown, unknown
    lines = [f"module {name}({', '.join([*inputs, *outputs])});"]
    lines += [f"  input {width}{port};" for port, width in inputs.items()]
    for port, width in outputs.items():
        lines += [f"  output {width}{port};", f"  wire {width}sound_{port};"]
        lines += [f"  assign {port} = {changes.get(port, f'sound_{port}')};"]
    connections = [f".{port}({changes.get(port, port)})" for port in inputs]
    connections += [f".{port}(sound_{port})" for port in outputs]
    lines += [f"  {name}_sound sound({', '.join(connections)});", "endmodule", ""]
    return re.sub(rf"\b{name}\b", f"{name}_sound", emit(design)) + "\n".join(lines)


def with_other(design: UnitDesign, other: UnitDesign) -> str:
    """The Verilog of ``other`` under the name of ``design``."""
    return emit(other).replace(other.module_name, design.module_name)


def damaged_module(verilog: str, module: str, changes: Mapping[str, str]) -> str:
    """Any Verilog, in which what passes through the ports of one of its modules goes wrong.

    As :func:`damaged` has it; an output's right value is called ``sound_PORT``.
    """
    header = verilog[verilog.index(f"\nmodule {module} (") :].partition(");")[0]
    ports = re.findall(r"^  (input|output)(?: reg)? (\[\d+:0\] )?(\w+)", header, re.M)
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
    """The Verilog of an array in whose accumulators one XOR, of a middle bit, is an OR."""
    right = verilog_of(design)
    start = right.index(f"module {design.module_name}_pe_accumulation (")
    end = right.index("endmodule", start)
    gates = [found.start() for found in re.finditer(r" \^ ", right[start:end])]
    place = start + gates[len(gates) // 2]
    return f"{right[:place]} | {right[place + 3 :]}"
