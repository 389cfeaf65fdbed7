"""Standard cells: what a library says of them, in one set of units.

Units everywhere: ps, fF, fJ, nW, V and the library's unit of area, which is square micrometres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lmul.synth.liberty.function import CellFunction
from lmul.synth.liberty.table import Layers, Table

__all__ = [
    "COMBINATIONAL",
    "FALL",
    "RISE",
    "Cell",
    "Constraint",
    "Leakage",
    "Pin",
    "PowerArc",
    "State",
    "TimingArc",
]


RISE, FALL = 0, 1
"""A pin's edges."""

COMBINATIONAL = ("combinational", "combinational_rise", "combinational_fall")
"""Liberty's ``timing_type`` of what is no clock's."""


@dataclass(frozen=True)
class TimingArc:
    """From one pin to the output that holds the arc, as tables.

    Attributes
    ----------
    related_pin : str
        The pin where it starts: an input of the cell, the clock of a flip-flop. Empty when the
        library leaves it out.
    sense : str
        ``"positive_unate"``, ``"negative_unate"`` or ``"non_unate"``: which edge of the related
        pin causes which edge of this one.
    kind : str
        Liberty's ``timing_type``: one of :data:`COMBINATIONAL`, or ``"rising_edge"`` or
        ``"falling_edge"`` (clock to output).
    when : CellFunction or None
        The other pins' values for which the arc holds; None for all.
    delay_rise, delay_fall : Table or None
        Delay to this pin's rising and falling edge.
    transition_rise, transition_fall : Table or None
        This pin's own transition time.
    """

    related_pin: str
    sense: str
    kind: str
    when: CellFunction | None
    delay_rise: Table | None
    delay_fall: Table | None
    transition_rise: Table | None
    transition_fall: Table | None

    def gives(self, edge: int) -> bool:
        """Whether it has both tables of this pin's edge, :data:`RISE` or :data:`FALL`."""
        return None not in self._tables(edge)

    def at(self, edge: int, slew: float, load: float) -> tuple[float, float] | None:
        """Delay and transition of an edge, ps; None without its tables.

        A transition that a table's straight lines make negative is 0, as in OpenSTA: no edge takes
        less than no time. A delay may be negative, since it is counted from the middle of a slow
        edge.

        Parameters
        ----------
        edge : int
            :data:`RISE` or :data:`FALL`, of this pin.
        slew : float
            The related pin's transition, ps.
        load : float
            fF.
        """
        delay, transition = self._tables(edge)
        if delay is None or transition is None:
            return None
        return delay(slew, load), max(0.0, transition(slew, load))

    def _tables(self, edge: int) -> tuple[Table | None, Table | None]:
        if edge == RISE:
            return self.delay_rise, self.transition_rise
        return self.delay_fall, self.transition_fall


@dataclass(frozen=True)
class Constraint:
    """How long before the clock an input must be there (setup), or stay after it (hold).

    Attributes
    ----------
    related_pin : str
        The clock's pin; empty when the library leaves it out.
    related_output : str
        The output whose load the tables depend on; empty for none.
    rise, fall : Layers or None
        For either edge of the pin: ps, at the clock's transition and the pin's own.
    """

    related_pin: str
    related_output: str
    rise: Layers | None
    fall: Layers | None


@dataclass(frozen=True)
class PowerArc:
    """Energy that the cell spends inside itself when the pin that holds the arc changes.

    Without what charges the net: a rising edge takes C·V² more from the supply, C being the net's
    load (half of it is spent then, half at the falling edge). Some libraries put the signed half
    of the load's energy into these tables (sky130hd: ``switching_power_split_model``), so that
    only the sum of a rise and a fall means anything; adding both edges of each toggle pair is
    right for every library. A figure may be negative.

    Attributes
    ----------
    related_pin : str or None
        The input whose change causes it, in the arcs of outputs; None in those of inputs, where
        the table holds what the input's change costs even if no output follows.
    when : CellFunction or None
        The other pins' values for which the arc holds; None for all that no other arc names.
    rise, fall : Table or None
        fJ an edge of this pin.
    supply : str or None
        The supply pin that this energy is drawn from; None where the library tells no supplies
        apart. What different supplies give adds up.
    """

    related_pin: str | None
    when: CellFunction | None
    rise: Table | None
    fall: Table | None
    supply: str | None


@dataclass(frozen=True)
class Pin:
    """A pin of a cell; supply pins are left out.

    Attributes
    ----------
    name, direction : str
        The direction is ``"input"``, ``"output"``, ``"inout"`` or ``"internal"``.
    capacitance : float
        fF, as a load for whatever drives it; the library's default where the pin states none.
    rise_capacitance, fall_capacitance : float
        The same for either edge; ``capacitance`` where the library tells no difference.
    max_capacitance : float or None
        The largest load it may drive, fF.
    clock : bool
        Whether it is a clock.
    function : CellFunction or None
        What an output gives, of the cell's inputs and of its flip-flop's :class:`State` names.
    timing : tuple of TimingArc
        Arcs that end at this pin.
    setup, hold : tuple of Constraint
        Of a flip-flop's input.
    power : tuple of PowerArc
        Internal energy of this pin's changes.
    """

    name: str
    direction: str
    capacitance: float
    rise_capacitance: float
    fall_capacitance: float
    max_capacitance: float | None
    clock: bool
    function: CellFunction | None
    timing: tuple[TimingArc, ...]
    setup: tuple[Constraint, ...]
    hold: tuple[Constraint, ...]
    power: tuple[PowerArc, ...]


@dataclass(frozen=True)
class State:
    """The flip-flop or latch in a cell.

    Attributes
    ----------
    names : tuple of str
        Of the state and its complement, as the outputs' functions call them.
    clocked_on : CellFunction or None
        Rising: the state takes ``next_state``. None in a latch.
    next_state : CellFunction or None
        None in a latch.
    clear, preset : CellFunction or None
        Asynchronous reset and set, active when true.
    """

    names: tuple[str, ...]
    clocked_on: CellFunction | None
    next_state: CellFunction | None
    clear: CellFunction | None
    preset: CellFunction | None


@dataclass(frozen=True)
class Leakage:
    """Leakage power in some states of a cell.

    Attributes
    ----------
    when : CellFunction or None
        The states, by the pins' values; None for all that no other entry names.
    power : float
        nW.
    supply : str or None
        The supply pin that it is drawn from, as in :class:`PowerArc`.
    """

    when: CellFunction | None
    power: float
    supply: str | None


@dataclass(frozen=True)
class Cell:
    """One standard cell.

    Attributes
    ----------
    name : str
        Its name in netlists.
    area : float
        In the library's unit, square micrometres.
    leakage : float
        nW: what the library gives for the cell; else the mean over its states, supplies added
        up; else its default.
    leakage_states : tuple of Leakage
        The same by state, when the library says so.
    pins : mapping of str to Pin
        By name, inputs and outputs in the library's order.
    state : State or None
        Its flip-flop or latch.
    """

    name: str
    area: float
    leakage: float
    leakage_states: tuple[Leakage, ...]
    pins: Mapping[str, Pin]
    state: State | None

    @cached_property
    def inputs(self) -> tuple[Pin, ...]:
        """The input pins."""
        return tuple(pin for pin in self.pins.values() if pin.direction == "input")

    @cached_property
    def outputs(self) -> tuple[Pin, ...]:
        """The output pins."""
        return tuple(pin for pin in self.pins.values() if pin.direction == "output")

    @cached_property
    def is_flipflop(self) -> bool:
        """Whether it holds a flip-flop; a latch is none."""
        return self.state is not None and self.state.clocked_on is not None
