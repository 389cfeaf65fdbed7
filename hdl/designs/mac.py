"""Designs of processing elements and of systolic arrays, and their names.

pe-KIND-FORMAT[-POLICY][-ACC][-kK][-sN]
array-KIND-FORMAT-RxC-FLOW[-POLICY][-ACC][-kK][-sN][-rN][-fN]
product-int8, pe-int8[-kK][-sN], array-int8-RxC-FLOW[-kK][-sN][-fN]
"""

import re
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar, get_args

from lmul.hdl.designs.cycles import Flow, array_cycles, pipeline_latency
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.parts import (
    MacKind,
    check_format,
    check_number,
    check_policy,
    read_kind_and_format,
)
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import INT8, Format
from lmul.hdl.numbers.kinds import check_kind
from lmul.hdl.numbers.policy import POLICIES, Policy

__all__ = [
    "FLOWS",
    "INT8_MAX_K",
    "MAX_FIFO",
    "MAX_K",
    "MAX_SIDE",
    "MIN_FIFO",
    "MacDesign",
    "MacLevel",
]


MacLevel = Literal["product", "pe", "array"]

MAX_SIDE = 64
MAX_K = 1 << 24
INT8_MAX_K = ((1 << 31) - 1) >> 14
"""So many squares of -128, the largest product of int8, fit into a sum of 32 bits: 131071."""
_MAX_STAGES = 1
_MAX_ROUNDER = 3
MIN_FIFO, MAX_FIFO = 2, 1 << 16  # a memory of one beat would pass one every other cycle
_DEFAULT_POLICY = POLICIES["ocp"]
_SIZE = re.compile(r"([0-9]+)x([0-9]+)")
_NUMBER = re.compile(r"([ksrf])([0-9]+)")
_PART = re.compile(r"(?<!_)-")  # the minus of fix24_-9 parts nothing


_LEVELS: tuple[MacLevel, ...] = get_args(MacLevel)
FLOWS: tuple[Flow, ...] = get_args(Flow)
_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True)
class MacDesign(Design, begins=("pe-", "array-", "product-int8")):
    """A processing element, an array of them, or the integer twin's product unit.

    Parameters
    ----------
    level : str
        ``"pe"`` or ``"array"``; ``"product"`` with ``int8`` alone.
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`, or ``"int8"``.
    format : FloatFormat or IntegerFormat
        Of both operands; :data:`~lmul.hdl.numbers.formats.INT8` with kind ``int8`` alone.
    policy : Policy
        Ignored by ``int8``.
    accumulator : Accumulator or None
        None is the format's default: ``exact`` up to 8 bits, else ``fp32``; 32-bit integers for
        ``int8``.
    k_max : int
        The longest dot product of an ``exact`` accumulator, up to 2**24; of ``int8``, up to 131071,
        for its sums have 32 bits whatever K.
    stages : int
        1 puts a register between product and accumulation.
    rows, columns : int
        Of an array, 1 to 64; 1 for a PE.
    flow : str
        Of an array: ``"os"`` or ``"ws"``.
    fifo : int
        Of an array: beats of the FIFO behind the port of each stream of operands, 2 to 65,536; 0:
        there are only the two of the port's register slice.
    rounder : int
        Of an array of floating-point operands: 0 to 3 registers in the rounder at each column's
        end, which without them is one long cycle.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    what = "a PE or array"

    level: MacLevel
    kind: MacKind
    format: Format
    policy: Policy = _DEFAULT_POLICY
    accumulator: Accumulator | None = None
    k_max: int = DEFAULT_K_MAX
    stages: int = 0
    rows: int = 1
    columns: int = 1
    flow: Flow = "os"
    fifo: int = 0
    rounder: int = 0

    def __post_init__(self) -> None:
        if self.level not in get_args(MacLevel):
            raise ValueError(f"Level must be {', '.join(_LEVELS)}, not {self.level!r}")
        if self.kind == "int8":
            if self.format != INT8 or self.accumulator is not None:
                raise ValueError("Kind 'int8' has neither a floating-point format nor accumulator")
            object.__setattr__(self, "policy", _DEFAULT_POLICY)
        else:
            check_kind(self.kind, check_format(self.format))
            if self.accumulator == default_accumulator(self.format):
                object.__setattr__(self, "accumulator", None)
        check_policy(self.policy)
        if self.accumulator is not None and not isinstance(self.accumulator, Accumulator):
            raise TypeError(f"Accumulator must be an Accumulator, not {self.accumulator!r}")
        limit = INT8_MAX_K if self.kind == "int8" else MAX_K
        check_number("k_max", self.k_max, 1, limit)
        if self.k_max != DEFAULT_K_MAX and not self.resolved_accumulator.is_exact:
            raise ValueError("k_max is for exact accumulators; the others take any K")
        check_number("Stages", self.stages, 0, _MAX_STAGES)
        check_number("Rows", self.rows, 1, MAX_SIDE)
        check_number("Columns", self.columns, 1, MAX_SIDE)
        if self.flow not in get_args(Flow):
            raise ValueError(f"Flow must be os or ws, not {self.flow!r}")
        if self.fifo != 0 or isinstance(self.fifo, bool):
            check_number("FIFO", self.fifo, MIN_FIFO, MAX_FIFO)
        check_number("Registers of the rounder", self.rounder, 0, _MAX_ROUNDER)
        if self.rounder and self.kind == "int8":
            raise ValueError("Sums of int8 are not rounded: its arrays have no rounder")
        ours = self.rows, self.columns, self.flow, self.fifo, self.rounder
        if self.level != "array" and ours != (1, 1, "os", 0, 0):
            raise ValueError("Only an array has rows, columns, flow, FIFOs and rounders")
        if self.level == "product":
            if self.kind != "int8":
                raise ValueError(f"Kind {self.kind!r} at level product is a UnitDesign")
            if self.stages or self.k_max != DEFAULT_K_MAX:
                raise ValueError("A product unit has neither stages nor k_max; a PE has")

    @property
    def resolved_accumulator(self) -> Accumulator:
        """The accumulator, the default put in; an ``int8`` design's is exact."""
        if self.accumulator is not None:
            return self.accumulator
        return default_accumulator(self.format)

    @property
    def name(self) -> str:
        """The canonical name; defaults are left out."""
        parts: list[str] = [self.level, self.kind]
        if self.format != INT8:
            parts.append(self.format.name)
        if self.level == "array":
            parts += [f"{self.rows}x{self.columns}", self.flow]
        if self.policy != _DEFAULT_POLICY:
            parts.append(self.policy.name)
        if self.accumulator is not None:
            parts.append(self.accumulator.name)
        if self.k_max != DEFAULT_K_MAX:
            parts.append(f"k{self.k_max}")
        if self.stages:
            parts.append(f"s{self.stages}")
        if self.rounder:
            parts.append(f"r{self.rounder}")
        if self.fifo:
            parts.append(f"f{self.fifo}")
        return "-".join(parts)

    def cycles(self, m: int, k: int, n: int) -> int:
        """See :meth:`Design.cycles`."""
        if self.level != "array":
            return super().cycles(m, k, n)
        return array_cycles(
            self.flow, self.rows, self.columns, self.stages, m, k, n, self.fifo, self.rounder
        )

    @property
    def latency(self) -> int:
        """Cycles from an operand to a result in an array's pipeline: P in its closed form."""
        return pipeline_latency(self.flow, self.stages, self.fifo, self.rounder)

    def utilisation(self, m: int, k: int, n: int) -> float:
        """See :meth:`Design.utilisation`."""
        if self.level != "array":
            return super().utilisation(m, k, n)
        return m * k * n / (self.rows * self.columns * self.cycles(m, k, n))

    def check_depth(self, k: int) -> None:
        """Raise ValueError, with a way out, where sums of ``k`` products may not fit."""
        if k <= self.k_max or not self.resolved_accumulator.is_exact:
            return
        if k <= (most := INT8_MAX_K if self.kind == "int8" else MAX_K):
            way_out = f"use {replace(self, k_max=k).name!r}"
        else:
            way_out = f"cut the product along K, since no such design has room for more than {most}"
        raise ValueError(
            f"K is {k}, and the sums of {self.name!r} have room for K up to {self.k_max}; {way_out}"
        )

    @classmethod
    def _from_name(cls, name: str) -> Self:
        rest = iter(_PART.split(name))
        level: MacLevel = _one_of("level", next(rest), _LEVELS)
        kind, fmt = read_kind_and_format(rest)
        rows = columns = 1
        flow: Flow = "os"
        if level == "array":
            size = next(rest, "")
            match = _SIZE.fullmatch(size)
            if not match:
                raise ValueError(f"unknown size {size!r}, use RxC, such as 8x8")
            rows, columns = int(match[1]), int(match[2])
            flow = _one_of("flow", next(rest, ""), FLOWS)
        policy, accumulator, numbers = cls._options(level, list(rest), fmt)
        return cls(
            level,
            kind,
            fmt,
            policy,
            accumulator,
            numbers.get("k", DEFAULT_K_MAX),
            numbers.get("s", 0),
            rows,
            columns,
            flow,
            numbers.get("f", 0),
            numbers.get("r", 0),
        )

    @staticmethod
    def _options(
        level: MacLevel, parts: list[str], fmt: Format
    ) -> tuple[Policy, Accumulator | None, dict[str, int]]:
        policy, accumulator = _DEFAULT_POLICY, None
        numbers: dict[str, int] = {}
        allowed = "POLICY, then ACC, then kK, then sN" if fmt != INT8 else "kK, then sN"
        if level == "array":
            allowed += ", then fN" if fmt == INT8 else ", then rN, then fN"
        step = 0  # how far along POLICY, ACC, k, s, r, f we are
        for part in parts:
            match = _NUMBER.fullmatch(part)
            found = None
            if match:
                place = 3 + "ksrf".index(match[1])
            else:
                try:
                    found = Accumulator(part)
                    place = 2
                except ValueError:
                    if part.startswith("fix"):
                        raise
                    place = 1
            if place <= step or (fmt == INT8 and not match) or (level != "array" and place >= 5):
                raise ValueError(f"unexpected part {part!r}, there may stand {allowed}")
            step = place
            if match:
                numbers[match[1]] = int(match[2])
            elif place == 2:
                accumulator = found
            else:
                policy = Policy.parse(part)
        return policy, accumulator, numbers


def _one_of(what: str, part: str, choices: tuple[_Choice, ...]) -> _Choice:
    for choice in choices:
        if part == choice:
            return choice
    raise ValueError(f"unknown {what} {part!r}, use {' or '.join(choices)}")
