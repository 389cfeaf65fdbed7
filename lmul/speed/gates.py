"""How fast netlists are simulated, beside the golden model on the same operands.

Run by ``make bench``. Times depend on the machine, so the ratio is what to compare. A vector is
a pair of operands, and the time includes counting every net's toggles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.multiply import multiply
from lmul.speed.beside import seconds
from lmul.synth.energy.run import streams
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gatesim.simulation import simulate
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import map_to_cells
from lmul.synth.stimuli.stimulus import stimuli

__all__ = ["GateSpeed", "measure"]


_DESIGNS = ("lmul-e4m3-ftz", "exact-e4m3-ocp")
_PAIRS = 1 << 18
_RUNS = 5


@dataclass(frozen=True)
class GateSpeed:
    """One measurement: medians of several runs, in vectors per second, on one thread.

    ``unit_delay`` is both simulations, without and with delays; ``golden`` is the golden model's
    speed on as many pairs.
    """

    name: str
    cells: int
    zero_delay: float
    unit_delay: float
    golden: float


def measure(liberty: Paths | None = None, runs: int = _RUNS) -> Iterator[GateSpeed]:
    """Time 8-bit multipliers of a library's cells."""
    library = load(liberty or default_library())
    for name in _DESIGNS:
        design = UnitDesign.parse(name)
        netlist = map_to_cells(Circuit.of(design), library)
        [stimulus] = stimuli("uniform", design, _PAIRS)
        given = streams(design, stimulus, sequential=False)
        inputs, vectors = given.drive.inputs, given.operations
        x, y = (c.astype(code_dtype(design.format)) for c in (stimulus.x, stimulus.y))
        found = [
            vectors / median(seconds(run) for _ in range(runs + 1))
            for run in (
                lambda n=netlist, i=inputs: simulate(n, i, cycles=0),
                lambda n=netlist, i=inputs: simulate(n, i, cycles=0, settling=None),
                lambda a=x, b=y, d=design: multiply(a, b, d.format, d.kind, d.policy),
            )
        ]
        yield GateSpeed(name, len(netlist.instances), *found)


def _main() -> None:
    print(f"netlists of {load(default_library()).name}, median of {_RUNS}, one thread")
    print(f"{'':18} {'cells':>6} {'zero delay':>14} {'unit delay':>14} {'golden':>10} {'ratio':>8}")
    for speed in measure():
        print(
            f"{speed.name:18} {speed.cells:6} {speed.zero_delay / 1e6:10.1f} M/s "
            f"{speed.unit_delay / 1e6:10.1f} M/s {speed.golden / 1e6:6.0f} M/s "
            f"{speed.zero_delay / speed.golden:8.3f}",
            flush=True,
        )


if __name__ == "__main__":
    _main()
