"""How far figures of designs move with the order of their statements.

python -m lmul.console.variation DESIGN...

By default the e4m3 multipliers that are compared most.
"""

import sys
from collections.abc import Sequence
from dataclasses import astuple

from lmul.synth.comparison.points import STIMULUS, spreads
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import as_paths
from lmul.synth.measure.measurement import Point
from lmul.synth.measure.runs import all_points
from lmul.synth.measure.variation import ORDERS

__all__ = ["variation_lines"]


_DESIGNS = ("lmul-e4m3-ftz", "lmul_rne-e4m3-ftz", "mitchell-e4m3-ftz", "exact-e4m3-ftz")
_COLUMNS = (
    *(("gates", 5, 0), ("area, um2", 8, 1), ("delay, ps", 8, 1)),
    *(("real delays", 8, 1), ("without glitches", 8, 1), ("unit delay", 8, 1)),
)


def variation_lines(designs: Sequence[str]) -> list[str]:
    """A head, and a line a design: as written, least, median and most of each figure."""
    library = tuple(map(str, as_paths(default_library())))
    points = [Point(name, "spread", library, STIMULUS) for name in designs]
    found = spreads(all_points(points))
    heads = "  ".join(f"{title:>{4 * width + 3}}" for title, width, _ in _COLUMNS)
    lines = [
        f"as written, least, median, most of {1 + ORDERS} orders; energies: fJ, {STIMULUS}",
        f"{'':24}  {heads}",
    ]
    for point in points:
        figures = [
            " ".join(f"{value:{width}.{digits}f}" for value in spread)
            for spread, (_, width, digits) in zip(
                astuple(found[point.design]), _COLUMNS, strict=True
            )
        ]
        lines.append("  ".join([f"{point.design:24}", *figures]))
    return lines


if __name__ == "__main__":
    print("\n".join(variation_lines(sys.argv[1:] or _DESIGNS)))
