"""Whether a kind of product can be built, and with which constant."""

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind, is_kind

__all__ = ["check_kind", "resolve_offset"]


def check_kind(kind: str, fmt: FloatFormat) -> Kind:
    """Return ``kind`` if it exists and can be built for ``fmt``.

    Raises
    ------
    ValueError
        For an unknown kind, or a format whose mantissa is too wide or too narrow for it.
    """
    if not is_kind(kind):
        raise ValueError(f"Unknown kind {kind!r}: use {', '.join(KINDS)}")
    if needed := KINDS[kind].refusal(fmt):
        raise ValueError(
            f"Kind {kind!r} needs a format of {needed}, not {fmt.name!r} with {fmt.mantissa_bits}"
        )
    return kind


def resolve_offset(kind: Kind, fmt: FloatFormat, offset: int | None) -> int:
    """The constant added to the mantissas, in units of ``2**-m``: the paper's when None.

    Raises
    ------
    TypeError, ValueError
        When it is no integer; when it is out of range, or given to a kind that has none.
    """
    has_offset = KINDS[kind].has_offset
    if offset is None:
        return fmt.paper_offset if has_offset else 0
    if not has_offset:
        have_one = " and ".join(name for name, info in KINDS.items() if info.has_offset)
        raise ValueError(f"Kind {kind!r} has no offset; only {have_one} have one")
    if not isinstance(offset, int) or isinstance(offset, bool):
        raise TypeError(f"Offset must be an integer, not {offset!r}")
    limit = 1 << fmt.mantissa_bits
    if not 0 <= offset < limit:
        raise ValueError(f"Offset must be from 0 to {limit - 1} for {fmt.name!r}, not {offset!r}")
    return offset
