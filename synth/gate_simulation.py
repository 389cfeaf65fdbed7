"""Simulation of a netlist of standard cells, 64 streams a word: values, and how often they toggle.

Zero delay: each net settles at once and toggles at most once a cycle. That is what a simulator
without delays writes into a VCD file. What gates do before they settle is
:mod:`lmul.synth.glitches`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lmul.synth.bit_words import ONES, Ints, Words, ones_in
from lmul.synth.cell_netlist import ONE, ZERO, CellNetlist, Instance

__all__ = ["Toggles", "count_toggles", "evaluate", "settle", "simulate"]


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

    def __add__(self, other: "Toggles") -> "Toggles":
        return Toggles(self.nets + other.nets, self.steps + other.steps)


def evaluate(one: Instance, output: str, values: Sequence[Words | None], like: Words) -> Words:
    """A gate's output from the values of the nets at its inputs."""
    function = one.cell.pins[output].function
    assert function is not None
    inputs = {pin: values[one.pins.get(pin, ZERO)] for pin in function.inputs}
    result = function(inputs, ONES)
    return result if result.shape == like.shape else np.full_like(like, result)


def settle(netlist: CellNetlist, values: list[Words | None], like: Words) -> None:
    """Fill in the gates' outputs; those of flip-flops and ports must stand in ``values``."""
    for one in netlist.gates:
        for pin in one.cell.outputs:
            if pin.name in one.pins:
                values[one.pins[pin.name]] = evaluate(one, pin.name, values, like)


def simulate(netlist: CellNetlist, inputs: Mapping[str, Sequence[Words]]) -> list[Words]:
    """Values of all nets in every cycle.

    In a cycle inputs hold and nets settle; at its end flip-flops take their next state. All are 0
    before the first cycle.

    Parameters
    ----------
    netlist : CellNetlist
    inputs : mapping of str to sequence of uint64 arrays, shape (cycles, words)
        For each port but the clock, its bits, lowest first.

    Returns
    -------
    list of uint64 arrays, shape (cycles, words)
        By net. The clock's is 0.

    Raises
    ------
    ValueError
        When a port's bits are missing.
    """
    like = next(iter(inputs.values()))[0]
    values: list[Words | None] = [None] * netlist.nets
    values[ZERO], values[ONE] = np.zeros_like(like), np.full_like(like, ONES)
    for name, nets in netlist.inputs.items():
        if nets == (netlist.clock,):
            values[nets[0]] = values[ZERO]
            continue
        if len(inputs.get(name, ())) != len(nets):
            raise ValueError(f"Port {name!r} has {len(nets)} bits, not {len(inputs.get(name, ()))}")
        for net, words in zip(nets, inputs[name], strict=True):
            values[net] = words
    if netlist.flipflops:
        _run_flipflops(netlist, values, like)
    settle(netlist, values, like)
    # A net that nothing drives (an unused output of a cell that Yosys left open) stays 0.
    return [values[ZERO] if v is None else v for v in values]  # pyright: ignore[reportReturnType]


def _run_flipflops(netlist: CellNetlist, values: list[Words | None], like: Words) -> None:
    """Put the outputs of flip-flops into ``values``, cycle by cycle."""
    outputs = [
        (one, pin.name)
        for one in netlist.flipflops
        for pin in one.cell.outputs
        if pin.name in one.pins
    ]
    for one, pin in outputs:
        values[one.pins[pin]] = np.empty_like(like)
    states = [np.zeros_like(like[0]) for _ in netlist.flipflops]
    place = {one: index for index, one in enumerate(netlist.flipflops)}
    history = list(values)
    for cycle in range(len(like)):
        now: list[Words | None] = [None if v is None else v[cycle] for v in history]
        for one, pin in outputs:
            q = _state_function(one, pin, states[place[one]], now)
            history[one.pins[pin]][cycle] = q  # pyright: ignore[reportOptionalSubscript]
            now[one.pins[pin]] = q
        settle(netlist, now, like[0])
        states = [
            _next_state(one, state, now)
            for one, state in zip(netlist.flipflops, states, strict=True)
        ]


def _environment(one: Instance, state: Words, now: Sequence[Words | None]) -> Mapping[str, object]:
    assert one.cell.state is not None
    names = dict(zip(one.cell.state.names, (state, ONES ^ state), strict=False))
    return {pin: now[net] for pin, net in one.pins.items()} | names


def _state_function(one: Instance, pin: str, state: Words, now: Sequence[Words | None]) -> Words:
    function = one.cell.pins[pin].function
    assert function is not None
    return function(_environment(one, state, now), ONES)


def _next_state(one: Instance, state: Words, now: Sequence[Words | None]) -> Words:
    assert one.cell.state is not None and one.cell.state.next_state is not None
    return one.cell.state.next_state(_environment(one, state, now), ONES)


def count_toggles(values: Sequence[Words], first: int = 0) -> Toggles:
    """Toggles of all nets between cycles, from cycle ``first`` on."""
    counts = np.array([ones_in(v[first + 1 :] ^ v[first:-1]) for v in values], np.int64)
    cycles, words = values[0].shape
    return Toggles(counts, (cycles - 1 - first) * words * 64)
