"""Verilog in which equal modules are simulated together, one bit operation for up to 64 of them.

An array is the same few hundred gates again and again. Verilator writes C++ for each instance of
each gate: 64 MB of it for 16x16, minutes to compile, and about one million multiply-accumulates a
second. Here Yosys takes a repeated module to gates, and each gate's wire becomes a word with a bit
for each instance, its *lane*. The gates are those of the given Verilog, none is merged or left out
between lanes, and every register is there; only their order in memory differs.
"""

import json
import re
from typing import Any

from lmul.sim.compiled.lane_module import LANES, lane_module
from lmul.tools import yosys

__all__ = ["lane_parallel"]


_READ = "read_verilog design.v\nhierarchy -check -top {top}\n"
_HIERARCHY = _READ + "proc -noopt\nwrite_json out.json\n"
_GATES = """\
setattr -mod -set keep_hierarchy 1 {repeated}
proc
flatten
memory_map
opt_clean
select {repeated}
techmap
opt -nodffe -nosdff
select -clear
opt_clean
delete */t:$scopeinfo
write_json out.json
"""
_VERILOG = "read_json design.json\nopt_clean\nwrite_verilog -noattr -simple-lhs out.v\n"

Json = dict[str, Any]


def lane_parallel(verilog: str, top: str) -> str:
    """Verilog of the same module, its ports and its behaviour in every cycle.

    What is repeated are the outermost modules that repeat nothing themselves: of an array its
    cells, edges and rounders, not its rows of cells.

    Raises
    ------
    ToolNotFound, ToolFailed
        When Yosys is not installed; when it rejects the Verilog.
    """
    modules = _modules(_HIERARCHY.format(top=top), {"design.v": verilog})
    repeated = _repeated(modules, top)
    if not repeated:
        return verilog
    script = (_READ + _GATES).format(top=top, repeated=" ".join(repeated))
    modules = _modules(script, {"design.v": verilog})
    joined = _Joined(modules[top])
    texts = [text for name in repeated for text in joined.join(name, modules[name])]
    content = json.dumps({"modules": {top: joined.finished()}})
    done = yosys.run(_VERILOG, {"design.json": content}, ["out.v"])
    return "\n".join([done.outputs["out.v"], *texts])


def _modules(script: str, files: dict[str, str]) -> Json:
    return json.loads(yosys.run(script, files, ["out.json"]).outputs["out.json"])["modules"]


def _repeated(modules: Json, top: str) -> list[str]:
    counts: dict[str, dict[str, int]] = {name: {} for name in modules}
    for name, module in modules.items():
        for cell in module["cells"].values():
            if cell["type"] in modules:
                counts[name][cell["type"]] = counts[name].get(cell["type"], 0) + 1
    found: list[str] = []

    def walk(name: str, times: int) -> None:
        for inner, count in counts[name].items():
            if times * count == 1 or any(c > 1 for c in counts[inner].values()):
                walk(inner, times * count)
            elif inner not in found:
                found.append(inner)

    walk(top, 1)
    return found


def _natural(name: str) -> list[int | str]:
    """``row_2`` before ``row_10``: neighbours get neighbouring lanes, and words stay whole."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


class _Joined:
    """A module whose instances of repeated modules are replaced, group by group."""

    def __init__(self, module: Json) -> None:
        self.module = module
        nets = module["netnames"].values()
        self._next = 1 + max(bit for net in nets for bit in net["bits"] if isinstance(bit, int))
        self._driven: dict[int, int] = {}  # by a lane: the bit before, the bit now
        self._nets: Json = {}

    def join(self, name: str, leaf: Json) -> list[str]:
        """Replace all instances of one module; the Verilog of what stands in their place."""
        cells = self.module["cells"]
        names = [cell for cell in cells if cells[cell]["type"] == name]
        instances = [cells.pop(cell) for cell in sorted(names, key=_natural)]
        first = instances[0]["connections"]
        shared = {
            port
            for port, facts in leaf["ports"].items()
            if facts["direction"] == "input"
            and all(instance["connections"][port] == first[port] for instance in instances)
        }
        texts: dict[str, str] = {}
        for start in range(0, len(instances), LANES):
            group = instances[start : start + LANES]
            module = f"{name}_x{len(group)}"
            ports = self._ports(f"{name}_{start}", leaf, group, shared)
            cells[f"{name}_lanes_{start}"] = {
                "hide_name": 0,
                "type": module,
                "parameters": {},
                "attributes": {},
                "port_directions": {port: direction for port, (direction, _) in ports.items()},
                "connections": {port: bits for port, (_, bits) in ports.items()},
            }
            if module not in texts:
                texts[module] = lane_module(module, leaf, len(group), shared)
        return list(texts.values())

    def _ports(
        self, prefix: str, leaf: Json, group: list[Json], shared: set[str]
    ) -> dict[str, tuple[str, list[int | str]]]:
        ports: dict[str, tuple[str, list[int | str]]] = {}
        for port, facts in leaf["ports"].items():
            direction = facts["direction"]
            if port in shared:
                ports[port] = direction, group[0]["connections"][port]
                continue
            lanes = [instance["connections"].get(port) for instance in group]
            for place in range(len(facts["bits"])):
                bits: list[int | str] = [bit[place] for bit in lanes if bit]
                if direction == "output":
                    word = range(self._next, self._next + len(group))
                    self._next += len(group)
                    self._nets[f"{prefix}_{port}_{place}"] = _net(word)
                    for lane, new in zip(lanes, word, strict=True):
                        if lane:
                            self._driven[lane[place]] = new
                    bits = list(word)
                ports[f"{port}_{place}"] = direction, bits
        return ports

    def finished(self) -> Json:
        """The module, when all is replaced."""
        module = self.module
        ports = module["ports"]
        for cell in module["cells"].values():
            for port, bits in cell["connections"].items():
                cell["connections"][port] = self._now(bits)
        for port in ports.values():
            port["bits"] = self._now(port["bits"])
        nets = self._nets
        for name, net in module["netnames"].items():
            # Other names of what a lane drives would only cut its word to pieces.
            if name in ports or not any(bit in self._driven for bit in net["bits"]):
                nets[name] = net | {"bits": self._now(net["bits"])}
        return module | {"netnames": nets}

    def _now(self, bits: list[int | str]) -> list[int | str]:
        return [self._driven.get(bit, bit) if isinstance(bit, int) else bit for bit in bits]


def _net(bits: range) -> Json:
    return {"hide_name": 0, "bits": list(bits), "attributes": {}}
