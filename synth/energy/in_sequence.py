"""A stimulus as one sequence of cycles without a jump, simulated as 64 pieces at a time.

The sequence is a circle: after its last cycle comes its first. Each piece begins with the end of
the piece before it, until the flip-flops hold what they would hold had all that went before been
simulated; that they do is checked. So all of its steps are counted, each once, and a VCD of it has
no step that was not counted.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.energy.run import Streams, in_order
from lmul.synth.gatesim.bit_parallel import LANES
from lmul.synth.gatesim.simulation import Simulated
from lmul.synth.stimuli.stimulus import Stimulus
from lmul.tools.errors import ToolFailed

__all__ = ["Circle", "in_sequence"]


@dataclass(frozen=True, eq=False)
class Circle:
    """A sequence laid out for simulation.

    Attributes
    ----------
    streams : Streams
        Its pieces, in turn until there are 64; ``operations`` is the cycles of the sequence.
    pieces : int
        How many different ones there are: a power of two, so that each is there equally often.
    """

    streams: Streams
    pieces: int

    def values(self, name: str, run: Simulated) -> npt.NDArray[np.uint8]:
        """All nets in all cycles of the sequence, shape (nets, cycles), from a simulation of it.

        Parameters
        ----------
        name : str
            For messages.
        run : Simulated
            With all cycles from ``streams.drive.first`` on.

        Raises
        ------
        ToolFailed
            When a piece does not begin in the state in which the piece before it ends.
        """
        lanes = np.unpackbits(run.values.view(np.uint8), axis=2, bitorder="little")
        lanes = lanes[:, :, : self.pieces]
        if (lanes[:, -1] != np.roll(lanes[:, 0], -1, axis=1)).any():
            raise ToolFailed(
                f"Circuit {name!r} remembers more than a dot product: its stimulus can't be "
                "written as one sequence"
            )
        return lanes[:, 1:].swapaxes(1, 2).reshape(len(lanes), -1)


def in_sequence(design: Design, stimulus: Stimulus, sequential: bool) -> Circle:
    """Lay out a stimulus as one sequence; what fills no piece is left out.

    Parameters
    ----------
    design : Design
    stimulus : Stimulus
    sequential : bool
        The netlist has flip-flops.

    Raises
    ------
    ValueError
        As :func:`lmul.synth.stimuli.unit.drive`.
    """
    order = in_order(design, stimulus)
    length = min(order.length, order.cycles) if sequential else 1
    products = order.cycles // length
    pieces = min(LANES, 1 << (products.bit_length() - 1))
    each = products // pieces * length
    cycles = pieces * each
    # Whole dot products before a piece, and no fewer cycles than an operand takes to a sum.
    late = 1 + (design.pe_latency if isinstance(design, MacDesign) else 1 + design.stages)
    lead = length * -(-late // length) if sequential else 1
    rows = np.arange(-lead, each)[:, None] + np.arange(LANES) % pieces * each
    rows %= cycles
    first = lead if sequential else lead - 1  # the last cycle before the piece, behind the reset
    driven = replace(order.drive(rows, length), first=first)
    return Circle(Streams(driven, cycles, order.pairs_of(cycles), False), pieces)
