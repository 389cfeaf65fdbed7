"""Designs of multipliers and of product units, and their names.

KIND-FORMAT[-POLICY][-sN][-oN]      a multiplier: lmul-e4m3-ftz, exact-e5m2-s2
product-KIND-FORMAT[-oN]            the bare product unit on Operands
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.parts import check_format, check_number, check_policy
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy

__all__ = ["MAX_STAGES", "UnitDesign", "UnitLevel"]


UnitLevel = Literal["product", "multiplier"]

MAX_STAGES = 3
_DEFAULT_POLICY = POLICIES["ocp"]
_SUFFIX = re.compile(r"(?P<letter>[so])(?P<number>[0-9]+)")


@dataclass(frozen=True)
class UnitDesign(Design, begins=("",)):
    """A multiplier or a product unit.

    Parameters
    ----------
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    format : FloatFormat
        The format of both operands and, for a multiplier, of the result.
    level : str
        ``"multiplier"`` (codes to code) or ``"product"`` (Operands to Product).
    policy : Policy
        For a multiplier; a product unit has none and ignores it.
    offset : int or None
        The added constant in units of ``2**-m``; None is the paper's.
    stages : int
        Pipeline registers of a multiplier, 0 to 3.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    what = "a multiplier or product unit"

    kind: Kind
    format: FloatFormat
    level: UnitLevel = "multiplier"
    policy: Policy = _DEFAULT_POLICY
    offset: int | None = None
    stages: int = 0

    def __post_init__(self) -> None:
        check_format(self.format)
        check_policy(self.policy)
        check_kind(self.kind, self.format)
        offset = resolve_offset(self.kind, self.format, self.offset)
        if KINDS[self.kind].has_offset and offset == self.format.paper_offset:
            object.__setattr__(self, "offset", None)
        if self.level not in ("product", "multiplier"):
            raise ValueError(f"Level must be product or multiplier, not {self.level!r}")
        check_number("Stages", self.stages, 0, MAX_STAGES)
        if self.level == "product":
            if self.stages:
                raise ValueError("A product unit has no pipeline stages; a multiplier has")
            object.__setattr__(self, "policy", _DEFAULT_POLICY)

    @property
    def resolved_offset(self) -> int:
        """The constant added to the mantissas, in units of ``2**-m``; 0 for kinds without one."""
        return resolve_offset(self.kind, self.format, self.offset)

    @property
    def name(self) -> str:
        """The canonical name; defaults are left out. ``Design.parse(d.name) == d``."""
        parts = [self.kind, self.format.name]
        if self.level == "product":
            parts.insert(0, "product")
        elif self.policy != _DEFAULT_POLICY:
            parts.append(self.policy.name)
        if self.stages:
            parts.append(f"s{self.stages}")
        if self.offset is not None:
            parts.append(f"o{self.offset}")
        return "-".join(parts)

    @classmethod
    def _from_name(cls, name: str) -> Self:
        parts = name.split("-")
        level: UnitLevel = "multiplier"
        if parts[0] == "product":
            level = "product"
            parts.pop(0)
        if not parts or parts[0] not in KINDS:
            wrong = parts[0] if parts else ""
            also = ", or product-int8"
            if level == "multiplier":
                also = (
                    ", product-KIND-FORMAT, pe-KIND-FORMAT, array-KIND-FORMAT-RxC-FLOW or "
                    "dot-KIND-FORMAT-nN-wW"
                )
            raise ValueError(f"unknown kind {wrong!r}, use {', '.join(KINDS)}{also}")
        if len(parts) < 2 or parts[1] not in FORMATS:
            wrong = parts[1] if len(parts) > 1 else ""
            raise ValueError(f"unknown format {wrong!r}, use {', '.join(FORMATS)}")
        kind, fmt, rest = parts[0], FORMATS[parts[1]], parts[2:]
        policy = _DEFAULT_POLICY
        numbers: dict[str, int] = {}
        if rest and level == "multiplier" and not _SUFFIX.fullmatch(rest[0]):
            policy = Policy.parse(rest.pop(0))
        for part in rest:
            match = _SUFFIX.fullmatch(part)
            if not match or match["letter"] in numbers:
                allowed = "oN" if level == "product" else "POLICY, then sN, then oN"
                raise ValueError(f"unexpected part {part!r}, after the format may stand {allowed}")
            if match["letter"] == "s" and "o" in numbers:
                raise ValueError(f"{part!r} stands before the offset, not after it")
            numbers[match["letter"]] = int(match["number"])
        return cls(
            check_kind(kind, fmt),
            fmt,
            level,
            policy,
            offset=numbers.get("o"),
            stages=numbers.get("s", 0),
        )
