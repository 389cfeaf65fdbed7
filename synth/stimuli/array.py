"""Matrix products at the streams of a simulated array, 64 at a time, and whether they are right.

Operands are there when they can be taken, and results are taken when they are there, as in the
closed form of its cycles. A stream that has ended keeps its last beat at its port.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.array.systolic import SystolicArray
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.axi import axi_layouts
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.reference.circuit import MacCircuit
from lmul.sim.reference.matrices import expected, wrong_results
from lmul.sim.reference.tiles import Beat, beats_of, result_beats, results_of
from lmul.synth.gatesim.bit_parallel import LANES, ONES, Words
from lmul.tools.errors import ToolFailed

__all__ = ["ArrayDrive"]


Codes = npt.NDArray[np.unsignedinteger[Any]]
_NOTHING = np.zeros(1, np.uint64)


@dataclass
class _Stream:
    """One stream: the beats that go in, or those that came out, as words of 64 products each."""

    layout: AxiLayout
    beats: list[dict[str, Words]] = field(default_factory=list)
    taken: int = 0

    @property
    def payload(self) -> dict[str, int]:
        return {p: w for p, w in self.layout.ports.items() if p not in ("tvalid", "tready")}


class ArrayDrive:
    """64 products of one shape on one array.

    Parameters
    ----------
    design : MacDesign
        An array.
    a, b : arrays of codes, shapes (64, M, K) and (64, K, N)
    out : str or None
        Format of the results.

    Attributes
    ----------
    shape : tuple of int
        M, K, N.
    cycles : int
        From the first beat taken to the last result given, so far.
    """

    def __init__(self, design: MacDesign, a: Codes, b: Codes, out: str | None = "fp32") -> None:
        self.design = design
        self.shape = (a.shape[1], a.shape[2], b.shape[2])
        self.cycles = 0
        self._operands = a, b
        layouts = axi_layouts(SystolicArray.from_design(design, out).signature)
        self._circuit = MacCircuit(design, "", (), tuple(layouts), out)
        self._streams = {layout.name: _Stream(layout) for layout in layouts}
        rng = np.random.default_rng(0)
        fed = [beats_of(design, layouts, x, y, rng) for x, y in zip(a, b, strict=True)]
        for name in ("a", "b"):
            stream = self._streams[name]
            stream.beats = list(_packed(stream, [each[name] for each in fed]))
        self._due = result_beats(design, self.shape[0], self.shape[2])

    @property
    def begun(self) -> bool:
        """The first beat has been taken."""
        return self.cycles > 0

    @property
    def done(self) -> bool:
        """All results are there."""
        return len(self._streams["out"].beats) == self._due

    def inputs(self, reset: bool) -> dict[str, Words]:
        """The ports' bits in this cycle."""
        found = {"rst": np.array([ONES if reset else 0], np.uint64)}
        for stream in self._streams.values():
            prefix = stream.layout.prefix
            if not stream.layout.incoming:
                found[f"{prefix}_tready"] = ~_NOTHING
                continue
            waiting = stream.taken < len(stream.beats) and not reset
            found[f"{prefix}_tvalid"] = ~_NOTHING if waiting else _NOTHING
            at = min(stream.taken, len(stream.beats) - 1)
            for port, width in stream.payload.items():
                beat = stream.beats[at][port] if stream.beats else np.zeros(width, np.uint64)
                found[f"{prefix}_{port}"] = beat
        return found

    def take(self, inputs: dict[str, Words], outputs: dict[str, Words]) -> None:
        """What the array gave in answer to the inputs of a cycle.

        Raises
        ------
        ToolFailed
            When the 64 products do not go in step.
        """
        given = inputs | outputs
        moved = {
            name: self._both(given, stream.layout.prefix) for name, stream in self._streams.items()
        }
        if self.begun or any(moved.values()):
            self.cycles += 1
        for name, stream in self._streams.items():
            if not moved[name]:
                continue
            if stream.layout.incoming:
                stream.taken += 1
                continue
            beat = {port: outputs[f"{stream.layout.prefix}_{port}"] for port in stream.payload}
            stream.beats.append(beat)
            if name == "partials":  # they return for more products
                self._streams["sums"].beats.append(beat)

    def _both(self, given: dict[str, Words], prefix: str) -> bool:
        valid, ready = (int(given[f"{prefix}_{port}"][0]) for port in ("tvalid", "tready"))
        if {valid, ready} - {0, int(ONES)}:
            raise ToolFailed(f"Netlist of {self.design.name!r}: products do not go in step")
        return bool(valid and ready)

    def wrong(self) -> list[str]:
        """A line for each result that is not the golden model's."""
        out = self._streams["out"]
        m, _, n = self.shape
        found = []
        for product, beats in enumerate(_unpacked(out)):
            want = expected(self._circuit, *(each[product] for each in self._operands))
            lanes, marks = results_of(self.design, out.layout, beats, m, n)
            found += wrong_results(self._circuit, want, lanes, marks)
        return found


def _packed(stream: _Stream, products: Sequence[Sequence[Beat]]) -> Iterator[dict[str, Words]]:
    """Each beat's bits, of 64 products."""
    by_port = {}
    for port, width in stream.payload.items():
        size = -(-width // 8)
        data = b"".join(beat[port].to_bytes(size, "little") for each in products for beat in each)
        bits = np.frombuffer(data, np.uint8).reshape(len(products), -1, size)
        bits = np.unpackbits(bits, axis=2, bitorder="little")[:, :, :width]
        words = np.packbits(np.moveaxis(bits, 0, 2), axis=2, bitorder="little")
        by_port[port] = np.ascontiguousarray(words).view("<u8")[:, :, 0]
    for index in range(len(products[0])):
        yield {port: words[index] for port, words in by_port.items()}


def _unpacked(stream: _Stream) -> list[list[Beat]]:
    """The beats of each product."""
    found: list[list[Beat]] = [[{} for _ in stream.beats] for _ in range(LANES)]
    for port in stream.payload:
        words = np.ascontiguousarray([beat[port] for beat in stream.beats])
        bits = np.unpackbits(words[:, :, None].view(np.uint8), axis=2, bitorder="little")
        data = np.packbits(np.moveaxis(bits, 2, 0), axis=2, bitorder="little")
        for product, beats in enumerate(found):
            for place, beat in enumerate(beats):
                beat[port] = int.from_bytes(data[product, place].tobytes(), "little")
    return found
