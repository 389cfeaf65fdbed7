"""A netlist whose parts were kept apart: a module stands there once, however often it is used."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lmul.synth.netlist import Module, cell_types

__all__ = ["Hierarchy"]


@dataclass(frozen=True)
class Hierarchy:
    """The modules of a ``write_json`` text below one top module.

    Parameters
    ----------
    modules : mapping of str to module
    top : str

    Raises
    ------
    ValueError
        When ``top`` is not among the modules.
    """

    modules: Mapping[str, Module]
    top: str

    def __post_init__(self) -> None:
        if self.top not in self.modules:
            raise ValueError(f"Yosys's netlist has no module {self.top!r}")

    @classmethod
    def read(cls, netlist: str, top: str) -> "Hierarchy":
        """The hierarchy of a ``write_json`` text.

        Raises
        ------
        ValueError
            When the text is no such netlist or the module is not in it.
        """
        try:
            modules = json.loads(netlist)["modules"]
        except (KeyError, TypeError, json.JSONDecodeError):
            raise ValueError("Yosys's netlist can't be read") from None
        inside = {
            name: module
            for name, module in modules.items()
            if "blackbox" not in module.get("attributes", {})
        }
        return cls(inside, top)

    @cached_property
    def times(self) -> Counter[str]:
        """How often each module stands in the whole, the top module once."""
        found: Counter[str] = Counter({self.top: 1})
        for name in self._top_down():
            for kind, number in cell_types(self.modules[name]).items():
                if kind in self.modules:
                    found[kind] += number * found[name]
        return found

    @cached_property
    def cells(self) -> Counter[str]:
        """Cells by type of the whole, those of a module as often as it stands there."""
        found: Counter[str] = Counter()
        for name, times in self.times.items():
            for kind, number in cell_types(self.modules[name]).items():
                if kind not in self.modules:
                    found[kind] += number * times
        return found

    def _top_down(self) -> Iterator[str]:
        """The modules in use, each after all those that it stands in."""
        waiting: Counter[str] = Counter()
        reached, fresh = {self.top}, [self.top]
        while fresh:
            for kind in self._below(fresh.pop()):
                waiting[kind] += 1
                if kind not in reached:
                    reached.add(kind)
                    fresh.append(kind)
        ready = [self.top]
        while ready:
            name = ready.pop()
            yield name
            for kind in self._below(name):
                waiting[kind] -= 1
                if not waiting[kind]:
                    ready.append(kind)

    def _below(self, name: str) -> list[str]:
        return [kind for kind in cell_types(self.modules[name]) if kind in self.modules]
