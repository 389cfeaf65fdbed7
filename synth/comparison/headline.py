"""The comparison: gates of L-Mul and of its exact and approximate twins, policy by policy.

The fair question at each format and policy is what the *smallest* circuit of an exactly rounded
product costs, not what the conventional one does. Which kinds round exactly is not taken from a
theorem: their codes are compared with those of ``exact`` on every pair of operands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import Kind
from lmul.sim.golden.multiply import multiply
from lmul.synth.comparison.designs import (
    REPORT_FORMATS,
    REPORT_POLICIES,
    kinds_of,
    multiplier_name,
)
from lmul.synth.gates.count import GateCount

__all__ = ["FIRST_FORMATS", "HeadlineRow", "differing_pairs", "headline"]


FIRST_FORMATS = ("e4m3", "bf16")
"""What the report's first page compares: the format of fp8 accelerators, and the wide one."""


_EXHAUSTIVE_WIDTH = 8


def differing_pairs(kind: Kind, fmt: str, policy: str) -> int | None:
    """On how many pairs of codes a kind and ``exact`` differ; None beyond 8 bits: too many."""
    if FORMATS[fmt].width > _EXHAUSTIVE_WIDTH:
        return None
    codes = np.arange(1 << FORMATS[fmt].width)
    mine = multiply(codes[:, None], codes, fmt, kind, policy)
    return int(np.count_nonzero(mine != multiply(codes[:, None], codes, fmt, "exact", policy)))


@dataclass(frozen=True)
class HeadlineRow:
    """One format under one policy.

    Attributes
    ----------
    gates : mapping of kind to int
        Gates of each multiplier.
    differing : mapping of kind to int
        Pairs on which a kind's codes differ from those of ``exact``; formats of 8 bits alone.
    """

    format: str
    policy: str
    gates: Mapping[str, int]
    differing: Mapping[str, int]

    @property
    def smallest_exact(self) -> str:
        """The kind of the smallest circuit whose codes are those of ``exact`` on every pair."""
        same = ["exact", *(kind for kind, pairs in self.differing.items() if pairs == 0)]
        return min(same, key=lambda kind: self.gates[kind])

    @property
    def to_conventional(self) -> float:
        """Gates of L-Mul over those of the conventional exact multiplier."""
        return self.gates["lmul"] / self.gates["exact"]

    @property
    def to_smallest(self) -> float:
        """Gates of L-Mul over those of the smallest exactly rounding multiplier."""
        return self.gates["lmul"] / self.gates[self.smallest_exact]


def headline(
    counts: Mapping[str, GateCount],
    formats: Iterable[str] = REPORT_FORMATS,
    policies: Iterable[str] = REPORT_POLICIES,
    medians: Mapping[str, float] | None = None,
) -> list[HeadlineRow]:
    """The rows of the headline table.

    Parameters
    ----------
    counts : mapping of design name to GateCount
        Of :func:`report_designs`.
    formats, policies : iterable of str
    medians : mapping of design name to float, optional
        Gates that take the place of a count, where several orders of statements were counted.
    """
    rows = []
    policies = tuple(policies)
    for fmt in formats:
        kinds = kinds_of(fmt)
        for policy in policies:
            names = {kind: multiplier_name(kind, fmt, policy) for kind in kinds}
            gates = {
                kind: round((medians or {}).get(name, counts[name].gates))
                for kind, name in names.items()
            }
            found = {k: differing_pairs(k, fmt, policy) for k in kinds if k != "exact"}
            differing = {kind: pairs for kind, pairs in found.items() if pairs is not None}
            rows.append(HeadlineRow(fmt, policy, gates, differing))
    return rows
