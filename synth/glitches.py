"""Glitches: how often nets toggle when every gate takes one unit of time.

Ports and flip-flops change together at time 0. A gate's output at time t is its function of what
its inputs were at t - 1, so that paths of different lengths make it change more than once before
it settles. Pulses are never too short: all are a whole unit or longer. Real gates swallow some of
these, so unit-delay counts are rather high, as zero-delay counts are low.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

import numpy as np

from lmul.synth.bit_words import LANES, ONES, Words, ones_in
from lmul.synth.cell_netlist import ONE, ZERO, CellNetlist
from lmul.synth.gate_simulation import Toggles

__all__ = ["count_unit_delay"]

# What a net does between one cycle and the next: the times when it may change, rising, and its
# value before the first of them, then from each on.
_Timeline = tuple[list[int], list[Words]]

_BLOCK_WORDS = 512
"""Words at a time: a long adder's nets have tens of times each, all in memory together."""


def count_unit_delay(
    netlist: CellNetlist, values: Sequence[Words], first: int = 0, steps: int | None = None
) -> Toggles:
    """Toggles of all nets, glitches included.

    Parameters
    ----------
    netlist : CellNetlist
    values : sequence of uint64 arrays, shape (cycles, words)
        The settled values by net, of :func:`lmul.synth.gate_simulation.simulate`.
    first : int
        The cycle to begin with.
    steps : int or None
        How many steps from cycle to cycle to look at, at most; None for all.
    """
    cycles, words = values[0].shape
    last = cycles - 1 if steps is None else min(cycles - 1, first + max(1, steps))
    rows = max(1, _BLOCK_WORDS // words)
    counts = np.zeros(netlist.nets, np.int64)
    for start in range(first, last, rows):
        stop = min(start + rows, last)
        counts += _block(netlist, [v[start : stop + 1] for v in values])
    return Toggles(counts, (last - first) * words * LANES)


def _block(netlist: CellNetlist, values: Sequence[Words]) -> np.ndarray:
    counts = np.zeros(netlist.nets, np.int64)
    steady = values[ZERO][1:]
    lines: list[_Timeline | None] = [None] * netlist.nets
    lines[ZERO], lines[ONE] = ([], [steady]), ([], [np.full_like(steady, ONES)])
    driven = {
        one.pins[p.name] for one in netlist.gates for p in one.cell.outputs if p.name in one.pins
    }
    readers = Counter(
        one.pins[p.name] for one in netlist.gates for p in one.cell.inputs if p.name in one.pins
    )
    for net, v in enumerate(values):
        if net not in driven and net > ONE:
            lines[net] = ([0], [v[:-1], v[1:]])
            counts[net] = ones_in(v[1:] ^ v[:-1])
    for one in netlist.gates:
        for pin in one.cell.outputs:
            if pin.name not in one.pins:
                continue
            function = pin.function
            assert function is not None
            inputs = {}
            for name in function.inputs:
                line = lines[one.pins.get(name, ZERO)]
                assert line is not None
                inputs[name] = line
            times = sorted({t + 1 for at, _ in inputs.values() for t in at})
            net = one.pins[pin.name]
            history = [values[net][:-1]]
            for t in times:
                now = {name: seen[bisect_right(at, t - 1)] for name, (at, seen) in inputs.items()}
                history.append(function(now, ONES))
                counts[net] += ones_in(history[-1] ^ history[-2])
            lines[net] = (times, history)
        for pin in one.cell.inputs:
            net = one.pins.get(pin.name, ZERO)
            readers[net] -= 1
            if net > ONE and not readers[net]:
                lines[net] = None  # nobody reads it again
    return counts
