"""A PE behind its edges, driven cycle by cycle in Amaranth's simulator."""

from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from lmul.hdl.mac.pe import PE


class EdgedPE(wiring.Component):
    """Codes in, sums out."""

    def __init__(self, path):
        self.path = path
        super().__init__(
            {
                "en": In(1),
                "x": In(path.code_width),
                "y": In(path.code_width),
                "keep": In(1),
                "last": In(1),
                "total": Out(path.result_layout),
                "captures": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.first = first = self.path.edge(second=False)
        m.submodules.second = second = self.path.edge(second=True)
        m.submodules.pe = pe = PE(self.path)
        m.d.comb += [
            first.code.eq(self.x),
            first.keep.eq(self.keep),
            second.code.eq(self.y),
            second.keep.eq(self.keep),
            pe.a.eq(first.operand),
            pe.b.eq(second.operand),
            pe.en.eq(self.en),
            pe.last.eq(self.last),
            self.total.eq(pe.total),
            self.captures.eq(pe.captures),
        ]
        return m


def captured(path, cycles):
    """The results captured while ``cycles`` of (x, y, keep, last, en) are applied."""
    dut = EdgedPE(path)
    results = []

    async def bench(ctx):
        for x, y, keep, last, en in cycles:
            ctx.set(dut.x, int(x))
            ctx.set(dut.y, int(y))
            ctx.set(dut.keep, int(keep))
            ctx.set(dut.last, int(last))
            ctx.set(dut.en, int(en))
            if en and ctx.get(dut.captures):
                total = ctx.get(dut.total)
                results.append({name: total[name] for name, _ in path.result_layout})
            await ctx.tick()

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return results
