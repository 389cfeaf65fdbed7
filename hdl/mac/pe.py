"""The processing element: it multiplies, accumulates, and passes its operands on."""

from amaranth import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.group.lanes import members
from lmul.hdl.group.marks import special_products
from lmul.hdl.mac.datapath import Datapath, as_datapath
from lmul.hdl.sums.saved_carries import AccumulateGroupSaved, AccumulateInt8Saved, AccumulateSaved

__all__ = ["PE"]


class PE(wiring.Component):
    """One sum of an output-stationary array.

    Its operands are not codes: an :class:`~lmul.hdl.mac.edge.Edge` makes them, once for a whole row
    or column of PEs, and the edge of ``b`` adds L-Mul's constant. ``datapath.edge(False)`` belongs
    before ``a`` and ``datapath.edge(True)`` before ``b``. Without the second edge the constant is
    missing: products are Mitchell's then, and nothing tells.

    In every enabled cycle an operand pair is taken into registers; the product of the pair before
    it is added up. The pair marked ``last`` ends a dot product: in the cycle in which it is added
    (``1 + stages`` enabled cycles later) ``captures`` is 1 and ``total`` is the dot product, and
    the accumulator starts the next one from zero. A pair of zeros changes nothing, so bubbles need
    no mark of their own.

    Where the datapath takes several pairs at once, an operand is as many of them side by side, each
    from an edge of its own, and "product" above is the sum of a group: an adder tree stands before
    the accumulator.

    Where the datapath keeps carries, a sum is made whole in the cycle after the one that adds its
    last product, out of the sum's own registers: ``captures`` and ``total`` come a cycle later.
    Or, with ``whole=False``, somewhere else: then ``total`` has what is kept, no later than other
    sums.

    While ``en`` is 0 every register holds. After reset the accumulator is zero, and so are the
    operands.

    Parameters
    ----------
    datapath : FloatDatapath, IntDatapath, MacDesign or str
        Operands, product and accumulator. A design's name, such as ``"pe-exact-e4m3-ftz"``, says
        all of them; a format's name alone is L-Mul's, with the defaults.
    whole : bool
        Whether sums that keep carries are made whole here.

    Members
    -------
    en : In(1)
    a, b : In(datapath.operand_layout)
        From their edges, or from the PE before.
    last : In(1)
        The pair is the last of its dot product.
    a_next, b_next, last_next : Out
        The same, an enabled cycle later, for the next PE.
    total : Out(datapath.result_layout)
        Where what is kept is given out, ``datapath.kept_layout``.
    captures : Out(1)

    Attributes
    ----------
    datapath
    whole : bool
        Sums that keep carries are made whole here.
    latency : int
        Enabled cycles from a pair to the end of the cycle that adds it, ``1 + stages``; with
        ``whole``, of the one that makes the sum whole, one more.
    """

    def __init__(self, datapath: Datapath | MacDesign | str, whole: bool = True) -> None:
        self.datapath = datapath = as_datapath(datapath)
        self.whole = whole and bool(datapath.carries)
        layout = datapath.operand_layout
        super().__init__(
            {
                "en": In(1),
                "a": In(layout),
                "b": In(layout),
                "last": In(1),
                "a_next": Out(layout),
                "b_next": Out(layout),
                "last_next": Out(1),
                "total": Out(datapath.result_layout if whole else datapath.kept_layout),
                "captures": Out(1),
            }
        )

    @classmethod
    def from_design(cls, design: MacDesign | str) -> "PE":
        """The PE that a design or its name describes, or that its array is made of."""
        return cls(MacDesign.parse(design))

    @property
    def latency(self) -> int:
        """Enabled cycles from a pair to the end of the cycle in which its sum is there."""
        return 1 + self.datapath.stages + self.whole

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        path = self.datapath
        m.submodules.product = product = path.product_unit()
        m.submodules.accumulation = accumulation = path.accumulation_unit(product, self.whole)
        x = self._register(m, "x", members(self.a), path.operand_reset)
        y = self._register(m, "y", members(self.b), path.operand_reset)
        m.d.comb += [
            *(self.a_next[name].eq(value) for name, value in x.items()),
            *(self.b_next[name].eq(value) for name, value in y.items()),
            *(product.x[name].eq(x[name]) for name in members(product.x)),
            *(product.y[name].eq(y[name]) for name in members(product.y)),
        ]
        ends = self._register(m, "x_last", {"": self.last}, {"": 0})[""]
        m.d.comb += self.last_next.eq(ends)

        behind = members(product.p)
        marks = special_products(m, x, y, path.operand_layout) if path.has_inf else {}
        if path.stages > 1:
            m.d.comb += product.en.eq(self.en)
            marks = self._register(m, "operand", marks, {"pos": 0, "neg": 0})
            ends = self._register(m, "operand_last", {"": ends}, {"": 0})[""]
        if path.stages:
            behind = self._register(m, "product", behind, path.product_reset)
            marks = self._register(m, "product", marks, {"pos": 0, "neg": 0})
            ends = self._register(m, "product_last", {"": ends}, {"": 0})[""]
        m.d.comb += [accumulation.p[name].eq(value) for name, value in behind.items()]
        m.d.comb += self.captures.eq(ends)

        if self.whole:
            self._resolve(m, accumulation, ends, marks)
            return m
        # Cleared on the way out, not when the next one begins, and to what reset gives, too: so a
        # register's own reset does both, and no gate a bit.
        acc: dict[str, Signal] = {}
        total: dict[str, Value] = {"sum": accumulation.total}
        for name, mark in marks.items():
            acc[name] = Signal(name=f"acc_{name}")
            total[name] = acc[name] | mark
        if "overflow" in path.result_layout.members:
            acc["overflow"] = Signal(name="acc_overflow")
            total["overflow"] = acc["overflow"] | accumulation.overflow
        m.d.comb += [self.total[name].eq(value) for name, value in total.items()]
        m.d.comb += accumulation.acc.eq(self._sum(m, path, accumulation, ends))
        for name, register in acc.items():
            self._add_up(m, register, total[name], ends, self.en)
        return m

    def _resolve(
        self,
        m: Module,
        accumulation: AccumulateSaved | AccumulateGroupSaved | AccumulateInt8Saved,
        ends: Value,
        marks: dict[str, Value],
    ) -> None:
        """Keep sum and carries; in the cycle behind that of the last product they are one."""
        ended = self._register(m, "acc_last", {"": ends}, {"": 0})[""]
        kept = Signal(accumulation.segments.shape, name="acc")
        m.d.comb += [
            self.captures.eq(ended),
            accumulation.acc.eq(kept),
            accumulation.starts.eq(ended),
            self.total.sum.eq(accumulation.whole),
        ]
        with m.If(self.en):
            m.d.sync += kept.eq(accumulation.total)
        for name, mark in marks.items():
            flag = Signal(name=f"acc_{name}")
            m.d.comb += self.total[name].eq(flag)
            with m.If(self.en):
                m.d.sync += flag.eq((flag & ~ended) | mark)

    def _sum(self, m: Module, path: Datapath, accumulation, ends: Value) -> Value:
        """The sum's register, or as many as it has parts: some are written only on change."""
        parts = path.sum_parts
        if not parts.rare:
            acc = Signal(Value.cast(self.total.sum).shape(), name="acc")
            self._add_up(m, acc, accumulation.total, ends, self.en)
            return acc
        registers: list[Signal] = []
        for name, place in parts.all.items():
            register = Signal(place.stop - place.start, name=f"acc_{name}")
            writes = self.en & getattr(accumulation, name) if name in parts.rare else self.en
            self._add_up(m, register, accumulation.total[place], ends, writes)
            registers.append(register)
        return Cat(registers)

    def _add_up(
        self, m: Module, register: Signal, total: Value, ends: Value, writes: Value
    ) -> None:
        with m.If(self.en & ends):
            m.d.sync += register.eq(0)
        with m.Elif(writes):
            m.d.sync += register.eq(total)

    def _register(
        self, m: Module, prefix: str, coming: dict[str, Value], reset: dict[str, int]
    ) -> dict[str, Value]:
        """A register for each member of ``coming``; ``reset`` has their values after reset."""
        held: dict[str, Value] = {}
        for name, value in coming.items():
            register = Signal(
                value.shape(),
                name=f"{prefix}_{name}" if name else prefix,
                init=reset[name],
            )
            with m.If(self.en):
                m.d.sync += register.eq(value)
            held[name] = register
        return held
