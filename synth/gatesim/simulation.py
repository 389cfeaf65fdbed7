"""Simulation of a netlist of standard cells, 64 streams a word: values, and how often they toggle.

Without glitches: each net settles at once and toggles at most once a cycle. That is what a
simulator without delays writes into a VCD file. On some of the steps from cycle to cycle the cells
take their time too (:mod:`lmul.synth.gatesim.delays`), and nets change more than once before they
settle, since paths to them differ in length.
"""

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lmul.synth.gatesim.bit_parallel import LANES, Ints, Words, spread
from lmul.synth.gatesim.delays import delay_models, delay_structures
from lmul.synth.gatesim.kernel import Run, kernel
from lmul.synth.gatesim.program import GateProgram
from lmul.synth.mapping.cell_netlist import CellNetlist
from lmul.synth.timing.pin_delays import NetDelays
from lmul.tools.compiled import pointer

__all__ = ["Simulated", "Toggles", "simulate", "with_glitches"]


@dataclass(frozen=True)
class Toggles:
    """How often nets changed.

    Attributes
    ----------
    nets : int64 array, shape (nets,)
        Changes of each net, up and down together, over all streams.
    steps : int
        From one cycle to the next, over all streams: what ``nets`` is to be divided by.
    """

    nets: Ints
    steps: int


@dataclass(frozen=True, eq=False)
class Simulated:
    """What a simulation gave.

    Attributes
    ----------
    values : uint64 array, shape (nets, cycles, words)
        Of all nets in the cycles that were asked for; the clock's are 0.
    outputs : mapping of str to list of uint64 arrays, shape (cycles, words)
        Bits of each port, in all cycles.
    toggles : Toggles
        Without glitches, in all steps behind the first cycle that counts.
    settled, unit_delay, real_delays : Toggles
        Of some of these steps: without glitches, with unit delay, and with real delays (none
        where no delays were given).
    """

    values: Words
    outputs: Mapping[str, list[Words]]
    toggles: Toggles
    settled: Toggles
    unit_delay: Toggles
    real_delays: Toggles


def with_glitches(toggles: Toggles, settled: Toggles, delayed: Toggles) -> Toggles:
    """Changes in all steps, from those without glitches and what delays added in some of them."""
    extra = (delayed.nets - settled.nets) * (toggles.steps / settled.steps)
    return Toggles(toggles.nets + np.rint(extra).astype(np.int64), toggles.steps)


def simulate(
    netlist: CellNetlist,
    inputs: Mapping[str, Sequence[Words]],
    first: int = 0,
    cycles: int | None = None,
    settling: int | None = 0,
    delays: NetDelays | None = None,
) -> Simulated:
    """Simulate a netlist.

    In a cycle inputs hold and nets settle; at its end flip-flops take their next state. All are 0
    before the first cycle.

    Parameters
    ----------
    netlist : CellNetlist
    inputs : mapping of str to sequence of uint64 arrays, shape (cycles, words)
        For each port but the clock, its bits, lowest first.
    first : int
        The cycle to begin counting and sampling with.
    cycles : int or None
        How many to keep all nets' values of; None for all.
    settling : int or None
        How many words of steps from cycle to cycle to simulate with delays too, spread over all of
        them; None for all.
    delays : NetDelays, optional
        The cells' own.

    Raises
    ------
    ValueError
        When a port's bits are missing.
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.gatesim.kernel.kernel`.
    """
    driven: dict[int, Words] = {}
    for name, nets in netlist.inputs.items():
        if nets == (netlist.clock,):
            continue
        if len(inputs.get(name, ())) != len(nets):
            raise ValueError(f"Port {name!r} has {len(nets)} bits, not {len(inputs.get(name, ()))}")
        for net, words in zip(nets, inputs[name], strict=True):
            driven[net] = np.ascontiguousarray(words)
    count, words = next(iter(inputs.values()))[0].shape
    steps = max(0, count - 1 - first)
    sampled = count - first if cycles is None else min(cycles, count - first)
    chosen = spread(steps, words, steps * words if settling is None else settling)
    values = np.zeros((netlist.nets, sampled, words), np.uint64)
    kept = {
        net: np.empty((count, words), np.uint64)
        for nets in netlist.outputs.values()
        for net in nets
    }
    counts = np.zeros((4, netlist.nets), np.int64)
    driven_nets, kept_nets = (np.array(list(each), np.int32) for each in (driven, kept))
    program = GateProgram(netlist)
    models = delay_models(program, delays)
    run = Run(
        cycles=count,
        words=words,
        first=first,
        sampled=sampled,
        driven=len(driven),
        kept=len(kept),
        driven_nets=pointer(driven_nets),
        driven_words=_pointers(list(driven.values())),
        kept_nets=pointer(kept_nets),
        kept_words=_pointers(list(kept.values())),
        sample=pointer(values),
        toggles=pointer(counts[0]),
        chosen=pointer(chosen),
        settled=pointer(counts[1]),
        models=len(models),
        delays=delay_structures(models),
        delayed=pointer(counts[2]),
    )
    unsettled = kernel().simulate(ctypes.byref(program.structure), ctypes.byref(run))
    # With delays nets come to rest where they are without.
    assert not unsettled, f"{unsettled} nets did not settle"
    streams = words * LANES
    return Simulated(
        values,
        {name: [kept[net] for net in nets] for name, nets in netlist.outputs.items()},
        Toggles(counts[0], steps * streams),
        *(Toggles(one, int(chosen.sum()) * LANES) for one in counts[1:]),
    )


def _pointers(arrays: list[Words]) -> Any:
    kind = ctypes.POINTER(ctypes.c_uint64)
    return (kind * len(arrays))(*(pointer(array) for array in arrays))
