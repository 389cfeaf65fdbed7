"""How an array gets its repeated parts: as submodules, or from whoever shares their modules."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from amaranth.lib import wiring

__all__ = ["Parts", "Submodules"]


_Part = TypeVar("_Part", bound=wiring.Component)


class Parts(Protocol):
    """What a component asks for each of its repeated parts."""

    def __call__(self, name: str, make: Callable[[], _Part]) -> _Part:
        """One more of the part that ``make`` builds; equal names are equal parts."""
        ...


class Submodules:
    """Each part is a component of its own."""

    def __call__(self, name: str, make: Callable[[], _Part]) -> _Part:
        """Build it."""
        return make()
