"""Names of PEs and of systolic arrays, read and written part by part.

pe-KIND-FORMAT[-nN[-wW]][-POLICY][-ACC][-kK][-sN][-cN]
array-KIND-FORMAT-RxC-FLOW[-nN[-wW]][-POLICY][-ACC][-kK][-sN][-cN][-rN][-fN]
product-int8, pe-int8[-nN][-dualW][-kK][-sN][-cN]
array-int8-RxC-FLOW[-nN][-dualW][-kK][-sN][-cN][-fN]
"""

import re
from typing import TYPE_CHECKING, Literal, TypedDict, TypeVar, get_args

from lmul.hdl.designs.cycles import Flow
from lmul.hdl.designs.parts import MacKind, read_kind_and_format
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator
from lmul.hdl.numbers.formats import INT8, Format
from lmul.hdl.numbers.policy import POLICIES, Policy

if TYPE_CHECKING:
    from lmul.hdl.designs.mac import MacDesign

__all__ = [
    "DEFAULT_POLICY",
    "FLOWS",
    "LEVELS",
    "MacFields",
    "MacLevel",
    "mac_name",
    "read_mac_name",
]


MacLevel = Literal["product", "pe", "array"]
LEVELS: tuple[MacLevel, ...] = get_args(MacLevel)
FLOWS: tuple[Flow, ...] = get_args(Flow)
DEFAULT_POLICY = POLICIES["ocp"]

_SIZE = re.compile(r"([0-9]+)x([0-9]+)")
_NUMBER = re.compile(r"([nwkscrf])([0-9]+)")
_PART = re.compile(r"(?<!_)-")  # the minus of fix24_-9 parts nothing
_Choice = TypeVar("_Choice", bound=str)


class MacFields(TypedDict):
    """The fields of a :class:`~lmul.hdl.designs.mac.MacDesign`."""

    level: MacLevel
    kind: MacKind
    format: Format
    policy: Policy
    accumulator: Accumulator | None
    k_max: int
    stages: int
    rows: int
    columns: int
    flow: Flow
    fifo: int
    rounder: int
    terms: int
    window: int
    carries: int


def read_mac_name(name: str) -> MacFields:
    """The fields of the design of a name; what is left out has its default.

    Raises
    ------
    ValueError
        With the part that is wrong and what may stand there.
    """
    rest = iter(_PART.split(name))
    level: MacLevel = _one_of("level", next(rest), LEVELS)
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
    policy, accumulator, numbers = _options(level, list(rest), fmt)
    return {
        "level": level,
        "kind": kind,
        "format": fmt,
        "policy": policy,
        "accumulator": accumulator,
        "k_max": numbers.get("k", DEFAULT_K_MAX),
        "stages": numbers.get("s", 0),
        "rows": rows,
        "columns": columns,
        "flow": flow,
        "fifo": numbers.get("f", 0),
        "rounder": numbers.get("r", 0),
        "terms": numbers.get("n", 1),
        "window": numbers.get("w", 0),
        "carries": numbers.get("c", 0),
    }


def mac_name(design: "MacDesign", usual_k: int) -> str:
    """The name of a design; what has its default is left out, K_max where it is ``usual_k``."""
    parts: list[str] = [design.level, design.kind]
    if design.format != INT8:
        parts.append(design.format.name)
    if design.level == "array":
        parts += [f"{design.rows}x{design.columns}", design.flow]
    if design.terms > 1:
        parts.append(f"n{design.terms}")
    if design.window:
        parts.append(f"w{design.window}")
    if design.policy != DEFAULT_POLICY:
        parts.append(design.policy.name)
    if design.accumulator is not None:
        parts.append(design.accumulator.name)
    if design.k_max != usual_k:
        parts.append(f"k{design.k_max}")
    if design.stages:
        parts.append(f"s{design.stages}")
    if design.carries:
        parts.append(f"c{design.carries}")
    if design.rounder:
        parts.append(f"r{design.rounder}")
    if design.fifo:
        parts.append(f"f{design.fifo}")
    return "-".join(parts)


def _options(
    level: MacLevel, parts: list[str], fmt: Format
) -> tuple[Policy, Accumulator | None, dict[str, int]]:
    policy, accumulator = DEFAULT_POLICY, None
    numbers: dict[str, int] = {}
    allowed = "nN, then dualW, " if fmt == INT8 else "nN, then wW, then POLICY, then ACC, "
    allowed += "then kK, then sN, then cN"
    if level == "array":
        allowed += ", then fN" if fmt == INT8 else ", then rN, then fN"
    step = 0  # how far along n, w, POLICY, ACC, k, s, c, r, f we are
    for part in parts:
        match = _NUMBER.fullmatch(part)
        found = None
        if match:
            place = 1 + "nw__kscrf".index(match[1])
        else:
            try:
                found = Accumulator(part)
                place = 4
            except ValueError:
                if part.startswith(("fix", "dual")):
                    raise
                place = 3
        narrow = found is not None and found.narrow is not None
        wrong = (fmt == INT8 and not match and not narrow) or (level != "array" and place > 7)
        if place <= step or wrong:
            raise ValueError(f"unexpected part {part!r}, there may stand {allowed}")
        step = place
        if match:
            numbers[match[1]] = int(match[2])
        elif place == 4:
            accumulator = found
        else:
            policy = Policy.parse(part)
    return policy, accumulator, numbers


def _one_of(what: str, part: str, choices: tuple[_Choice, ...]) -> _Choice:
    for choice in choices:
        if part == choice:
            return choice
    raise ValueError(f"unknown {what} {part!r}, use {' or '.join(choices)}")
