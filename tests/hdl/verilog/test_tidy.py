"""Verilog from netlists: plain names, whole buses, and the circuit that Amaranth describes."""

import re
from typing import Any

import pytest
from amaranth import EnableInserter, Module, Mux, Signal
from amaranth.back import rtlil
from amaranth.lib import wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.form import Form, written_as
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.emit import component, emit
from lmul.tools import yosys
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

UNITS: list[tuple[str, Form]] = [
    ("lmul_rne-e4m3-ftz", "gates"),
    ("exact-e5m2-ftz-s2", "products"),
    ("lmul_formula-e4m3", "sums"),
    ("product-exact-e4m3", "gates"),
    ("lmul-e4m3-ftz-s1", "sums"),
]


class Machine(wiring.Component):
    """Things that no multiplier has: cases, states, signs, an attribute, reserved words."""

    def __init__(self) -> None:
        super().__init__({"a": In(4), "en": In(1), "f": Out(1), "s": Out(3), "t": Out(8)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports: Any = self
        small = Signal(3, init=5, attrs={"keep": 1})
        with m.Switch(ports.a):
            with m.Case(1, 2):
                m.d.sync += small.eq(small + 1)
            with m.Case("1--0"):
                m.d.sync += small.eq(ports.a)
            with m.Default(), m.If(ports.en):
                m.d.sync += small[1:].eq(0)
        with m.FSM():
            with m.State("A"), m.If(ports.en):
                m.next = "B"
            with m.State("B"):
                m.d.comb += ports.f.eq(1)
                m.next = "A"
        z = Signal(name="reg")
        with m.If(ports.en):
            m.d.sync += z.eq(ports.a[0])
        m.d.comb += ports.s.eq(small ^ z)
        signed = ports.a.as_signed()
        m.d.comb += ports.t.eq(
            Mux(signed < small.as_signed(), signed * small.as_signed(), signed >> z)
        )
        m.submodules.queue = queue = SyncFIFOBuffered(width=3, depth=3)
        m.submodules.inner = inner = EnableInserter(ports.a[1])(Counter())
        m.d.comb += [queue.w_data.eq(small), queue.w_en.eq(ports.en), queue.r_en.eq(z)]
        with m.If(queue.r_rdy):
            m.d.comb += ports.s.eq(queue.r_data + inner.count)
        return m


class Counter(wiring.Component):
    def __init__(self) -> None:
        super().__init__({"count": Out(3)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports: Any = self
        m.d.sync += ports.count.eq(ports.count + 1)
        return m


def prove_equal(unit: wiring.Component, top: str, verilog: str, cycles: int = 1) -> None:
    """Yosys proves a text equal to Amaranth's own netlist, in so many cycles from the start."""
    gold = rtlil.convert(unit, name=top, emit_src=False)
    prepare = f"prep -flatten -top {top}\nmemory_map\nopt_clean\nrename {top}"
    script = (
        f"read_rtlil gold.il\n{prepare} gold\ndesign -stash gold\n"
        f"read_verilog gate.v\n{prepare} gate\ndesign -stash gate\n"
        "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n"
        "miter -equiv -flatten -make_outputs gold gate both\n"
        f"sat -verify -prove trigger 0 -tempinduct-baseonly -maxsteps {cycles} both\n"
        "tee -q -o stat.json stat -json both\n"
    )
    yosys.run(script, {"gold.il": gold, "gate.v": verilog})


@pytest.mark.parametrize(("name", "form"), UNITS)
def test_same_function(name: str, form: Form) -> None:
    design = Design.parse(name)
    with written_as(form):
        unit = component(design)
        prove_equal(unit, design.module_name, emit(design, form), 1 + 4 * bool(design.stages))


def test_machine() -> None:
    text = convert(Machine(), "machine")
    assert "  (* keep = 1 *)\n  reg [2:0] small_1;\n" in text
    assert "    small_1 = 3'h5;\n" in text
    assert "\\" not in text and "$auto" not in text
    prove_equal(Machine(), "machine", text, 12)


def test_proof_finds_a_difference() -> None:
    text = convert(Machine(), "machine")
    damaged = text.replace("small_1 + 3'h1", "small_1 - 3'h1")
    assert damaged != text
    with pytest.raises(ToolFailed):
        prove_equal(Machine(), "machine", damaged, 12)


def test_register_with_enable_and_reset() -> None:
    text = emit(UnitDesign.parse("lmul-e4m3-ftz-s1"))
    assert "    if (rst) valid <= 1'b0;\n    else if (en) valid <= n2;\n" in text
    assert "always @*" not in text


@pytest.mark.parametrize(
    "name", [*(name for name, _ in UNITS), "pe-lmul-e2m3-fp32", "array-lmul_rne-e2m1-2x3-os-k16"]
)
def test_plain_names_and_whole_buses(name: str) -> None:
    text = emit(Design.parse(name), "sums")
    assert "\\" not in text and "$" not in text.replace("$signed", "")
    assert re.findall(r"^module (\w+) \($", text, re.M)[0] == Design.parse(name).module_name
    assert not re.search(r"unused_|signal_|port_\d", text)
    assert text == emit(Design.parse(name), "sums")
    ports = [line for line in text.splitlines() if re.match(r"  (input|output)\b", line)]
    assert ports and all(re.match(r"  (input wire|output wire|output reg) ", p) for p in ports)


def test_ports_in_order() -> None:
    def ports(name: str) -> list[str]:
        header = re.search(r"^module .*?\);", emit(UnitDesign.parse(name)), re.M | re.S)
        assert header is not None
        return re.findall(r"(\w+),?$", header[0].rpartition("\n")[0], re.M)

    assert ports("lmul-e4m3")[-3:] == ["x", "y", "p"]
    assert ports("lmul-e4m3-s2")[-8:-2] == ["clk", "rst", "en", "i_valid", "x", "y"]
    assert ports("product-lmul-e4m3")[-11:] == [
        *("x_neg", "x_zero", "x_exp", "x_man"),
        *("y_neg", "y_zero", "y_exp", "y_man"),
        *("p_neg", "p_exp", "p_sig"),
    ]
