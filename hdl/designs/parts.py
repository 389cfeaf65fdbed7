"""What the families of designs share: checks of parameters, and the parts that names begin with."""

from collections.abc import Iterator
from typing import Literal

from lmul.hdl.numbers.formats import FORMATS, INT8, FloatFormat, Format
from lmul.hdl.numbers.kinds import KINDS, Kind, is_kind
from lmul.hdl.numbers.policy import Policy

__all__ = [
    "MAX_TERMS",
    "MAX_WINDOW",
    "MIN_WINDOW",
    "MacKind",
    "check_format",
    "check_number",
    "check_policy",
    "read_kind_and_format",
]


MAX_TERMS = 32
"""Products that are added up at once."""
MIN_WINDOW, MAX_WINDOW = 4, 48  # the full product of fp32; and 32 of them fit a float64
MacKind = Kind | Literal["int8"]


def check_format(fmt: object) -> FloatFormat:
    """Return a floating-point format; TypeError or ValueError where no design may be of it."""
    if not isinstance(fmt, FloatFormat):
        raise TypeError(f"Format must be a FloatFormat, not {fmt!r}")
    if FORMATS.get(fmt.name, fmt) != fmt:
        # One name, two circuits: files and kept results of one would pass for the other's.
        raise ValueError(
            f"Format {fmt.name!r} is already a named format with other parameters; "
            "give yours another name"
        )
    return fmt


def check_policy(policy: object) -> None:
    """Raise TypeError unless it is a Policy."""
    if not isinstance(policy, Policy):
        raise TypeError(f"Policy must be a Policy, not {policy!r}")


def check_number(name: str, value: object, low: int, high: int) -> None:
    """Raise TypeError unless it is an integer, ValueError unless it is from ``low`` to ``high``."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, not {value!r}")


def read_kind_and_format(parts: Iterator[str]) -> tuple[MacKind, Format]:
    """Take KIND-FORMAT, or int8 alone, from the parts of a name.

    Raises
    ------
    ValueError
        With what may stand there.
    """
    kind = next(parts, "")
    if kind == "int8":
        return kind, INT8
    if not is_kind(kind):
        raise ValueError(f"unknown kind {kind!r}, use {', '.join(KINDS)}, int8")
    name = next(parts, "")
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}, use {', '.join(FORMATS)}")
    return kind, FORMATS[name]
