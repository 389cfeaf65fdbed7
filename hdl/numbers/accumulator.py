"""What a dot product is summed in: exactly, in a fixed window, or in a floating-point format."""

import re
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FORMATS, FloatFormat, Format

__all__ = [
    "DEFAULT_K_MAX",
    "FLOAT_ACCUMULATORS",
    "MAX_WINDOW",
    "Accumulator",
    "default_accumulator",
]


DEFAULT_K_MAX = 1024
FLOAT_ACCUMULATORS = ("fp32", "bf16", "e4m3")
MAX_WINDOW = 62
_MAX_LSB = 1000  # either way: far beyond any product, and a float64 holds what is summed
_FIXED = re.compile(r"fix(?P<width>[0-9]+)_(?P<lsb>-?[0-9]+)")
_DUAL = re.compile(r"dual(?P<width>[0-9]+)(?:_(?P<lsb>-?[0-9]+))?")


@dataclass(frozen=True)
class Accumulator:
    """How products are added up.

    Parameters
    ----------
    name : str
        ``"exact"``: two's complement, its lsb the smallest product bit, wide enough for K_max of
        the largest products. ``"fixW_L"``: a window of W bits with lsb ``2**L`` (``fix24_-9``
        starts at ``2**-9``), lower bits cut toward minus infinity, saturating. ``"dualW"``,
        ``"dualW_L"``: the exact sum, of which W bits, from its lsb or from ``2**L`` up, are a
        register that is written in each cycle; those above, and those below, are written only
        when they change. ``"fp32"``, ``"bf16"``, ``"e4m3"``: rounded to nearest even after each
        addition, k ascending.

    Raises
    ------
    TypeError, ValueError
        When it is no string; when it is none of these, or a window of no possible width.
    """

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"Accumulator must be a name, not {self.name!r}")
        if self.name == "exact" or self.name in FLOAT_ACCUMULATORS:
            return
        match = _FIXED.fullmatch(self.name) or _DUAL.fullmatch(self.name)
        if not match:
            raise ValueError(
                f"Unknown accumulator {self.name!r}: use exact, {', '.join(FLOAT_ACCUMULATORS)}, "
                "fixW_L for W bits from 2^L up, such as fix24_-9 for 2^-9, or dualW or dualW_L for "
                "an exact sum of which only W bits are written in each cycle"
            )
        if not 2 <= int(match["width"]) <= MAX_WINDOW:
            raise ValueError(
                f"A window has from 2 to {MAX_WINDOW} bits, not {match['width']} ({self.name!r})"
            )
        if abs(int(match["lsb"] or 0)) > _MAX_LSB:
            raise ValueError(
                f"A window's last bit is worth 2^L, L from -{_MAX_LSB} to {_MAX_LSB}, not "
                f"{match['lsb']} ({self.name!r})"
            )
        # One window, one name: fix024_-09 is fix24_-9.
        begins = "fix" if match.re is _FIXED else "dual"
        lsb = "" if match["lsb"] is None else f"_{int(match['lsb'])}"
        object.__setattr__(self, "name", f"{begins}{int(match['width'])}{lsb}")

    @property
    def is_exact(self) -> bool:
        """Whether nothing is ever rounded before the drain."""
        return self.name == "exact" or self.narrow is not None

    @property
    def window(self) -> tuple[int, int] | None:
        """Width W, sign included, and exponent L of the lsb, for ``fixW_L``."""
        match = _FIXED.fullmatch(self.name)
        if not match:
            return None
        return int(match["width"]), int(match["lsb"])

    @property
    def narrow(self) -> tuple[int, int | None] | None:
        """Width W, and exponent L of its last bit if named, of what ``dualW`` writes each cycle."""
        match = _DUAL.fullmatch(self.name)
        if not match:
            return None
        return int(match["width"]), None if match["lsb"] is None else int(match["lsb"])

    @property
    def format(self) -> FloatFormat | None:
        """The format of a floating-point accumulator."""
        return FORMATS[self.name] if self.name in FLOAT_ACCUMULATORS else None

    def __str__(self) -> str:
        return self.name


def default_accumulator(fmt: Format) -> Accumulator:
    """``exact`` for formats of at most 8 bits, ``fp32`` beyond."""
    return Accumulator("exact" if fmt.is_narrow else "fp32")
