"""How quickly the Verilog of arrays is written, and how long it is, over sizes.

Run by ``make bench``. Seconds depend on the machine; what a PE adds should not depend on the size.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from lmul.hdl.designs.mac import FLOWS, MacDesign
from lmul.hdl.verilog.emit import emit

__all__ = ["Emission", "main", "measure"]


_SIDES = (8, 16, 32, 64)
_RUNS = 3


@dataclass(frozen=True)
class Emission:
    """One measurement.

    Attributes
    ----------
    design : MacDesign
    seconds : float
        Median of several runs, none of them from a cache.
    size : int
        Characters of the Verilog.
    """

    design: MacDesign
    seconds: float
    size: int

    @property
    def cells(self) -> int:
        """R times C."""
        return self.design.rows * self.design.columns


def measure(runs: int = _RUNS, sides: tuple[int, ...] = _SIDES) -> Iterator[Emission]:
    """Write square arrays of either flow again and again."""
    for flow in FLOWS:
        for side in sides:
            design = MacDesign.parse(f"array-lmul-e4m3-{side}x{side}-{flow}")
            times: list[float] = []
            text = ""
            for _ in range(runs):
                start = time.perf_counter()
                text = emit(design)
                times.append(time.perf_counter() - start)
            yield Emission(design, median(times), len(text))


def main() -> None:
    """Print the table; the last two columns are what a PE adds to the row above."""
    print(f"Verilog of arrays, median of {_RUNS}")
    print(f"{'':24} {'seconds':>8} {'kB':>6} {'ms per PE':>10} {'bytes per PE':>13}")
    before: Emission | None = None
    for found in measure():
        added = ""
        if before is not None and before.design.flow == found.design.flow:
            more = found.cells - before.cells
            seconds, size = found.seconds - before.seconds, found.size - before.size
            added = f"{1e3 * seconds / more:10.2f} {size / more:13.1f}"
        print(
            f"{found.design.name:24} {found.seconds:8.2f} {found.size / 1e3:6.0f} {added}",
            flush=True,
        )
        before = found


if __name__ == "__main__":
    main()
