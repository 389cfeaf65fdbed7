"""Designs of dot-product units, and their names.

dot-KIND-FORMAT-nN-wW[-POLICY][-sticky][-sN]
dot-int8-nN[-sN]
"""

import re
from dataclasses import dataclass
from typing import Self

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.parts import (
    MAX_TERMS,
    MAX_WINDOW,
    MIN_WINDOW,
    MacKind,
    check_format,
    check_number,
    check_policy,
    read_kind_and_format,
)
from lmul.hdl.numbers.formats import INT8, Format
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.policy import POLICIES, Policy

__all__ = ["DotDesign", "most_stages"]


_MIN_TERMS = 2
_DEFAULT_POLICY = POLICIES["ocp"]
_COUNT = re.compile(r"n([0-9]+)")
_WIDTH = re.compile(r"w([0-9]+)")
_STAGES = re.compile(r"s([0-9]+)")


def most_stages(kind: MacKind) -> int:
    """How many registers a unit can have: with integers, which nothing aligns or rounds, fewer."""
    return 2 if kind == "int8" else 14


@dataclass(frozen=True)
class DotDesign(Design, begins=("dot-",)):
    """A unit that adds the products of N pairs to an accumulator at once.

    Parameters
    ----------
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`, or ``"int8"``.
    format : FloatFormat or IntegerFormat
        Of all operands.
    terms : int
        N: pairs, 2 to 32.
    window : int
        W: bits of a product that are kept, from the place of the group's largest exponent down,
        4 to 48; 0 with ``int8``, whose sums are exact.
    policy : Policy
        Ignored by ``int8``.
    sticky : bool
        A product that loses bits has its last kept one set, else they are cut.
    stages : int
        Pipeline registers, 0 to 14, with ``int8`` to 2; where they stand
        :class:`lmul.hdl.dot.unit.DotUnit` says.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    what = "a dot-product unit"
    level = "dot"

    kind: MacKind
    format: Format
    terms: int
    window: int = 0
    policy: Policy = _DEFAULT_POLICY
    sticky: bool = False
    stages: int = 0

    def __post_init__(self) -> None:
        check_number("Terms", self.terms, _MIN_TERMS, MAX_TERMS)
        check_policy(self.policy)
        if not isinstance(self.sticky, bool):
            raise TypeError(f"Sticky must be True or False, not {self.sticky!r}")
        check_number("Stages", self.stages, 0, most_stages(self.kind))
        if self.kind == "int8":
            if self.format != INT8 or self.window != 0 or self.sticky:
                raise ValueError("Kind 'int8' has neither a floating-point format nor a window")
            object.__setattr__(self, "policy", _DEFAULT_POLICY)
            return
        check_kind(self.kind, check_format(self.format))
        check_number("A window's bits", self.window, MIN_WINDOW, MAX_WINDOW)

    @property
    def name(self) -> str:
        """The canonical name; defaults are left out."""
        parts = ["dot", self.kind, self.format.name, f"n{self.terms}", f"w{self.window}"]
        if self.kind == "int8":
            parts = ["dot", self.kind, f"n{self.terms}"]
        if self.policy != _DEFAULT_POLICY:
            parts.append(self.policy.name)
        if self.sticky:
            parts.append("sticky")
        if self.stages:
            parts.append(f"s{self.stages}")
        return "-".join(parts)

    @classmethod
    def _from_name(cls, name: str) -> Self:
        _, *parts = name.split("-")
        rest = iter(parts)
        kind, fmt = read_kind_and_format(rest)
        terms = _number(next(rest, ""), _COUNT, "nN, such as n8")
        window, may = 0, "sN"
        if kind != "int8":
            window = _number(next(rest, ""), _WIDTH, "wW, such as w12")
            may = "POLICY, then 'sticky', then sN"
        policy, sticky, stages, seen = _DEFAULT_POLICY, False, 0, 0
        for part in rest:
            count = _STAGES.fullmatch(part)
            place = 3 if count else 2 if part == "sticky" else 1
            if place <= seen or (kind == "int8" and not count):
                raise ValueError(f"unexpected part {part!r}, there may stand {may}")
            seen = place
            if count:
                stages = int(count[1])
            elif part == "sticky":
                sticky = True
            else:
                policy = Policy.parse(part)
        return cls(kind, fmt, terms, window, policy, sticky, stages)


def _number(part: str, pattern: re.Pattern[str], wanted: str) -> int:
    match = pattern.fullmatch(part)
    if match is None:
        raise ValueError(f"unexpected part {part!r}, use {wanted}")
    return int(match[1])
