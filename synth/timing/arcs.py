"""Whether a library tells all delays that the paths of a netlist take.

A timing group that is missing, or does not say which pin it starts from, would end paths there and
make delays shorter without a word. Cells that the netlist does not use may lack what they like: tie
cells, fillers, cells that synthesis must not take.
"""

from collections.abc import Iterator

from lmul.synth.liberty.cells import COMBINATIONAL, FALL, RISE, Pin
from lmul.synth.liberty.library import Library
from lmul.synth.mapping.cell_netlist import ONE, CellNetlist, Instance

__all__ = ["check_arcs"]


_EDGES = {RISE: ("rising", "rise"), FALL: ("falling", "fall")}


def check_arcs(netlist: CellNetlist, library: Library, setup: bool = True) -> None:
    """Refuse a library that lacks a delay or transition that the netlist needs, or a setup time.

    ``setup`` is whether setup times are needed.

    Raises
    ------
    ValueError
        With the cell, its pins and the line where it begins.
    """
    seen: set[tuple[str, frozenset[str]]] = set()
    for one in netlist.instances:
        live = frozenset(pin for pin, net in one.pins.items() if net > ONE)
        if (one.cell.name, live) in seen:
            continue
        seen.add((one.cell.name, live))
        for missing in _missing(one, live, setup):
            raise ValueError(
                f"Liberty file {library.place(one.cell.name)}, can't be used for delays: cell "
                f"{one.cell.name!r} {missing}"
            )


def _missing(one: Instance, live: frozenset[str], setup: bool) -> Iterator[str]:
    state = one.cell.state
    for pin in one.cell.outputs:
        if pin.name not in live or pin.function is None:
            continue
        for arc in pin.timing:
            if arc.related_pin not in one.cell.pins:
                yield f"has a timing group at {pin.name!r} {_from_nowhere(arc.related_pin)}"
        if state is None:
            sources = [name for name in pin.function.inputs if name in live]
            kinds = COMBINATIONAL
        else:
            sources = list(state.clocked_on.inputs) if state.clocked_on else []
            kinds = ("rising_edge", "falling_edge")
        for source in sources:
            yield from _untold(pin, source, kinds)
    if not setup or state is None or state.next_state is None:
        return
    for name in state.next_state.inputs:
        if name in live and name in one.cell.pins:
            checks = one.cell.pins[name].setup
            for check in checks:
                if check.related_pin not in one.cell.pins:
                    yield f"has a setup time at {name!r} {_from_nowhere(check.related_pin)}"
            if not any(c.rise for c in checks) or not any(c.fall for c in checks):
                yield (
                    f"has no setup time at {name!r}: a timing group with timing_type setup_rising "
                    "and the tables rise_constraint and fall_constraint"
                )


def _untold(pin: Pin, source: str, kinds: tuple[str, ...]) -> Iterator[str]:
    arcs = [arc for arc in pin.timing if arc.related_pin == source and arc.kind in kinds]
    for edge, (name, word) in _EDGES.items():
        if not any(arc.gives(edge) for arc in arcs):
            yield (
                f"does not tell how long {source!r} takes to {pin.name!r}, {name}: a timing group "
                f"with related_pin {source!r} and the tables cell_{word} and {word}_transition"
            )


def _from_nowhere(pin: str) -> str:
    return f"whose related_pin {pin!r} is none of its pins" if pin else "without a related_pin"
