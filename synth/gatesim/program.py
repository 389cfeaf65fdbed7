"""A netlist as the arrays that the compiled simulation takes.

Each function of a cell becomes steps of two operands, found by calling it with operands that
write down what is done to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lmul.synth.gatesim.kernel import STEP, Netlist
from lmul.synth.liberty.function import CellFunction
from lmul.synth.mapping.cell_netlist import ONE, ZERO, CellNetlist
from lmul.tools.compiled import pointer

__all__ = ["GateProgram"]


_ALL = (1 << 64) - 1
_INVERT = CellFunction("!a")
_AND, _OR, _XOR = (_ALL, 0, 0), (_ALL, _ALL, 0), (0, _ALL, 0)
_Step = tuple[int, int, int, int, int]


@dataclass(frozen=True, eq=False)
class _Operand:
    """An operand of steps that are being written down."""

    steps: list[_Step]
    number: int

    def _then(self, how: tuple[int, int, int], other: "_Operand") -> "_Operand":
        self.steps.append((*how, self.number, other.number))
        return _Operand(self.steps, -len(self.steps))

    def __and__(self, other: "_Operand") -> "_Operand":
        return self._then(_AND, other)

    def __or__(self, other: "_Operand") -> "_Operand":
        return self._then(_OR, other)

    def __xor__(self, other: "_Operand") -> "_Operand":
        if self.number == ONE and other.number < 0:
            # The complement of what the last step gave, which nothing else reads.
            both, differ, flip, a, b = self.steps.pop()
            self.steps.append((both, differ, flip ^ _ALL, a, b))
            return other
        return self._then(_XOR, other)


@lru_cache(maxsize=4096)
def _steps(function: CellFunction) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    inputs: dict[str, Any] = {
        name: _Operand(steps, 2 + place) for place, name in enumerate(function.inputs)
    }
    result = function(inputs, _Operand(steps, ONE))
    if result.number >= 0:  # an input or a constant as it is
        result._then(_AND, result)
    return tuple(steps)


class GateProgram:
    """What is to be evaluated in each cycle of a netlist.

    Parameters
    ----------
    netlist : CellNetlist

    Attributes
    ----------
    structure : lmul.synth.gatesim.kernel.Netlist
        For the kernel; valid as long as the program is there.
    driven : list of int
        Nets of flip-flops' outputs, then of gates', in the order in which they are evaluated.
    """

    def __init__(self, netlist: CellNetlist) -> None:
        self._numbers: dict[CellFunction, int] = {}
        functions: list[int] = []
        starts: list[int] = []
        inputs: list[int] = []
        targets: list[int] = []
        counts = []
        for part in (_outputs(netlist), _gates(netlist), _next_states(netlist)):
            before = len(targets)
            for function, slots, target in part:
                functions.append(self._numbers.setdefault(function, len(self._numbers)))
                starts.append(len(inputs))
                inputs += slots
                targets.append(target)
            counts.append(len(targets) - before)
        starts.append(len(inputs))
        self.driven = targets[: counts[0] + counts[1]]
        steps = [_steps(function) for function in self._numbers]
        flat = [step for each in steps for step in each]
        self._steps = np.array(flat, np.dtype(STEP))
        first = np.cumsum([0, *(len(each) for each in steps)])
        self._arrays = [np.array(a, np.int32) for a in (first, functions, starts, inputs, targets)]
        first_c, functions_c, starts_c, inputs_c, targets_c = map(pointer, self._arrays)
        self.structure = Netlist(
            nets=netlist.nets,
            states=len(netlist.flipflops),
            steps=self._steps.ctypes.data,
            function_starts=first_c,
            outputs=counts[0],
            gates=counts[1],
            functions=functions_c,
            input_starts=starts_c,
            inputs=inputs_c,
            targets=targets_c,
        )


_Evaluation = tuple[CellFunction, list[int], int]
"""A function, the slots of its inputs, and the slot of its value."""


def _outputs(netlist: CellNetlist) -> Iterator[_Evaluation]:
    for place, one in enumerate(netlist.flipflops):
        for pin in one.cell.outputs:
            if pin.name in one.pins and pin.function is not None:
                yield pin.function, _slots(netlist, place, pin.function), one.pins[pin.name]


def _gates(netlist: CellNetlist) -> Iterator[_Evaluation]:
    for one in netlist.gates:
        pins = one.pins
        for pin in one.cell.outputs:
            if pin.name in pins and pin.function is not None:
                slots = [pins.get(name, ZERO) for name in pin.function.inputs]
                yield pin.function, slots, pins[pin.name]


def _next_states(netlist: CellNetlist) -> Iterator[_Evaluation]:
    """Of each flip-flop its state, and then that state's complement."""
    for place, one in enumerate(netlist.flipflops):
        state = one.cell.state
        assert state is not None and state.next_state is not None
        slot = netlist.nets + 2 * place
        yield state.next_state, _slots(netlist, place, state.next_state), slot
        yield _INVERT, [slot], slot + 1


def _slots(netlist: CellNetlist, place: int, function: CellFunction) -> list[int]:
    """Where a function of a flip-flop finds its inputs: pins, or the state."""
    one = netlist.flipflops[place]
    assert one.cell.state is not None
    slot = netlist.nets + 2 * place
    states = dict(zip(one.cell.state.names, (slot, slot + 1), strict=False))
    return [states.get(name, one.pins.get(name, ZERO)) for name in function.inputs]
