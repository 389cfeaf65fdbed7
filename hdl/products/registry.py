"""The registry of product units: one component per kind, drop-in for each other."""

from collections.abc import Callable, Mapping
from functools import partial

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import Kind, check_kind, resolve_offset
from lmul.hdl.products.adder import AdderProduct
from lmul.hdl.products.exact import ExactProduct
from lmul.hdl.products.formula import FormulaProduct
from lmul.hdl.products.operand import OperandLayout

__all__ = ["UNITS", "ProductUnit", "product_unit"]


ProductUnit = AdderProduct | FormulaProduct | ExactProduct
"""Ports ``x``, ``y`` (OperandLayout) and ``p`` (ProductLayout); attributes ``kind``, ``fmt``,
``offset``, ``operand_layout``, ``product_layout`` and ``exp_bias``."""


UNITS: Mapping[Kind, Callable[[FloatFormat, int | None, OperandLayout | None], ProductUnit]] = {
    "lmul": partial(AdderProduct, "lmul"),
    "lmul_rne": partial(AdderProduct, "lmul_rne"),
    "lmul_formula": FormulaProduct,
    "mitchell": partial(AdderProduct, "mitchell"),
    "exact": lambda fmt, offset, operands: ExactProduct(fmt, operands),
}
"""What builds each kind, of its format, its offset and the layout of its operands."""


def product_unit(
    kind: Kind, fmt: FloatFormat, offset: int | None = None, operands: OperandLayout | None = None
) -> ProductUnit:
    """The product unit of a kind.

    Parameters
    ----------
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    fmt : FloatFormat
    offset : int or None
        The added constant in units of ``2**-m``, where the kind has one; None is the paper's.
    operands : OperandLayout or None
        The layout of ``x`` and ``y``; None is ``OperandLayout(fmt)``, for flushed subnormals.

    Raises
    ------
    TypeError, ValueError
        When the kind does not exist for the format, or the offset is wrong.
    """
    check_kind(kind, fmt)
    resolve_offset(kind, fmt, offset)
    return UNITS[kind](fmt, offset, operands)
