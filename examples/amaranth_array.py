"""An array inside an Amaranth design: simulated in Amaranth, then written as Verilog.

``python amaranth_array.py [FILE.v]``
"""

import sys
from pathlib import Path

import numpy as np
from amaranth import DomainRenamer, Module
from amaranth.lib import wiring
from amaranth.sim import Simulator

import lmul
from lmul.hdl import SystolicArray, VerilogInstance
from lmul.hdl.verilog.convert import convert

DESIGN = lmul.Design.parse("array-lmul-e4m3-2x2-os")


class Accelerator(wiring.Component):
    """An array in a clock domain of its own; what else your design has stands beside it.

    Parameters
    ----------
    array : Component
        ``SystolicArray.from_design(DESIGN)`` to simulate, ``VerilogInstance(DESIGN)`` to convert:
        both have the same ports.
    """

    def __init__(self, array):
        self.array = array
        super().__init__({name: array.signature.members[name] for name in ("a", "b", "out")})

    def elaborate(self, platform):
        """Build the circuit."""
        m = Module()
        m.submodules.array = DomainRenamer("mac")(self.array)
        for name in ("a", "b", "out"):
            wiring.connect(m, wiring.flipped(getattr(self, name)), getattr(self.array, name))
        return m


def simulate(a, b):
    """A tile: ``a``, 2 x K codes, times ``b``, K x 2 codes, as codes of fp32."""
    top = Accelerator(SystolicArray.from_design(DESIGN))
    depth, rows = a.shape[1], []

    def sender(stream, beats):
        async def send(ctx):
            for k, lanes in enumerate(beats):
                payload = {"lanes": lanes.tolist(), "keep": 0b11, "last": k == depth - 1}
                ctx.set(stream.payload, payload)
                ctx.set(stream.valid, 1)
                await ctx.tick("mac").until(stream.ready)
            ctx.set(stream.valid, 0)

        return send

    async def receive(ctx):
        ctx.set(top.out.ready, 1)
        while not rows or not rows[-1][1]:
            payload, last = (
                await ctx.tick("mac")
                .sample(top.out.payload.lanes, top.out.payload.last)
                .until(top.out.valid)
            )
            rows.append(([payload[j] for j in range(2)], last))

    simulator = Simulator(top)
    simulator.add_clock(1e-8, domain="mac")
    simulator.add_testbench(sender(top.a, a.T))
    simulator.add_testbench(sender(top.b, b))
    simulator.add_testbench(receive)
    simulator.run()
    return np.array([lanes for lanes, _ in rows], np.uint32)


def main(path="accelerator.v"):
    """Simulate a product, compare it with the golden model, and write the Verilog."""
    a = lmul.encode([[0.5, 1.0, -2.0], [3.0, 0.25, 1.5]], "e4m3")
    b = lmul.encode([[1.0, 2.0], [-0.5, 4.0], [0.75, 1.25]], "e4m3")
    found, wanted = simulate(a, b), lmul.matmul(a, b, "e4m3")
    print(lmul.decode(found, "fp32"), "equal" if (found == wanted).all() else "WRONG")
    array = VerilogInstance(DESIGN)
    text = convert(Accelerator(array), "accelerator")
    Path(path).write_text(f"{text}\n{array.verilog}")
    print(f"written: {path}")
    return int((found != wanted).any())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
