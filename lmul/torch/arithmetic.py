"""What a matrix product is computed in: operands' format and scale, product, sums."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from lmul.hdl.numbers.accumulator import Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FORMATS, INT8, FloatFormat, Format, IntegerFormat
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden.codec import Rounding, as_format

__all__ = ["Arithmetic", "Backward", "Scale", "check_backward"]


Scale = Literal["row", "tensor", "none"]
Backward = Literal["ste", "exact", "lmul"]

_SCALED_EXPONENT = 15


@dataclass(frozen=True)
class Arithmetic:
    """One way to multiply matrices; what :func:`of` makes is checked.

    Attributes
    ----------
    format : FloatFormat or IntegerFormat
        Of both operands; ``int8`` is the integer twin, -127 to 127 times a scale, summed exactly.
    kind : str
        Of the products, one of :data:`lmul.KINDS`; none is rounded.
    policy : Policy
        Its ``subnormals``, ``specials`` and ``overflow`` knobs are used, as by
        :func:`lmul.matmul`.
    accumulator : Accumulator
        What the products are summed in.
    rounding : str
        How numbers become operands: ``"nearest"``, or ``"truncate"``, the paper's first k bits.
    scale : str
        ``"row"``: each row of the left operand and each column of the right one is multiplied by
        a power of two that puts its largest magnitude at the top of the format, and the product
        by the inverse; ``"tensor"``: one power of two for each operand; ``"none"``. (Of int8, the
        largest magnitude becomes 127, which needs no power of two.)
    """

    format: Format
    kind: Kind
    policy: Policy
    accumulator: Accumulator
    rounding: Rounding
    scale: Scale

    @classmethod
    def of(
        cls,
        format: Format | str = "e4m3",
        kind: str = "lmul",
        policy: Policy | str = "ftz",
        accumulator: Accumulator | str | None = None,
        rounding: str = "nearest",
        scale: str = "row",
    ) -> "Arithmetic":
        """Check names and what goes together.

        Raises
        ------
        TypeError, ValueError
            For a name that does not exist; a kind that the format does not have; int8 with
            anything but ``kind="exact"``, sums ``"exact"`` and a scale.
        """
        policy = Policy.parse(policy)
        choices = {"rounding": (rounding, Rounding), "scale": (scale, Scale)}
        checked: Any = {name: _choice(name, *choice) for name, choice in choices.items()}
        if not isinstance(accumulator, Accumulator | None):
            accumulator = Accumulator(accumulator)
        if format == INT8.name or isinstance(format, IntegerFormat):
            if format not in (INT8, INT8.name):
                raise ValueError(f"Unknown integer format {str(format)!r}: use {INT8}")
            if kind != "exact" or scale == "none" or not (accumulator or _EXACT).is_exact:
                raise ValueError(
                    "int8 has the kind 'exact', an exact accumulator, and scale 'row' or 'tensor'"
                )
            return cls(INT8, "exact", policy, _EXACT, **checked)
        if isinstance(format, str) and format not in FORMATS:
            raise ValueError(
                f"Unknown format {format!r}: use {', '.join(FORMATS)}, int8, or a FloatFormat"
            )
        fmt = as_format(format)
        return cls(
            fmt,
            check_kind(kind, fmt),
            policy,
            accumulator or default_accumulator(fmt),
            **checked,
        )

    def top_exponent(self, depth: int) -> int:
        """The exponent to which a scale brings the largest magnitude.

        That of the format's largest number, but so far below the accumulator's largest that
        ``depth`` products can't overflow it; wide formats need no more than 15.
        """
        assert isinstance(self.format, FloatFormat)
        top = min(_exponent(self.format.max), _SCALED_EXPONENT)
        if self.accumulator.format is not None:
            room = _exponent(self.accumulator.format.max) - 3 - max(0, depth - 1).bit_length()
        elif self.accumulator.window is not None:
            width, lsb = self.accumulator.window
            room = width + lsb - 5 - max(0, depth - 1).bit_length()
        else:
            return top
        return min(top, room // 2)

    def __str__(self) -> str:
        if isinstance(self.format, IntegerFormat):
            return f"{self.format}, scale {self.scale}"
        parts = [f"{self.kind} {self.format.name}", self.policy.name or str(self.policy)]
        parts += [f"{self.accumulator} sums", self.rounding, f"scale {self.scale}"]
        return ", ".join(parts)


_EXACT = Accumulator("exact")


def check_backward(backward: str) -> Backward:
    """The name of a derivative, if it is one."""
    return _choice("backward", backward, Backward)


def _choice(name: str, value: Any, allowed: Any) -> Any:
    names = get_args(allowed)
    if value not in names:
        raise ValueError(f"{name} must be {', '.join(map(repr, names))}, not {value!r}")
    return value


def _exponent(value: float) -> int:
    return int(value).bit_length() - 1
