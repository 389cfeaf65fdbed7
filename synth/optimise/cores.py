"""Kinds where no product is packed: in the core of a dot-product unit, by error and gates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.accuracy.dots import dot_unit_accuracy
from lmul.sim.accuracy.pairs import accuracy
from lmul.synth.gates.core import core_circuit
from lmul.synth.gates.count import count

__all__ = ["CORE_WINDOWS", "Core", "cores"]


CORE_WINDOWS: Mapping[str, Sequence[int]] = {
    "bf16": (10, 16),
    "fp16": (24,),
    "e3m4": (8, 12),
    "e4m3": (8, 12),
    "e5m2": (8, 12),
}
"""By format. The narrower one is what an exact product may save by, too."""

_TERMS = 4
_POLICIES = {"e3m4": "ocp"}  # of three bits of exponent: flushed, half of the real tile is lost
_LEFT_OUT = "lmul_formula", "mitchell"  # the core of L-Mul is Mitchell's, its constant is not in it


@dataclass(frozen=True)
class Core:
    """One kind's products in the core of a dot-product unit.

    Attributes
    ----------
    kind : str
    window : int
    mred : float
        The mean relative error of products over all mantissa pairs, not packed.
    on_tile : float
        The norm-wise error of whole dot products of the real tile's Q·Kᵀ, against exact sums of
        exact products of the same codes: what kind and window lose.
    gates : callable
        Counts the core's, of a term, under ftz; in e3m4 under ocp.
    """

    kind: str
    window: int
    mred: float
    on_tile: float
    gates: Callable[[], float]


def cores(fmt: FloatFormat) -> list[Core]:
    """All of a format, by window, the largest error of products first."""
    found = []
    policy = _POLICIES.get(fmt.name, "ftz")
    for window in CORE_WINDOWS.get(fmt.name, ()):
        for kind, info in KINDS.items():
            if info.exists_for(fmt) and kind not in _LEFT_OUT:
                design = DotDesign.parse(f"dot-{kind}-{fmt.name}-n{_TERMS}-w{window}-{policy}")
                mred = accuracy(kind, fmt).unrounded.mred
                on_tile = dot_unit_accuracy(design).codes.relative
                found.append(Core(kind, window, mred, on_tile, lambda d=design: _gates(d)))
    return sorted(found, key=lambda core: (core.window, -core.mred))


def _gates(design: DotDesign) -> float:
    return count(core_circuit(design)).gates / _TERMS
