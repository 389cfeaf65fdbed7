"""The registry of product units: one component per kind, drop-in for each other."""

from lmul.hdl.adder_product import AdderProduct
from lmul.hdl.exact_product import ExactProduct
from lmul.hdl.formats import FloatFormat
from lmul.hdl.formula_product import FormulaProduct
from lmul.hdl.kinds import Kind, check_kind, resolve_offset
from lmul.hdl.operand import OperandLayout

__all__ = ["AdderProduct", "ExactProduct", "FormulaProduct", "ProductUnit", "product_unit"]

ProductUnit = AdderProduct | FormulaProduct | ExactProduct
"""Ports ``x``, ``y`` (OperandLayout) and ``p`` (ProductLayout); attributes ``kind``, ``fmt``,
``offset``, ``operand_layout``, ``product_layout`` and ``exp_bias``."""


def product_unit(
    kind: Kind, fmt: FloatFormat, offset: int | None = None, operands: OperandLayout | None = None
) -> ProductUnit:
    """The product unit of a kind.

    Parameters
    ----------
    kind : str
        One of :data:`lmul.hdl.kinds.KINDS`.
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
    match kind:
        case "exact":
            return ExactProduct(fmt, operands)
        case "lmul_formula":
            return FormulaProduct(fmt, offset, operands)
        case _:
            return AdderProduct(kind, fmt, offset, operands)
