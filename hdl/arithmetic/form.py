"""How arithmetic is written: as few gates, as operators for which FPGAs have circuits, or as fast.

Standard cells get chains of gates, each counted. FPGAs have carry chains and multipliers, which
their tools use for ``+`` and ``*`` alone: of gates they would make look-up tables only, of all
kinds, and the comparison would be one of how well gates suit LUTs. The results are the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

__all__ = ["Form", "as_form", "form", "is_fast", "written_as"]


Form = Literal["gates", "sums", "products", "fast", "fastest"]
"""All as gates; sums of words as ``+``; products of words as ``*`` too, for DSP blocks.

``fast`` is for standard cells at a short clock: products as trees of full adders whose two last
rows are a ``+``, an integer's sum one more row of its product's tree, and the upper bits of a sum
made ready before the carry into them is known. ``fastest`` is that, and a float accumulator in
two paths: twice as fast, and by half larger."""

_form: ContextVar[Form] = ContextVar("form", default="gates")


def as_form(name: str) -> Form:
    """The form of a name.

    Raises
    ------
    ValueError
        For a name that is none.
    """
    for known in get_args(Form):
        if known == name:
            return known
    raise ValueError(f"Unknown form {name!r}: use {', '.join(get_args(Form))}")


def form() -> Form:
    """How a component that is elaborated now is to be written."""
    return _form.get()


def is_fast() -> bool:
    """Whether a component is to be written for a short clock."""
    return form() in ("fast", "fastest")


@contextmanager
def written_as(chosen: Form) -> Iterator[None]:
    """Have all components that are elaborated in this block written in one form.

    Raises
    ------
    ValueError
        For an unknown form.
    """
    before = _form.set(as_form(chosen))
    try:
        yield
    finally:
        _form.reset(before)
