"""The report's table of PEs whose exact sums keep carries, at equal clocks."""

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.clocks.tables import clock_method, clock_of, costs, share
from lmul.synth.comparison.clocks.kept import Compared
from lmul.synth.comparison.clocks.points import CARRIES_CLOCKS, PE, carries_kept, clocked_designs
from lmul.synth.tables.table import NOTHING, Table

__all__ = ["carries_table"]


def carries_table(document: Compared) -> Table:
    """One row a format, clock and kind: the smallest PE, and the smallest that keeps carries."""
    clocks = document.clocks
    rows = []
    for fmt in (fmt for fmt in document.formats if fmt in CARRIES_CLOCKS):
        names = clocked_designs(fmt, PE)
        for clock in CARRIES_CLOCKS[fmt]:
            for kind, name in carries_kept(fmt).items():
                least, kept = (clocks.found.get((one, clock)) for one in (names[kind], name))
                if least is None or least.energy is None:
                    continue
                beside = [NOTHING] * 4
                if not MacDesign.parse(least.design).carries:
                    if kept is None:
                        continue
                    shares = [share(kept, least, what) for what in ("area", "energy")]
                    beside = [*costs(kept), *shares]
                rows.append([fmt, clock_of(least), kind, least.design, *costs(least), *beside])
    return Table(
        "PEs whose sums keep carries, at equal clocks",
        [
            "format",
            "clock",
            "kind",
            "smallest found",
            *("µm²", "fJ"),
            *("carries kept, µm²", "fJ"),
            *("of the smallest's area", "of its fJ"),
        ],
        rows,
        [
            "A name with -c8 keeps a carry of the sum every eight places. “–”: the smallest PE "
            "found does so itself."
        ],
        text_columns=4,
        strong=frozenset({8, 9}),
        method=clock_method(clocks),
    )
