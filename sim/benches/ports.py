"""The two ends of a per-cycle bench: a driver for a circuit's inputs, a monitor of its outputs."""

from dataclasses import dataclass
from typing import Any

from lmul.sim.reference.circuit import Circuit, Port

__all__ = ["Beat", "Driver", "Monitor", "Observation"]


@dataclass(frozen=True)
class Beat:
    """The inputs of a pipelined circuit in one clock cycle: operand words, and controls."""

    words: tuple[int, ...]
    i_valid: int = 1
    en: int = 1
    rst: int = 0


@dataclass(frozen=True)
class Observation:
    """Outputs at one moment; None is a word with x or z bits."""

    p: int | None
    o_valid: int | None = None


class Driver:
    """Puts operand words, and a pipeline's controls, on the ports of ``dut``."""

    def __init__(self, dut: Any, circuit: Circuit) -> None:
        self._dut = dut
        self._sides = [_handles(dut, ports) for ports in circuit.operands]

    def operands(self, *words: int) -> None:
        """Drive the operand words."""
        for word, handles in zip(words, self._sides, strict=True):
            for handle, low, mask in handles:
                handle.value = word >> low & mask

    def beat(self, beat: Beat) -> None:
        """Drive all inputs of a pipelined circuit."""
        self.operands(*beat.words)
        self._dut.i_valid.value = beat.i_valid
        self._dut.en.value = beat.en
        self._dut.rst.value = beat.rst


class Monitor:
    """Reads the result word, and a pipeline's ``o_valid``, from the ports of ``dut``."""

    def __init__(self, dut: Any, circuit: Circuit) -> None:
        self._p = _handles(dut, circuit.p)
        self._o_valid = dut.o_valid if circuit.design.stages else None

    def sample(self) -> Observation:
        """The outputs as they stand."""
        p: int | None = 0
        for handle, low, _ in self._p:
            field = _read(handle)
            p = None if p is None or field is None else p | field << low
        return Observation(p, None if self._o_valid is None else _read(self._o_valid))


def _handles(dut: Any, ports: tuple[Port, ...]) -> list[tuple[Any, int, int]]:
    """Each port's handle, its place in the word, and its mask."""
    handles = []
    low = 0
    for port in ports:
        handles.append((getattr(dut, port.name), low, (1 << port.width) - 1))
        low += port.width
    return handles


def _read(handle: Any) -> int | None:
    value = handle.value
    return int(value) if value.is_resolvable else None
