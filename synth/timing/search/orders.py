"""The best circuit for a clock in each of several orders of the statements.

The smallest of many mappings is a lucky one. So the statements are put into other orders, which
mean the same, and in each the ways that gave the best circuits as written compete again. So it is
with an array, of which all parts and what is around them are mapped anew in each order.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.mac import MacDesign
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.order import reordered
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.timing.search.array_parts import ArrayParts, array_of
from lmul.synth.timing.search.at_clock import AtClock, Cost, rank
from lmul.synth.timing.search.subject import Subject
from lmul.synth.timing.timing import analyse
from lmul.tools.errors import ToolFailed

__all__ = ["FINALISTS", "ORDERS", "Winners", "of_array", "of_circuit"]


ORDERS = 3
"""How many orders are tried besides the one as written."""

FINALISTS = 4
"""How many ways are tried in each."""


@dataclass(frozen=True)
class Winners:
    """The best circuit of each order.

    Attributes
    ----------
    each : sequence of AtClock
        The first as written.
    fastest_ps : float
        The shortest delay of all mappings as written; of an array its own.
    tried : int
        Mappings in all.
    """

    each: Sequence[AtClock]
    fastest_ps: float
    tried: int


def of_circuit(
    found: Sequence[AtClock],
    library: Library,
    orders: int,
    cost: Cost,
    told: Callable[[str], None],
    fastest: bool = False,
    pipelines: int = 1,
) -> Winners:
    """Of the mappings as written, and of so many other orders.

    Parameters
    ----------
    found : sequence of AtClock
        As written.
    library : Library
    orders : int
        None is tried where no mapping meets the clock.
    cost : callable
        What is to be least, of those that meet the clock.
    told : callable
        Called with what is mapped next.
    fastest : bool
        No clock is to be met.
    pipelines : int
        So many of the best as written compete by their medians over the orders.

    Raises
    ------
    ToolNotFound
        When Yosys is missing.
    """

    def meets(one: AtClock) -> bool:
        return fastest or one.slack_ps >= 0

    def place(one: AtClock) -> Any:
        return cost(one) if fastest else rank(one, cost)

    def of_orders(design: str) -> list[AtClock]:
        """The best of each order, of one circuit."""
        nonlocal tried
        finalists = [one for one in ranked if one.design == design and meets(one)]
        winners = finalists[:1]
        for order in range(1, orders + 1):
            told(f"order {order} of {orders}: {design}")
            mapped = _again(finalists[:FINALISTS], library, order)
            tried += len(mapped)
            if mapped and meets(winner := min(mapped, key=place)):
                winners.append(winner)
        return winners

    ranked, tried = sorted(found, key=place), len(found)
    fastest_ps = min(one.timing.delay_ps for one in found)
    best = dict.fromkeys(one.design for one in ranked if meets(one))
    each = [of_orders(design) for design in list(best)[:pipelines]] or [ranked[:1]]
    winners = each[0]
    if len(each) > 1:
        winners = min(each, key=lambda some: statistics.median(map(cost, some)))
    return Winners(winners, fastest_ps, tried)


def of_array(
    parts: ArrayParts, library: Library, period: float, orders: int, told: Callable[[str], None]
) -> Winners:
    """An array as written, and in so many other orders, its parts from the search for them.

    ``told`` is called with what is mapped next.

    Raises
    ------
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.timing.search.array_parts.array_of`.
    """
    told(f"{parts.design.name} of its parts")
    first, limits = array_of(parts, library, period)
    winners, tried = [first], first.tried
    finalists = replace(parts, limits=limits).near(first.parts, FINALISTS)
    for order in range(1, orders + 1 if first.slack_ps >= 0 else 1):
        told(f"order {order} of {orders}: {first.design}")
        again = {part: _again(each, library, order) for part, each in finalists.items()}
        if not all(again.values()):
            continue
        whole = Subject(
            first.design, first.level, lambda form, order=order: _written(parts.design, form, order)
        )
        one, _ = array_of(replace(parts, found=again, limits=limits), library, period, whole)
        tried += one.tried
        if one.slack_ps >= 0:
            winners.append(one)
    return Winners(winners, first.timing.delay_ps, tried)


def _written(design: MacDesign, form: Form, order: int) -> Circuit:
    circuit = Circuit.of(design, form)
    return replace(circuit, verilog=reordered(circuit.verilog, order))


def _again(finalists: Sequence[AtClock], library: Library, order: int) -> list[AtClock]:
    """The same circuits in the same ways, their statements in another order."""
    found = []
    for one in finalists:
        written = one.mapped.circuit
        circuit = replace(written, verilog=reordered(written.verilog, order))
        try:
            mapped = map_cells(circuit, library, way=one.way)
        except ToolFailed:
            continue  # ABC gives up on some; others of this order stand
        timing = analyse(mapped, wires=one.timing.wires)
        found.append(replace(one, mapped=mapped, timing=timing))
    return found
