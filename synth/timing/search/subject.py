"""What is mapped for a clock: a design, or a part of one, and the pipelines of a design."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign, most_stages
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.synth.gates.circuit import Circuit

__all__ = ["PLACES", "Subject", "pipelined", "sort_of"]


PLACES = 8
"""Of a sum that keeps carries, the places between two of them. With 4 no PE that was tried is
quicker by more than some percent, and with 1 it has nearly twice the flip-flops."""


def pipelined(design: Design) -> list[Design]:
    """The design with each number of pipeline registers that its name can say, fewest first.

    A PE whose sum is exact is there with carries kept every :data:`PLACES` places, too, or where
    its name says that carries are kept, with them alone.
    """
    if isinstance(design, DotDesign):
        return _each(design, "stages", range(1 + most_stages(design.kind)))
    if isinstance(design, UnitDesign):
        return [design] if design.level == "product" else _each(design, "stages", range(4))
    if not isinstance(design, MacDesign) or design.level == "product":
        return [design]
    if design.level == "pe" and design.resolved_accumulator.name == "exact":
        return [
            replace(design, stages=stages, carries=carries)
            for carries in ([design.carries] if design.carries else [0, PLACES])
            for stages in range(1 + design.most_stages)
        ]
    if design.level != "array" or design.kind == "int8":
        return _each(design, "stages", range(1 + design.most_stages))
    return [
        replace(design, stages=stages, rounder=rounder)
        for stages in range(1 + design.most_stages)
        for rounder in range(4)
    ]


def _each(
    design: DotDesign | MacDesign | UnitDesign, knob: str, values: Iterable[int]
) -> list[Design]:
    return [replace(design, **{knob: value}) for value in values]


def sort_of(design: Design) -> str:
    """The :attr:`Subject.sort` of a design, and of its parts."""
    return "carries kept" if isinstance(design, MacDesign) and design.carries else ""


@dataclass(frozen=True)
class Subject:
    """What is mapped for a clock: a design, or a part of one.

    Parameters
    ----------
    name, level : str
        What reports call it.
    circuit : callable
        It in each form of arithmetic.
    sort : str
        Subjects of one sort are alike in all but registers, so that the same ways suit them.
    """

    name: str
    level: str
    circuit: Callable[[Form], Circuit]
    sort: str = ""

    @classmethod
    def of(cls, design: Design | str) -> "Subject":
        """A whole design."""
        parsed = Design.parse(design)
        sort = sort_of(parsed)
        return cls(parsed.name, parsed.level, lambda form: Circuit.of(parsed, form), sort)
