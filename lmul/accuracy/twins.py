"""A head of attention in an array's twins: how far off they are, and what they take."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lmul.accuracy.head import Floats, in_golden, softmax
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.accepted import accepted

__all__ = ["Twin", "twins"]


_KINDS = ("lmul", "lmul_rne", "mitchell", "exact")
_STIMULUS = "attention QK"


@dataclass(frozen=True)
class Twin:
    """An array of the same size and flow.

    Attributes
    ----------
    design : MacDesign
    error : float
        Root mean square of its output's error against float64, of the output's.
    cycles : int
        Of both products, in closed form.
    energy : float or None
        nJ a token, from the energy of a multiply-accumulate that is kept with lmul; None where
        none is.
    """

    design: MacDesign
    error: float
    cycles: int
    energy: float | None


def twins(design: MacDesign, q: Floats, k: Floats, v: Floats) -> list[Twin]:
    """The design, its twins of other kinds, and int8's; q, k, v of shape (tokens, head dim)."""
    want = softmax(q @ k.T / np.sqrt(q.shape[1])) @ v
    found = []
    for one in _names(design):
        output = in_golden(one, q, k, v)
        error = np.sqrt(((output - want) ** 2).mean() / (want**2).mean())
        (tokens, depth), width = q.shape, v.shape[1]
        cycles = one.cycles(tokens, depth, tokens) + one.cycles(tokens, tokens, width)
        macs = tokens * (depth + width)  # of one token
        kept = _kept(one)
        found.append(Twin(one, float(error), cycles, None if kept is None else kept * macs * 1e-6))
    return found


def _names(design: MacDesign) -> Iterator[MacDesign]:
    yield design
    if design.kind != "int8":
        size = f"{design.rows}x{design.columns}-{design.flow}-n{design.terms}"
        for kind in _KINDS:
            if kind != design.kind:
                try:
                    yield MacDesign.parse(design.name.replace(f"-{design.kind}-", f"-{kind}-", 1))
                except ValueError:  # lmul_rne is for narrow formats alone
                    continue
        yield MacDesign.parse(f"array-int8-{size}")


def _kept(design: MacDesign) -> float | None:
    """The fJ of a multiply-accumulate."""
    for point, one in accepted().found.items():
        if (point.design, point.measure, point.stimulus) == (design.name, "energy", _STIMULUS):
            return next(metric.value for metric in one.metrics if metric.name == "energy_fj")
    return None
