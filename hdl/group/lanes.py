"""N things of one layout side by side, as members of a struct."""

from collections.abc import Sequence
from typing import Any, TypeVar

from amaranth import Cat, Value
from amaranth.lib import data

__all__ = ["LanesLayout", "any_of_each", "lane_resets", "lanes", "members"]


_Lane = TypeVar("_Lane", bound=data.StructLayout)


class LanesLayout(data.StructLayout):
    """N of one layout, the first in the lowest bits.

    Parameters
    ----------
    lane : StructLayout
        Of an operand, or of a product.
    terms : int
        N.

    Members
    -------
    lane_0, lane_1, …
    """

    def __init__(self, lane: data.StructLayout, terms: int) -> None:
        super().__init__({f"lane_{index}": lane for index in range(terms)})

    @classmethod
    def of(cls, lane: _Lane, terms: int) -> "_Lane | LanesLayout":
        """So many side by side; of a single one, its own layout."""
        return cls(lane, terms) if terms > 1 else lane


def lane_resets(reset: dict[str, Any], terms: int) -> dict[str, Any]:
    """The reset of each member of :meth:`LanesLayout.of`, from that of a lane's members."""
    return {f"lane_{index}": reset for index in range(terms)} if terms > 1 else reset


def lanes(given: Any) -> list[Any]:
    """The views of a view of several lanes; a view of anything else is the only one."""
    if isinstance(given.shape(), LanesLayout):
        return [given[name] for name, _ in given.shape()]
    return [given]


def any_of_each(marks: Sequence[Value], terms: int) -> Value:
    """A bit for each operand: whether any of its lanes has a mark."""
    if terms == 1:
        return Cat(marks)
    return Cat(Cat(marks[low : low + terms]).any() for low in range(0, len(marks), terms))


def members(struct: Any) -> dict[str, Value]:
    """The members of a struct by name."""
    return {name: struct[name] for name, _ in struct.shape()}
