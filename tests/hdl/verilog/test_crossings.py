"""A signal that goes from component to component beside their ports is refused."""

import re
from typing import Any

import pytest
from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from lmul.hdl.verilog.convert import convert

PORTS = {"i": In(4), "o": Out(4)}


class Inner(wiring.Component):
    """Its output is whatever it is told to compute."""

    i: Signal
    o: Signal

    def __init__(self, compute) -> None:
        super().__init__(PORTS)
        self.compute = compute

    def elaborate(self, platform):
        m = Module()
        self.compute(m, self)
        return m


class Outer(wiring.Component):
    """An inner component, and a signal of its own."""

    i: Signal
    o: Signal

    def __init__(self, compute) -> None:
        super().__init__(PORTS)
        self.own = Signal(4, name="own")
        self.seen = Signal(4, name="seen")
        self.inner = Inner(lambda m, inner: compute(m, inner, self))

    def elaborate(self, platform):
        m = Module()
        m.submodules.inner = self.inner
        m.d.comb += [self.own.eq(self.i + 1), self.inner.i.eq(self.own)]
        m.d.comb += self.o.eq(self.inner.o ^ self.seen)
        return m


def read(m, inner, outer):
    m.d.comb += inner.o.eq(Mux(inner.i[0], Cat(outer.own[1:], inner.i[0]), 3))


def chosen_by(m, inner, outer):
    with m.If(outer.own[0]):
        m.d.comb += inner.o.eq(inner.i)


def address(m, inner, outer):
    m.submodules.memory = memory = Memory(shape=4, depth=16, init=[])
    port: Any = memory.read_port(domain="comb")
    m.d.comb += [port.addr.eq(outer.own), inner.o.eq(port.data)]


def port_of_another(m, inner, outer):
    m.d.comb += inner.o.eq(outer.i)


def given(m, inner, outer):
    m.d.comb += [outer.seen.eq(inner.i), inner.o.eq(0)]


@pytest.mark.parametrize(
    ("compute", "reader", "signal", "driver"),
    [
        (read, "top_inner", "own", "top"),
        (chosen_by, "top_inner", "own", "top"),
        (address, "top_inner", "own", "top"),
        (port_of_another, "top_inner", "i", "top"),
        (given, "top", "seen", "top_inner"),
    ],
)
def test_refused(compute, reader, signal, driver):
    message = (
        f"Module {reader!r} reads signal {signal!r} of module {driver!r}, which is no port between "
        "them: as Verilog it would be 0"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        convert(Outer(compute), "top")


def test_ports_and_constants_go_through():
    def compute(m, inner, outer):
        m.d.comb += inner.o.eq(inner.i + Signal(4, init=5, name="five"))

    text = convert(Outer(compute), "top")
    assert "module top_inner" in text
    assert "4'h5" in text or "4'd5" in text


def test_what_is_no_component_is_part_of_the_module_around_it():
    class Shared(Outer):
        def elaborate(self, platform):
            m = super().elaborate(platform)
            plain = Module()
            plain.d.comb += self.seen.eq(self.own)
            m.submodules.plain = plain
            return m

    assert "assign" in convert(Shared(lambda *_: None), "top")
