"""A file of vectors for a bench in Verilog: one line each in hex, for ``$readmemh``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.sim.reference.circuit import Port

__all__ = ["Column", "Vectors"]


Column = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Vectors:
    """Values at a circuit's inputs and what must come out, a column each.

    Attributes
    ----------
    inputs, outputs : tuple of Port
        In the order of the columns, and of the fields of a line.
    columns : mapping of str to array
        By the port's name; of Python's integers where a port is wider than 63 bits.
    exhaustive : bool
        Whether all pairs of the operands' codes are among them.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    columns: Mapping[str, npt.NDArray[Any]]
    exhaustive: bool

    def __len__(self) -> int:
        return len(self.columns[self.inputs[0].name])

    @property
    def fields(self) -> dict[str, tuple[int, int]]:
        """The lowest bit and the width in a line's word of each port, each at a hex digit."""
        found: dict[str, tuple[int, int]] = {}
        low = 0
        for port in reversed((*self.inputs, *self.outputs)):
            found[port.name] = (low, port.width)
            low += 4 * _digits(port)
        return dict(reversed(found.items()))

    @property
    def word_bits(self) -> int:
        """Bits of a line's word."""
        return sum(4 * _digits(port) for port in (*self.inputs, *self.outputs))

    def hex(self) -> str:
        """The text for ``$readmemh``: a line a vector, the ports' digits between underscores."""
        ports = (*self.inputs, *self.outputs)
        form = "_".join(f"%0{_digits(port)}x" for port in ports)
        rows = zip(*(self.columns[port.name].tolist() for port in ports), strict=True)
        lines = [f"// {' '.join(port.name for port in ports)}"]
        lines += [form % row for row in rows]
        return "\n".join(lines) + "\n"


def _digits(port: Port) -> int:
    return -(-port.width // 4)
