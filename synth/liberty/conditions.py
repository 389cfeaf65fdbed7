"""The conditions that delays and energies are stated for, from the library itself."""

from dataclasses import dataclass
from typing import NamedTuple

from lmul.synth.liberty.cells import FALL, RISE, Pin
from lmul.synth.liberty.library import Library
from lmul.synth.liberty.search import cell_of

__all__ = ["Chain", "Conditions"]


class Chain(NamedTuple):
    """A stage of a chain, the means of both edges.

    Attributes
    ----------
    delay_ps, slew_ps : float
        Its delay, and the transition time that it gives and is given.
    """

    delay_ps: float
    slew_ps: float

    @classmethod
    def of(cls, output: Pin, load: float) -> "Chain | None":
        """A cell's stage with a load in fF at its output; None without tables."""
        slew = delay = 0.0
        for _ in range(20):  # a fixed point: the slew out depends little on the slew in
            stages = [arc.at(edge, slew, load) for arc in output.timing for edge in (RISE, FALL)]
            found = [stage for stage in stages if stage is not None]
            if not found:
                return None
            delay, slew = (sum(each) / len(found) for each in zip(*found, strict=True))
        return cls(delay, slew)


_FAN_OUT = 4


@dataclass(frozen=True)
class Conditions:
    """Around the circuit stand the library's smallest inverters, each driving four of its kind.

    So that libraries of different nodes are compared under like conditions. No wires.

    Attributes
    ----------
    inverter : str
        The inverter's name.
    input_slew_ps : float
        Transition time of every input, the clock's too: what such an inverter gives, the mean of
        its rise and fall.
    output_load_ff : float
        Load of every output: the inputs of four such inverters.
    fo4_ps : float
        The inverter's own delay under these conditions, a measure of the library's speed.
    """

    inverter: str
    input_slew_ps: float
    output_load_ff: float
    fo4_ps: float

    @classmethod
    def of(cls, library: Library) -> "Conditions":
        """The conditions for a library.

        Raises
        ------
        ValueError
            When it has no inverter, or the inverter has no delay tables.
        """
        name = cell_of(library, "!a")
        if name is None:
            raise ValueError(f"{library.label} can't be used: it has no inverter")
        cell = library[name]
        [pin], [out] = cell.inputs, cell.outputs
        load = _FAN_OUT * pin.capacitance
        chain = Chain.of(out, load)
        if chain is None:
            raise ValueError(f"{library.label} has no delays: its {name} has no timing tables")
        return cls(name, chain.slew_ps, load, chain.delay_ps)

    @property
    def abc_constraints(self) -> str:
        """The same for Yosys's ``abc -constr``."""
        return f"set_driving_cell {self.inverter}\nset_load {self.output_load_ff:.6g}\n"
