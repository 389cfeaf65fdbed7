"""The arithmetics that are compared, and what of the model computes in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import Kind

__all__ = ["FP32", "Row", "Task", "factor_rows", "main_rows"]


Task = Literal["retrieval", "text"]
"""Of the encoder, and of the language model."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    name : str
        KIND-FORMAT, then what differs from the main table's setting: operands rounded to nearest,
        scaled by row, exact sums, in attention's two products.
    arithmetic : dict
        What :func:`lmul.torch.attention` takes; empty for the model as it is.
    everywhere : bool
        In the linear layers, too, not in attention alone.
    """

    name: str
    arithmetic: dict[str, Any] = field(default_factory=dict)
    everywhere: bool = False

    def but(self, words: str, everywhere: bool = False, **changed: Any) -> "Row":
        """The same with one thing changed."""
        return Row(f"{self.name} {words}", {**self.arithmetic, **changed}, everywhere)


FP32 = Row("fp32")

_WINDOW = "fix24_-10"


def main_rows() -> list[Row]:
    """Attention alone: fp32, common formats, L-Mul by width, its kin; rounded, then truncated.

    Corrected kinds are rounded alone.

    ``e8mK`` has bf16's exponents and K mantissa bits, so that K is all that differs.
    """
    rows = [_row("exact", FORMATS[name]) for name in ("bf16", "e4m3", "e5m2", "e2m1")]
    narrow = [FloatFormat(f"e8m{k}", 8, k, 127) for k in range(2, 7)]
    rows += [_row("lmul", fmt) for fmt in (*narrow, FORMATS["bf16"])]
    rows += [_row("lmul", FORMATS[name]) for name in ("e5m2", "e4m3")]
    rows += [_row("mitchell", FORMATS[name]) for name in ("bf16", "e4m3")]
    rows += [_row(kind, FORMATS["e4m3"]) for kind in ("lmul_formula", "lmul_rne")]
    truncated = [row.but("truncated", rounding="truncate") for row in rows]
    corrected = [_row(kind, FORMATS["bf16"]) for kind in ("lmul_coarse", "lmul_fine")]
    return [FP32, _INT8, *rows, *corrected, *truncated]


def factor_rows() -> list[Row]:
    """One thing at a time changed: where, in what sums, by what scale."""
    return [FP32, *_factors()]


def _factors() -> Iterator[Row]:
    e4m3 = [_row(kind, FORMATS["e4m3"]) for kind in ("exact", "lmul")]
    bf16 = [_row(kind, FORMATS["bf16"]) for kind in ("exact", "lmul")]
    mitchell = _row("mitchell", FORMATS["e4m3"])
    for row in (_INT8, *bf16, *e4m3, mitchell):
        yield row.but("all products", everywhere=True)
    for row in e4m3:
        for accumulator in ("fp32", "bf16", "e4m3", _WINDOW):
            yield row.but(f"{accumulator} sums", accumulator=accumulator)
        for scale in ("tensor", "none"):
            yield row.but(f"scale {scale}", scale=scale)
        yield row.but("all products, e4m3 sums", everywhere=True, accumulator="e4m3")


def _row(kind: Kind, fmt: FloatFormat) -> Row:
    return Row(f"{kind}-{fmt.name}", {"format": fmt, "kind": kind})


_INT8 = Row("int8", {"format": "int8", "kind": "exact"})
