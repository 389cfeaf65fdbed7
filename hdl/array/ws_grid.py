"""One row of a weight-stationary array, all rows alike."""

from amaranth import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.delay import delay
from lmul.hdl.array.parts import Parts, Submodules
from lmul.hdl.group.lanes import members
from lmul.hdl.group.marks import special_products
from lmul.hdl.mac.datapath import Datapath

__all__ = ["WeightStationaryPE", "WeightStationaryRow"]


class WeightStationaryPE(wiring.Component):
    """One weight, a second one in waiting, and one addition to each sum that passes down.

    In every enabled cycle an activation is taken into a register; in the cycle after it, or with
    ``stages`` the one after that, its product with the weight is added to ``above``, and ``below``
    has the sum another cycle later.

    ``loads`` takes ``b`` as the weight in waiting, and ``swaps``, which comes with the first
    activation of a tile, makes that the weight. Both may be 1 in one cycle: then the weight that
    waited moves up and ``b`` waits behind it.

    While ``en`` is 0 every register holds. Reset drops ``loads`` and ``swaps`` that are on their
    way; weights and sums are overwritten, never cleared: whoever takes a sum knows if it is one.

    Parameters
    ----------
    datapath : FloatDatapath or IntDatapath
        Operands, product and accumulator.

    Members
    -------
    en : In(1)
    a : In(datapath.operand_layout)
        The activation, from the edge or the PE before.
    b : In(datapath.operand_layout)
        A weight; the same to all PEs of a column.
    loads, swaps : In(1)
        Take ``b``; change over to the weight taken before.
    a_next, loads_next, swaps_next : Out
        The same, an enabled cycle later, for the next PE.
    above, below : In(datapath.kept_layout), Out(datapath.kept_layout)
        A partial sum on its way down, with the carries that it keeps.

    Attributes
    ----------
    datapath
    """

    def __init__(self, datapath: Datapath) -> None:
        self.datapath = datapath
        operand, result = datapath.operand_layout, datapath.kept_layout
        super().__init__(
            {
                "en": In(1),
                "a": In(operand),
                "b": In(operand),
                "loads": In(1),
                "swaps": In(1),
                "a_next": Out(operand),
                "loads_next": Out(1),
                "swaps_next": Out(1),
                "above": In(result),
                "below": Out(result),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        path = self.datapath
        m.submodules.product = product = path.product_unit()
        m.submodules.accumulation = accumulation = path.accumulation_unit(product, resolves=False)
        x = self._register(m, "x", members(self.a))
        m.d.comb += [
            *(self.a_next[name].eq(value) for name, value in x.items()),
            self.loads_next.eq(delay(m, self.loads, 1, self.en, "loads_passed", 0)),
            self.swaps_next.eq(delay(m, self.swaps, 1, self.en, "swaps_passed", 0)),
        ]
        y = self._weight(m)
        m.d.comb += [
            *(product.x[name].eq(x[name]) for name in members(product.x)),
            *(product.y[name].eq(y[name]) for name in members(product.y)),
        ]
        behind = members(product.p)
        marks = special_products(m, x, y, path.operand_layout) if path.has_inf else {}
        if path.stages > 1:
            m.d.comb += product.en.eq(self.en)
            marks = self._register(m, "operand", marks)
        if path.stages:
            behind = self._register(m, "product", behind)
            marks = self._register(m, "product", marks)
        m.d.comb += [accumulation.p[name].eq(value) for name, value in behind.items()]
        m.d.comb += accumulation.acc.eq(self.above.sum)
        total: dict[str, Value] = {"sum": accumulation.total}
        total |= {name: self.above[name] | mark for name, mark in marks.items()}
        if "overflow" in path.result_layout.members:
            total["overflow"] = self.above.overflow | accumulation.overflow
        sums = self._register(m, "sum", total)
        m.d.comb += [members(self.below)[name].eq(value) for name, value in sums.items()]
        return m

    def _weight(self, m: Module) -> dict[str, Value]:
        """The weight that is multiplied; the one in waiting stands behind it."""
        weight: dict[str, Value] = {}
        for name, value in members(self.b).items():
            width = len(Value.cast(value))
            waiting = Signal(width, name=f"waiting_{name}", reset_less=True)
            present = Signal(width, name=f"weight_{name}", reset_less=True)
            with m.If(self.en & self.loads):
                m.d.sync += waiting.eq(value)
            with m.If(self.en & self.swaps):
                m.d.sync += present.eq(waiting)
            weight[name] = present
        return weight

    def _register(self, m: Module, prefix: str, coming: dict[str, Value]) -> dict[str, Value]:
        """All of ``coming`` an enabled cycle later."""
        return {
            name: delay(m, Value.cast(value), 1, self.en, f"{prefix}_{name}")
            for name, value in coming.items()
        }


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
        results = datapath.kept_layout.size * columns
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
        width, size = path.operand_layout.size, path.kept_layout.size
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
