"""The report's table of other nodes: what L-Mul's PE takes of its twins' in each library."""

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.tables import clock_of, costs, registers, share
from lmul.synth.comparison.accepted import accepted
from lmul.synth.comparison.clocks.kept import ClockSurvey, Compared, clocked_of
from lmul.synth.comparison.clocks.points import NODE_CLOCKS, PE, clocked_designs, node_points
from lmul.synth.liberty.nodes import NODES
from lmul.synth.measure.clocked import Clocked
from lmul.synth.tables.levels import TWINS
from lmul.synth.tables.table import NOTHING, Method, Table

__all__ = ["at_nodes", "node_table"]


def at_nodes(clocks: ClockSurvey) -> dict[str, dict[str, Clocked]]:
    """By library and PE, at its format's clock; ``embedded`` is the report's own library."""
    found: dict[str, dict[str, Clocked]] = {"embedded": {}}
    for (design, clock), one in clocks.found.items():
        if design.startswith("pe-") and clock == NODE_CLOCKS.get(_format(design)):
            found["embedded"][design] = one
    for point, measured in accepted("nodes").of(node_points()).items():
        found.setdefault(point.library[0], {})[point.design] = clocked_of(measured)
    return found


def node_table(document: Compared) -> Table:
    """One row a format and library: area and energy of L-Mul's PE over each twin's."""
    found = at_nodes(document.clocks)
    rows = []
    for fmt in document.formats:
        names = clocked_designs(fmt, PE) if fmt in NODE_CLOCKS else {}
        for library, pes in found.items():
            mine = pes.get(names.get("lmul", ""))
            if mine is None:
                continue
            others = [pes.get(names.get(twin, "")) for twin in TWINS]
            rows.append(
                [
                    fmt,
                    f"{library}, {NODES[library].process}" if library in NODES else library,
                    clock_of(mine),
                    registers(mine) if mine.slack_ps >= 0 else NOTHING,
                    *costs(mine),
                    *(share(mine, other, "area") for other in others),
                    *(share(mine, other, "energy") for other in others),
                ]
            )
    return Table(
        "At equal clocks in other nodes: what a PE of L-Mul takes of its twins",
        [
            "format",
            "library",
            "clock",
            "registers in it",
            "L-Mul, µm²",
            "fJ",
            *(f"of {twin}'s area" for twin in TWINS),
            *(f"of {twin}'s fJ" for twin in TWINS),
        ],
        rows,
        [
            "An inverter delay (FO4) is that of the library's own smallest inverter which drives "
            "four of its kind, so the clock is as hard to meet in each. “embedded” is this "
            "report's library, a part of sky130hd with few drive strengths. Typical corners. "
            f"{accepted('nodes').told}",
        ],
        text_columns=3,
        strong=frozenset({7, 8, 10, 11}),
        wide=frozenset({6, 9}),
        method=Method(
            ", ".join(NODES),
            "as at equal clocks in the embedded library",
            "as there; each library's own cells, drive strengths, supply and tables",
        )
        if rows
        else None,
    )


def _format(design: str) -> str:
    # int8's stands beside e4m3's.
    fmt = MacDesign.parse(design).format.name
    return fmt if fmt in NODE_CLOCKS else "e4m3"
