"""The kinds of product, and the rules for which format and offset each takes.

ARITHMETIC: L-Mul after arXiv 2410.00907 (equations 1 and 2), Mitchell 1962, IEEE 754.
"""

from typing import Literal, get_args

from lmul.hdl.formats import FloatFormat

__all__ = ["KINDS", "Kind", "check_kind", "resolve_offset"]

Kind = Literal["lmul", "lmul_rne", "lmul_formula", "mitchell", "exact"]
"""What is computed of two normalised operands.

``lmul``: the integer sum of the codes plus a constant, a mantissa carry running into the
exponent; ``lmul_rne``: the same adder with a carry-in that makes it the exact product rounded to
nearest even (m <= 3); ``lmul_formula``: 1 + x + y + 2**-l, not renormalised; ``mitchell``:
``lmul`` without its constant; ``exact``: the full product.
"""

KINDS: tuple[Kind, ...] = get_args(Kind)

_RNE_MAX_MANTISSA_BITS = 3


def check_kind(kind: str, fmt: FloatFormat) -> Kind:
    """Return ``kind`` if it exists and can be built for ``fmt``.

    Raises
    ------
    ValueError
        For an unknown kind, or ``lmul_rne`` with more than three mantissa bits (its carry
        would not be one bit).
    """
    if kind not in KINDS:
        raise ValueError(f"Unknown kind {kind!r}: use {', '.join(KINDS)}")
    if kind == "lmul_rne" and fmt.mantissa_bits > _RNE_MAX_MANTISSA_BITS:
        raise ValueError(
            f"Kind 'lmul_rne' needs a format of at most {_RNE_MAX_MANTISSA_BITS} mantissa bits, "
            f"not {fmt.name!r} with {fmt.mantissa_bits}"
        )
    return kind


def resolve_offset(kind: Kind, fmt: FloatFormat, offset: int | None) -> int:
    """The constant added to the mantissas, in units of ``2**-m``: the paper's when None.

    Raises
    ------
    TypeError, ValueError
        When it is no integer; when it is out of range, or given to a kind that has none.
    """
    has_offset = kind in ("lmul", "lmul_formula")
    if offset is None:
        return fmt.paper_offset if has_offset else 0
    if not has_offset:
        raise ValueError(f"Kind {kind!r} has no offset; only lmul and lmul_formula have one")
    if not isinstance(offset, int) or isinstance(offset, bool):
        raise TypeError(f"Offset must be an integer, not {offset!r}")
    limit = 1 << fmt.mantissa_bits
    if not 0 <= offset < limit:
        raise ValueError(f"Offset must be from 0 to {limit - 1} for {fmt.name!r}, not {offset!r}")
    return offset
