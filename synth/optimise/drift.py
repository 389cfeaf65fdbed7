"""Circuits of corrections changed a little at a time, each counted by Yosys: fewer gates are kept.

Synthesis takes gates apart and finds others, so that of two circuits with as many gates one may
end with a sixth more. Which one, only synthesis tells: it counts all that are tried here.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.arithmetic.gate_list import Gate
from lmul.hdl.products.corrected import CorrectionGates
from lmul.synth.gates.netlist import cells_of_stat, is_gate
from lmul.synth.optimise.candidates import MOST_BIAS, Errors
from lmul.synth.optimise.circuits import (
    FoundCircuit,
    cells_of,
    correction_of,
    gate_inputs,
    pruned,
)
from lmul.synth.optimise.sums import corrected_sum
from lmul.tools import yosys

__all__ = ["BATCH", "drift"]


BATCH = 16
"""Circuits that one run of Yosys counts: some three seconds."""

_PARENTS = 24  # circuits of the fewest gates, and of one more, that are changed further
_LONGEST = (1, 1, 2, 3, 5, 8)  # changes from a circuit to the next that is counted
_OPS = ("and", "or", "xor", "nand", "nor", "xnor")
_COUNT = """\
design -reset
read_verilog {top}.v
synth -flatten -top {top}
abc -g AND,OR,XOR,NAND,NOR,XNOR
opt_clean
tee -o {top}.json stat -json
"""


@dataclass(frozen=True)
class _Counted:
    gates: int
    circuit: CorrectionGates


def drift(
    errors: Errors,
    start: Sequence[FoundCircuit],
    target: float,
    rounds: int,
    told: Callable[[int, str], None] = lambda done, what: None,
    seed: int = 1,
) -> list[FoundCircuit]:
    """Circuits of the fewest gates found, the best first.

    What was counted once is kept: a search that was stopped goes on where it was.

    Parameters
    ----------
    errors : Errors
    start : sequence of FoundCircuit
        What is changed.
    target : float
        The mean of relative errors' magnitudes that none may exceed.
    rounds : int
        How many times :data:`BATCH` circuits are counted.
    told : callable
        Called before each round with the number of those before and the best.
    seed : int
        Which search it is.
    """
    walk = _Walk(errors, target, random.Random(seed))
    begun = [found.circuit for found in start]
    parents = _counted(errors, begun)
    seen = set(begun)
    for done in range(rounds):
        told(done, f"{parents[0].gates} gates for the mantissas' sum")
        tried: list[CorrectionGates] = []
        while len(tried) < BATCH:
            circuit = walk.from_(walk.random.choice(parents).circuit)
            if circuit not in seen:
                seen.add(circuit)
                tried.append(circuit)
        parents += _counted(errors, tried)
        walk.random.shuffle(parents)
        parents.sort(key=lambda one: one.gates)
        parents = [one for one in parents if one.gates <= parents[0].gates + 1][:_PARENTS]
    return [FoundCircuit(correction_of(one.circuit, errors), one.circuit) for one in parents]


class _Walk:
    """Random changes that leave the errors within the target."""

    def __init__(self, errors: Errors, target: float, chosen: random.Random) -> None:
        self.random = chosen
        self._target = target
        cells = list(cells_of(errors))
        own = [gate_inputs(x, y, carry, errors) for x, y, carry in cells]
        images = [gate_inputs(y, x, carry, errors) for x, y, carry in cells]
        self._cells = np.arange(len(cells))
        # Each input's truth table, the cells' mirror images behind the cells.
        self._inputs = _tables([*own, *images])
        self._sums = errors.sums

    def from_(self, circuit: CorrectionGates) -> CorrectionGates:
        """Another circuit, some changes away, at most two gates larger."""
        most = len(circuit.gates) + 2
        for _ in range(self.random.choice(_LONGEST)):
            changed = self._changed(circuit)
            while not changed.gates or len(changed.gates) > most or not self._is_good(changed):
                changed = self._changed(circuit)
            circuit = changed
        return circuit

    def _is_good(self, circuit: CorrectionGates) -> bool:
        every = (1 << 2 * len(self._cells)) - 1
        signals = list(self._inputs)
        for op, first, second in circuit.gates:
            a, b = signals[first], signals[second]
            one = a & b if "and" in op else a | b if op in ("or", "nor") else a ^ b
            signals.append(one ^ every if op in ("nand", "nor", "xnor") else one)
        values = np.zeros(2 * len(self._cells), np.int64)
        known = {-1: 0, -2: every}
        for place, n in enumerate(circuit.bits):
            values += _bits(known[n] if n < 0 else signals[n], len(values)) << place
        own, images = values[: len(self._cells)], values[len(self._cells) :]
        if own.max() >= self._sums["mred"].shape[1] or not np.array_equal(own, images):
            return False
        mred, bias = (float(self._sums[name][self._cells, own].sum()) for name in ("mred", "bias"))
        return mred <= self._target and abs(bias) <= MOST_BIAS

    def _changed(self, circuit: CorrectionGates) -> CorrectionGates:
        inputs, draw = len(self._inputs), self.random
        gates, bits = list(circuit.gates), list(circuit.bits)
        match draw.choices(("rewire", "insert", "replace", "output"), (70, 12, 14, 4))[0]:
            case "rewire":
                for _ in range(draw.choice((1, 1, 2, 2, 3))):
                    place = draw.randrange(len(gates))
                    gates[place] = self._rewired(gates[place], inputs + place)
            case "insert":
                gates, bits = self._inserted(gates, bits)
            case "replace":
                old = inputs + draw.randrange(len(gates))
                new = draw.randrange(old)
                gates = [(op, new if a == old else a, new if b == old else b) for op, a, b in gates]
                bits = [new if bit == old else bit for bit in bits]
            case _:
                bits[draw.randrange(len(bits))] = draw.randrange(inputs + len(gates))
        gates, bits = pruned(gates, bits, inputs)
        return CorrectionGates(tuple(gates), tuple(bits))

    def _rewired(self, gate: Gate, before: int) -> Gate:
        op, a, b = gate
        match self.random.choice(("op", "first", "second")):
            case "op":
                return self.random.choice(_OPS), a, b
            case "first":
                return op, self.random.randrange(before), b
            case _:
                return op, a, self.random.randrange(before)

    def _inserted(self, gates: list[Gate], bits: list[int]) -> tuple[list[Gate], list[int]]:
        """With a gate more, which one of those behind it reads."""
        inputs, draw = len(self._inputs), self.random
        place = draw.randrange(len(gates))
        new = inputs + place
        behind = [(op, a + (a >= new), b + (b >= new)) for op, a, b in gates[place:]]
        reader = draw.randrange(len(behind))
        op, a, b = behind[reader]
        behind[reader] = (op, new, b) if draw.random() < 0.5 else (op, a, new)
        gate = draw.choice(_OPS), draw.randrange(new), draw.randrange(new)
        return [*gates[:place], gate, *behind], [bit + (bit >= new) for bit in bits]


def _tables(rows: list[list[int]]) -> list[int]:
    """Truth tables of signals, given all of them for each case: a bit for each case."""
    return [
        sum(bit << place for place, bit in enumerate(column)) for column in zip(*rows, strict=True)
    ]


def _bits(table: int, cases: int) -> NDArray[np.int64]:
    packed = np.frombuffer(table.to_bytes((cases + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little")[:cases].astype(np.int64)


def _counted(errors: Errors, circuits: Sequence[CorrectionGates]) -> list[_Counted]:
    """Circuits with the gates of a mantissa adder that each corrects."""
    names = [f"sum{place}" for place in range(len(circuits))]
    files = {
        f"{name}.v": corrected_sum(name, errors, circuit)
        for name, circuit in zip(names, circuits, strict=True)
    }
    script = "".join(_COUNT.format(top=name) for name in names)
    outputs = yosys.run(script, files, outputs=tuple(f"{name}.json" for name in names)).outputs
    found = []
    for name, circuit in zip(names, circuits, strict=True):
        cells = cells_of_stat(outputs[f"{name}.json"], name)
        found.append(_Counted(sum(n for kind, n in cells.items() if is_gate(kind)), circuit))
    return found
