"""An exported folder as a power tool meets it: read from its files alone."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lmul.synth.gatesim.simulation import Toggles
from lmul.synth.liberty.library import Library, load
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist
from lmul.synth.timing.arrivals import electrical

_PORT = re.compile(r"^  (input|output) (?:\[(\d+):0\] )?(\w+);$", re.MULTILINE)
_CELL = re.compile(r"^  (\w+) (u\d+) \((.*)\);$", re.MULTILINE)
_PIN = re.compile(r"\.(\w+)\(([^)]*)\)")
_ASSIGN = re.compile(r"^  assign (\S+) = (\S+);$", re.MULTILINE)


@dataclass
class Export:
    """A script and the files that it names.

    ``bits`` has the value of each net in each cycle, and in one more behind the last, shape
    (nets, cycles + 1); ``stated`` the figures in the script, fJ a cycle; ``slew`` and ``period``
    are ps.
    """

    script: str
    library: Library
    netlist: CellNetlist
    bits: np.ndarray
    stated: dict[str, float]
    slew: float
    period: float

    @property
    def words(self):
        """The same values as a simulation gives them, all 64 streams alike."""
        return np.where(self.bits, np.uint64(2**64 - 1), np.uint64(0))[:, :, None]

    @property
    def toggles(self):
        steps = self.bits.shape[1] - 1
        return Toggles(np.count_nonzero(np.diff(self.bits, axis=1), axis=1), steps)

    @property
    def conditions(self):
        return electrical(self.netlist, self.slew)

    def jumps(self):
        """Nets, and cycles behind which they are not what the cells make of the cycle before."""
        wrong = []
        for one in self.netlist.instances:
            values = {pin: self.bits[net] for pin, net in one.pins.items()}
            state = one.cell.state
            for pin in one.cell.outputs:
                if pin.name not in one.pins:
                    continue
                assert pin.function
                if state is None:
                    differs = pin.function(values, 1) != values[pin.name]
                else:
                    assert state.next_state
                    after = state.next_state(values, 1)[:-1]
                    after = after if pin.function.text == state.names[0] else 1 - after
                    differs = after != values[pin.name][1:]
                wrong += [(one.pins[pin.name], int(cycle)) for cycle in np.nonzero(differs)[0]]
        return wrong


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


def read_export(script: Path) -> Export:
    text = script.read_text()
    names = {
        kind: _first(rf"read_{kind} (?:-scope \w+ )?(\S+)", text)
        for kind in ("liberty", "verilog", "vcd")
    }
    files = {kind: script.parent / name for kind, name in names.items()}
    library = load(files["liberty"])
    netlist = _netlist(files["verilog"].read_text(), _first(r"link_design (\w+)", text), library)
    unit = library.time_unit / 1e-12
    period = float(_first(r"-period (\S+)", text)) * unit
    slew = float(_first(r"set_input_transition (\S+)", text)) * unit
    comments = " ".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))
    causes = ("nets", "inside cells", "clock pins", "leakage")
    stated = {name: float(_first(rf"{name} ([\d.]+) fJ", comments)) for name in causes}
    stated["all"] = float(_first(r"([\d.]+) fJ a cycle", comments))
    bits = _bits(files["vcd"].read_text(), netlist, round(period))
    return Export(text, library, netlist, bits, stated, slew, period)


def _netlist(text: str, top: str, library: Library) -> CellNetlist:
    assert f"module {top} (" in text
    numbers: dict[str, int | str] = {"1'b0": "0", "1'b1": "1"}
    for name, other in _ASSIGN.findall(text):
        numbers[name] = numbers.setdefault(other, len(numbers))
    ports = {}
    for way, top_bit, name in _PORT.findall(text):
        bits = [f"{name}[{i}]" for i in range(int(top_bit) + 1)] if top_bit else [name]
        ports[name] = {
            "direction": way,
            "bits": [numbers.setdefault(bit, len(numbers)) for bit in bits],
        }
    cells = {
        name: {
            "type": kind,
            "connections": {
                pin: [numbers.setdefault(net, len(numbers))] for pin, net in _PIN.findall(pins)
            },
        }
        for kind, name, pins in _CELL.findall(text)
    }
    found = {"modules": {top: {"ports": ports, "cells": cells}}}
    return CellNetlist.read(json.dumps(found), top, library)


def _bits(text: str, netlist: CellNetlist, period: int) -> np.ndarray:
    """Sampled as each cycle begins, behind the changes of its beginning."""
    head, body = text.split("$enddefinitions $end\n")
    nets_of: dict[str, set[int]] = {}
    scope: list[str] = []
    pins = {f"{one.name}/{pin}": net for one in netlist.instances for pin, net in one.pins.items()}
    for name, nets in (*netlist.inputs.items(), *netlist.outputs.items()):
        pins |= {f"{name}[{i}]" if len(nets) > 1 else name: net for i, net in enumerate(nets)}
    seen = set()
    for line in head.splitlines():
        word = line.split()
        if word[0] == "$scope":
            scope.append(word[2])
        elif word[0] == "$upscope":
            scope.pop()
        elif word[0] == "$var":
            name = "/".join([*scope[1:], "".join(word[4:-1])])
            nets_of.setdefault(word[3], set()).add(pins[name])
            seen.add(name)
    assert seen == pins.keys()  # a tool finds every pin
    now = np.zeros(netlist.nets, np.uint8)
    now[ONE] = 1
    columns = []
    time = 0
    for line in body.splitlines():
        if line[0] != "#":
            for net in nets_of.get(line[1:], ()):
                now[net] = int(line[0])
            continue
        if columns is not None and int(line[1:]) > time and time % period == 0:
            columns.append(now.copy())
        time = int(line[1:])
    columns.append(now.copy())
    return np.array(columns).T
