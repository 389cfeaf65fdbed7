"""One row of a weight-stationary array, all rows alike."""

from amaranth import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.datapath import Datapath
from lmul.hdl.parts import Parts, Submodules
from lmul.hdl.pe_ws import WeightStationaryPE

__all__ = ["WeightStationaryRow"]


class WeightStationaryRow(wiring.Component):
    """PEs side by side: activations and control pass from one to the next.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
    columns : int
    parts : Parts or None
        How PEs are built; None: as submodules.

    Members
    -------
    en : In(1)
    a, loads, swaps : In
        Into the first PE.
    b : In(unsigned)
        A weight for each PE, the first lowest, each column's a cycle later than the one before.
    above, below : In(unsigned), Out(unsigned)
        A partial sum for each PE, from the row above and to the row below.
    """

    def __init__(self, datapath: Datapath, columns: int, parts: Parts | None = None) -> None:
        self.datapath = datapath
        self.columns = columns
        self.parts = parts or Submodules()
        operand = datapath.operand_layout
        # Plain bits, for the length of the Verilog: of an array, each lane and member is written.
        results = datapath.result_layout.size * columns
        super().__init__(
            {
                "en": In(1),
                "a": In(operand),
                "loads": In(1),
                "swaps": In(1),
                "b": In(operand.size * columns),
                "above": In(results),
                "below": Out(results),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        path = self.datapath
        width, size = path.operand_layout.size, path.result_layout.size
        a, loads, swaps = self.a, self.loads, self.swaps
        for column in range(self.columns):
            pe = self.parts("pe", lambda: WeightStationaryPE(path))
            m.submodules[f"pe_{column}"] = pe
            m.d.comb += [
                pe.en.eq(self.en),
                pe.a.eq(a),
                pe.loads.eq(loads),
                pe.swaps.eq(swaps),
                Value.cast(pe.b).eq(self.b.word_select(column, width)),
                Value.cast(pe.above).eq(self.above.word_select(column, size)),
                self.below.word_select(column, size).eq(pe.below),
            ]
            a, loads, swaps = pe.a_next, pe.loads_next, pe.swaps_next
        return m
