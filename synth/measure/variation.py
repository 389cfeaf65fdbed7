"""How much of a figure is luck: the same circuit, its statements in another order.

ABC's heuristics follow the order in which a netlist reaches them. The order of a module's
``assign`` statements means nothing in Verilog, and still moves gate counts, areas and energies by
a few percent; a difference between two designs that is smaller than this is no difference.

    python -m lmul.console.variation DESIGN...

prints them for designs.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from lmul.hdl.designs.design import Design
from lmul.synth.energy.energy import FREQUENCY
from lmul.synth.energy.run import simulated_power, streams
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import count
from lmul.synth.gates.order import reordered
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.file import Paths
from lmul.synth.liberty.library import load
from lmul.synth.mapping.cell_netlist import netlist_of
from lmul.synth.mapping.mapping import map_cells
from lmul.synth.stimuli.stimulus import stimuli
from lmul.synth.timing.timing import analyse

__all__ = ["ORDERS", "MappedSpread", "Ratio", "Spread", "mapped_spread"]


ORDERS = 4
"""How many orders are tried besides the one as written."""


@dataclass(frozen=True)
class Ratio:
    """A circuit's figure over another's.

    Attributes
    ----------
    least, most : float
        The extremes that both ranges allow.
    median : float
        Of the medians.
    """

    least: float
    median: float
    most: float

    @property
    def told(self) -> bool:
        """The ranges do not overlap, so that one of the two takes less."""
        return not self.least <= 1 <= self.most


@dataclass(frozen=True)
class Spread:
    """A figure of one circuit under several orders of its statements.

    Attributes
    ----------
    as_written : float
        The figure that is reported.
    least, most : float
        The extremes, the order as written among them.
    median : float
        Of all orders.
    """

    as_written: float
    least: float
    median: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """Of figures, the first as written."""
        return cls(figures[0], min(figures), statistics.median(figures), max(figures))

    def over(self, other: "Spread") -> Ratio:
        """This figure over another circuit's."""
        return Ratio(self.least / other.most, self.median / other.median, self.most / other.least)

    def at(self, figure: float) -> "Spread":
        """The range of a figure that moves in proportion to this one, measured as written."""
        share = figure / self.as_written
        return Spread(figure, share * self.least, figure, share * self.most)


@dataclass(frozen=True)
class MappedSpread:
    """What synthesis and mapping make of one design under several orders.

    Attributes
    ----------
    gates : Spread
        Two-input gates and inverters.
    area : Spread
        Square micrometres.
    delay : Spread
        ps.
    energy, without_glitches, unit_delay : Spread
        fJ an operation: with real delays, and its bounds.
    """

    gates: Spread
    area: Spread
    delay: Spread
    energy: Spread
    without_glitches: Spread
    unit_delay: Spread


def mapped_spread(
    design: Design | str,
    stimulus: str = "attention QK",
    liberty: Paths | None = None,
    orders: int = ORDERS,
    pairs: int = 1 << 15,
) -> MappedSpread:
    """Count and map a design, but no array, as written and in ``orders`` other orders.

    Parameters
    ----------
    design : Design or str
    stimulus, pairs
        As for :func:`lmul.synth.stimuli.stimulus.stimuli`; of two, the first.
    liberty : Paths or None
        As for :func:`lmul.synth.energy.energy.measure`.
    orders : int
        Seeds 1, 2, …

    Raises
    ------
    TypeError, ValueError, OSError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.energy.energy.measure`.
    """
    design = Design.parse(design)
    library = load(liberty or default_library())
    given = stimuli(stimulus, design, pairs)[0]

    def figures(variant: Circuit) -> tuple[float, ...]:
        mapped = map_cells(variant, library)
        netlist = netlist_of(mapped)
        driven = streams(design, given, bool(netlist.flipflops))
        run = simulated_power(design.name, netlist, driven, library)
        leakage = float(run.without_glitches.leakage.sum()) * 1e6 / FREQUENCY
        energies = (
            (power.dynamic + leakage) * driven.share
            for power in (run.real_delays, run.without_glitches, run.unit_delay)
        )
        return count(variant).gates, mapped.area_um2, analyse(mapped).delay_ps, *energies

    found = map(figures, _variants(design, orders))
    return MappedSpread(*(Spread.of(column) for column in zip(*found, strict=True)))


def _variants(design: Design | str | Circuit, orders: int) -> list[Circuit]:
    circuit = Circuit.of(design)
    texts = [circuit.verilog] + [reordered(circuit.verilog, n) for n in range(1, orders + 1)]
    return [Circuit(circuit.top, text, circuit.level, circuit.name) for text in texts]
