"""The far ends of a circuit's AXI4-Streams: sources and sinks that stall, and the protocol's rules.

A bench sets all inputs after a falling edge, lets them settle, looks, and goes on to the next
falling edge; what was there when it looked is what the rising edge between them sees.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any

import cocotb
import numpy as np
from cocotb.types import LogicArray

from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.benches.verdict import Mismatch
from lmul.sim.reference.tiles import Beat

__all__ = ["Sink", "Source", "known", "meaningless"]


class Source:
    """Gives beats to a stream, waiting at random before each.

    Parameters
    ----------
    dut : handle
        The module at whose ports the stream is.
    stream : AxiLayout
    rng : Generator
    prefix : str
        What the ports' names have before ours.
    """

    def __init__(
        self, dut: Any, stream: AxiLayout, rng: np.random.Generator, prefix: str = ""
    ) -> None:
        self.stream = stream
        self.stall = 0.0
        self._rng = rng
        self._beats: deque[Beat] = deque()
        ports = _handles(dut, stream, prefix)
        self._valid, self._ready = ports.pop("tvalid"), ports.pop("tready")
        self._payload = {port: (handle, stream.ports[port]) for port, handle in ports.items()}
        self._offers = False
        self.clear()

    def load(self, beats: Iterable[Beat], stall: float) -> None:
        """Give these beats next; ``stall`` is the chance to wait in a cycle."""
        self.append(beats)
        self.stall = stall

    def append(self, beats: Iterable[Beat]) -> None:
        """Give these beats behind all others."""
        self._beats.extend(beats)

    def clear(self) -> None:
        """Give nothing any more, and stop offering at once, as a reset demands."""
        self._beats.clear()
        self._withdraw()

    @property
    def remaining(self) -> int:
        """The beats that have not been taken."""
        return len(self._beats)

    def offer(self) -> None:
        """Set the ports for the next cycle; what has been offered stays."""
        if self._offers:
            return
        if self._beats and self._rng.random() >= self.stall:
            for port, (handle, _) in self._payload.items():
                handle.value = self._beats[0][port]
            self._valid.value = 1
            self._offers = True
        else:
            self._withdraw()

    def look(self) -> bool:
        """Whether the beat at the ports is taken at the next rising edge.

        Raises
        ------
        Mismatch
            When ``tready`` is unknown.
        """
        return bool(known(self._ready) and self._offers)

    def taken(self) -> None:
        """The beat at the ports has been taken."""
        self._beats.popleft()
        self._offers = False

    def _withdraw(self) -> None:
        self._valid.value = 0
        self._offers = False
        for handle, width in self._payload.values():
            # Nothing may depend on what stands there without tvalid.
            handle.value = meaningless(self._rng, width)


class Sink:
    """Takes beats from a stream, not ready at random, and holds the circuit to the protocol.

    ``tvalid`` stays until ``tready``, the payload with it, and neither has unknown bits.

    Parameters
    ----------
    dut : handle
        The module at whose ports the stream is.
    stream : AxiLayout
    rng : Generator
    prefix : str
        What the ports' names have before ours.

    Attributes
    ----------
    patient : bool
        Ready only for a beat that it has seen waiting.
    beats : list of Beat
        What was taken.
    """

    def __init__(
        self, dut: Any, stream: AxiLayout, rng: np.random.Generator, prefix: str = ""
    ) -> None:
        self.stream = stream
        self.stall = 0.0
        self.patient = False
        self.beats: list[Beat] = []
        self._rng = rng
        self._payload = _handles(dut, stream, prefix)
        self._valid, self._ready = self._payload.pop("tvalid"), self._payload.pop("tready")
        self._waiting: Beat | None = None
        self.ready = 0
        self._ready.value = 0

    def load(self, stall: float) -> None:
        """Take beats into an empty list; ``stall`` is the chance not to be ready in a cycle."""
        self.beats = []
        self.stall = stall

    def clear(self) -> None:
        """A reset: what was offered may go."""
        self._waiting = None

    def set_ready(self, ready: int) -> None:
        """Be ready or not."""
        if ready != self.ready:
            self._ready.value = ready
            self.ready = ready

    def offer(self) -> None:
        """Set ``tready`` for the next cycle."""
        chance = self._rng.random() >= self.stall
        self.set_ready(int(self._waiting is not None if self.patient else chance))

    def peek(self) -> Beat | None:
        """The beat that the circuit offers.

        Raises
        ------
        Mismatch
            When ``tvalid`` is unknown, or with it a bit of the payload.
        """
        if not known(self._valid):
            return None
        return {port: known(handle) for port, handle in self._payload.items()}

    def look(self) -> bool:
        """Whether a beat is taken at the next rising edge; if so, it is among ``beats``.

        Raises
        ------
        Mismatch
            When a rule of the protocol is broken.
        """
        beat = self.peek()
        if self._waiting is not None and beat != self._waiting:
            change = "went" if beat is None else "has another payload"
            raise Mismatch(f"{self.stream.prefix}: a beat {change} before it was taken")
        taken = beat is not None and self.ready == 1
        self._waiting = None if taken else beat
        if taken and beat is not None:
            self.beats.append(beat)
        return taken


def _handles(dut: Any, stream: AxiLayout, prefix: str) -> dict[str, Any]:
    return {port: getattr(dut, f"{prefix}{stream.prefix}_{port}") for port in stream.ports}


def meaningless(rng: np.random.Generator, width: int) -> int | LogicArray:
    """What nothing may depend on: unknown bits where the simulator has them, else random ones."""
    if cocotb.SIM_NAME.startswith("Icarus"):
        return LogicArray("X" * width)
    return int.from_bytes(rng.bytes(-(-width // 8)), "little") >> (-width % 8)


def known(handle: Any) -> int:
    """The value of a signal.

    Raises
    ------
    Mismatch
        When it has unknown bits.
    """
    value = handle.value
    if not value.is_resolvable:
        raise Mismatch(f"{handle._name} has x or z bits")
    return int(value)
