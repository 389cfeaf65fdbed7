"""Tables of corrections found together with their gates, by simulated annealing."""

import ctypes
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lmul.hdl.arithmetic.gate_list import Gate
from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.products.corrected import CorrectionGates
from lmul.synth.optimise.candidates import Errors
from lmul.tools import compiled
from lmul.tools.cache import find, keep

__all__ = [
    "STEPS",
    "FoundCircuit",
    "cells_of",
    "correction_of",
    "find_circuit",
    "gate_inputs",
    "pruned",
]


STEPS = 100_000_000
"""Changes tried in one search: some half a minute."""

_TOP_BITS = 3
_WORDS = 2  # of the kernel's truth tables
_SLOTS = 60  # gates, most of which nothing reads
_UNIT = 1e-11  # of errors, as integers
_PER_PERCENT = 2000.0  # gates that a percent of error beyond the target weighs
_MOST_BIAS = 0.00095  # a little less than what is allowed
_OPS = ("and", "or", "xor", "nand", "nor", "xnor")
_FILE = "annealing.cpp"
_KIND = "circuits"  # of the cache

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class FoundCircuit:
    """A table and the gates that are it."""

    correction: Correction
    circuit: CorrectionGates


class _Problem(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("inputs", "gates", "cells", "bits", "chained")),
        ("tables", ctypes.POINTER(ctypes.c_uint64)),
        ("costs", ctypes.POINTER(ctypes.c_int32)),
        *((name, ctypes.POINTER(ctypes.c_int64)) for name in ("errors", "biases")),
        *((name, ctypes.c_int64) for name in ("target", "most_bias")),
        ("weight", ctypes.c_double),
        *((name, ctypes.c_int64) for name in ("steps", "seed")),
    ]


def find_circuit(errors: Errors, target: float, seed: int = 0, steps: int = STEPS) -> FoundCircuit:
    """The table of a mean relative error, without bias, that takes the fewest gates found.

    What was found once is kept, and found again at once.

    Parameters
    ----------
    errors : Errors
        Of the shape of table: by three top bits and the carry.
    target : float
        The mean of relative errors' magnitudes that is asked for; what is found may miss it.
    seed, steps : int
        Of the search: which one it is, and how long it goes on.

    Raises
    ------
    ToolNotFound, ToolFailed
        When g++ is missing, or can't compile the search.
    """
    assert errors.top_bits == _TOP_BITS and errors.by_carry
    tables = [_table(errors, name, beyond) for name, beyond in (("mred", 0.5), ("bias", 0.0))]
    facts = [
        (resources.files("lmul.synth.optimise") / _FILE).read_text(),
        [hashlib.sha256(array.tobytes()).hexdigest() for array in tables],
        [errors.places, errors.summed, errors.by_carry, target, seed, steps, _SLOTS, _PER_PERCENT],
    ]
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    text = find(_KIND, key)
    if text is None:
        text = json.dumps(_anneal(errors, tables, target, seed, steps))
        keep(_KIND, key, text)
    gates, bits = json.loads(text)
    circuit = CorrectionGates(tuple((op, a, b) for op, a, b in gates), tuple(bits))
    return FoundCircuit(correction_of(circuit, errors), circuit)


def correction_of(circuit: CorrectionGates, errors: Errors) -> Correction:
    """The tables that a circuit is."""
    side = range(1 << errors.top_bits)
    tables = tuple(
        tuple(tuple(circuit.value(gate_inputs(x, y, carry, errors)) for y in side) for x in side)
        for carry in range(1 + errors.by_carry)
    )
    return Correction(tables, errors.places, errors.summed)


def cells_of(errors: Errors) -> Iterator[tuple[int, int, int]]:
    """Both values of the top bits and the carry of each cell in :class:`Errors`' order."""
    for carry in range(1 + errors.by_carry):
        for high in range(1 << errors.top_bits):
            for low in range(high + 1):
                yield low, high, carry


def gate_inputs(x: int, y: int, carry: int, errors: Errors) -> list[int]:
    """What the gates are given of two values of the top bits; see CorrectionGates."""
    found = []
    places = range(errors.top_bits - 1, -1, -1)
    for place in places:
        a, b = x >> place & 1, y >> place & 1
        found += [a, b, a ^ b, a & b]
    if errors.by_carry:
        for place in places:
            below = (1 << place) - 1
            found += [x + y + carry >> place & 1, (x & below) + (y & below) + carry >> place & 1]
        found.append(x + y + carry >> errors.top_bits)
    return found


def pruned(gates: list[Gate], outputs: list[int], inputs: int) -> tuple[list[Gate], list[int]]:
    """A circuit without the gates that nothing reads, and without highest bits that are 0."""
    if outputs and outputs[-1] == -1:
        return pruned(gates, outputs[:-1], inputs)
    read = {signal for signal in outputs if signal >= 0}
    for place, (_, a, b) in reversed(list(enumerate(gates, inputs))):
        if place in read:
            read |= {a, b}
    names = {signal: signal for signal in range(inputs)}
    kept: list[Gate] = []
    for place, (op, a, b) in enumerate(gates, inputs):
        if place in read:
            names[place] = inputs + len(kept)
            kept.append((op, names[a], names[b]))
    return kept, [signal if signal < 0 else names[signal] for signal in outputs]


def _table(errors: Errors, name: str, beyond: float) -> NDArray[np.int64]:
    """Errors as integers, (cells, values); ``beyond`` where a value is none or too large."""
    values = 1 << (len(errors.values) - 1).bit_length()
    sums = errors.sums[name]
    table = np.full((len(sums), values), beyond)
    table[:, : sums.shape[1]] = np.where(np.isfinite(errors.sums["mred"]), sums, beyond)
    return np.ascontiguousarray(np.rint(table / _UNIT).astype(np.int64))


def _symmetric(errors: Errors) -> tuple[list[Gate], list[tuple[int, int]]]:
    """Gates of signals that are the same with x and y exchanged; each one's number and cost.

    Besides the adder's own, of two places, whether x has a one in the one and y in the other.
    """
    own = len(gate_inputs(0, 0, 0, errors))
    operands = 4 * errors.top_bits
    places = [(4 * n + 2, 4 * n + 3) for n in range(errors.top_bits)]
    signals = [(n, 0) for both in places for n in both]
    signals += [(n, 0) for n in range(operands, own)]
    gates: list[Gate] = []
    for i, j in combinations(range(errors.top_bits), 2):
        x, y = (4 * i, 4 * j), (4 * i + 1, 4 * j + 1)  # both bits of x, both of y
        crossed = (x[0], y[1]), (y[0], x[1])
        for inner, outer, pairs in (
            ("and", "or", crossed),
            ("or", "and", crossed),
            ("and", "or", (x, y)),
            ("xor", "and", (x, y)),
        ):
            first = own + len(gates)
            gates += [(inner, *pairs[0]), (inner, *pairs[1]), (outer, first, first + 1)]
            signals.append((first + 2, 3))
    return gates, signals


@cache
def _kernel() -> ctypes.CDLL:
    folder = resources.files("lmul.synth.optimise")
    library = compiled.shared_library(_KIND, folder, (_FILE,), "The search for circuits")
    library.anneal.argtypes = [
        ctypes.POINTER(_Problem),
        ctypes.POINTER(ctypes.c_int32),
        ctypes.POINTER(ctypes.c_int32),
    ]
    library.anneal.restype = None
    return library


def _anneal(
    errors: Errors, tables: list[NDArray[np.int64]], target: float, seed: int, steps: int
) -> tuple[list[Gate], list[int]]:
    before, signals = _symmetric(errors)
    every = CorrectionGates(tuple(before), ())
    given = [every.signals(gate_inputs(*cell, errors)) for cell in cells_of(errors)]
    words = _words(np.array([[row[n] for row in given] for n, _ in signals], np.uint64))
    costs = np.array([cost for _, cost in signals], np.int32)
    cells, values = tables[0].shape
    bits = values.bit_length() - 1
    problem = _Problem(
        len(signals),
        _SLOTS,
        cells,
        bits,
        max(0, errors.places - bits),
        compiled.pointer(words),
        compiled.pointer(costs),
        compiled.pointer(tables[0]),
        compiled.pointer(tables[1]),
        round(target / _UNIT),
        round(_MOST_BIAS / _UNIT),
        100 * _PER_PERCENT * _UNIT,
        steps,
        seed,
    )
    genes, outputs = np.zeros((_SLOTS, 3), np.int32), np.zeros(bits, np.int32)
    _kernel().anneal(ctypes.byref(problem), compiled.pointer(genes), compiled.pointer(outputs))
    own = len(gate_inputs(0, 0, 0, errors))
    first = own + len(before)
    names = [n for n, _ in signals] + [first + n for n in range(_SLOTS)]
    gates = [*before, *((_OPS[op], names[a], names[b]) for op, a, b in genes.tolist())]
    return pruned(gates, [n if n < 0 else names[n] for n in outputs.tolist()], own)


def _words(rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of each signal, 64 in a word."""
    padded = np.zeros((len(rows), _WORDS * 64), np.uint64)
    padded[:, : rows.shape[1]] = rows
    places = np.arange(64, dtype=np.uint64)
    words = (padded.reshape(len(rows), _WORDS, 64) << places).sum(axis=2, dtype=np.uint64)
    return np.ascontiguousarray(words)
