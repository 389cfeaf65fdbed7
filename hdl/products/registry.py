"""The product unit of a kind, which :data:`lmul.hdl.numbers.kinds.KINDS` names."""

from importlib import import_module

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import OperandLayout

__all__ = ["product_unit"]


def product_unit(
    kind: Kind,
    fmt: FloatFormat,
    offset: int | None = None,
    operands: OperandLayout | None = None,
    registered: bool = False,
) -> ProductUnit:
    """The product unit of a kind, a drop-in for that of any other.

    Parameters
    ----------
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    fmt : FloatFormat
    offset : int or None
        The added constant in units of ``2**-m``, where the kind has one; None is the paper's.
    operands : OperandLayout or None
        The layout of ``x`` and ``y``; None is ``OperandLayout(fmt)``, for flushed subnormals.
    registered : bool
        With a register in it.

    Raises
    ------
    TypeError, ValueError
        When the kind does not exist for the format, or the offset is wrong.
    """
    module, name = KINDS[check_kind(kind, fmt)].unit
    unit = getattr(import_module(module), name)
    return unit(
        kind, fmt, resolve_offset(kind, fmt, offset), operands or OperandLayout(fmt), registered
    )
