"""Verilog made readable: plain names, ports in order, and the circuit as it was."""

import re
import textwrap
from typing import Any

import pytest
from amaranth import Module, Signal
from amaranth.back import verilog
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.convert import convert
from lmul.hdl.unit_design import UnitDesign
from lmul.hdl.verilog import component, emit
from lmul.hdl.verilog_text import tidy
from lmul.sim import yosys
from lmul.synth.circuit import Circuit
from lmul.synth.gates import count
from lmul.tools.errors import ToolFailed

pytestmark = pytest.mark.slow  # runs tools

NAMES = ["lmul_rne-e4m3-ftz", "exact-e5m2-s3", "lmul_formula-e4m3", "product-exact-e4m3"]


def tidied(text: str) -> str:
    return tidy(textwrap.dedent(text))


def raw(unit: wiring.Component, name: str) -> str:
    """Amaranth's own text, module names aside."""
    text = verilog.convert(unit, name=name, emit_src=False, strip_internal_attrs=True)
    modules = rf"\\({name}(?:\.\w+)+) "
    return re.sub(modules, lambda match: match[1].replace(".", "_") + " ", text)


class Machine(wiring.Component):
    """Things that no multiplier has: cases, states, an attribute, a reserved word, no enable."""

    def __init__(self) -> None:
        super().__init__({"a": In(4), "en": In(1), "f": Out(1), "s": Out(3)})

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
                m.d.sync += small.eq(0)
        with m.FSM():
            with m.State("A"), m.If(ports.en):
                m.next = "B"
            with m.State("B"):
                m.d.comb += ports.f.eq(1)
                m.next = "A"
        z = Signal()
        with m.If(ports.en):
            m.d.sync += z.eq(ports.a[0])
        m.d.comb += ports.s.eq(small ^ z)
        return m


def prove_equal(top: str, gold: str, gate: str) -> None:
    read = "read_verilog {0}.v\nprep -flatten -top {1}\nrename {1} {0}\ndesign -stash {0}\n"
    script = (
        read.format("gold", top)
        + read.format("gate", top)
        + "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n"
        + "equiv_make gold gate both\nhierarchy -top both\nequiv_simple -undef\n"
        + "equiv_induct -undef\nequiv_status -assert\ntee -q -o stat.json stat -json\n"
    )
    result = yosys.run(script, {"gold.v": gold, "gate.v": gate})
    assert '"$equiv"' in result.outputs["stat.json"]


@pytest.fixture(autouse=True)
def own_yosys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMARANTH_USE_YOSYS", "builtin")


def test_register_with_enable_and_reset() -> None:
    text = tidied("""\
        module m(p, x, en, clk, rst);
          reg \\$auto$verilog_backend.cc:2355:dump_module$1  = 0;
          reg [1:0] \\$1 ;
          input clk;
          wire clk;
          input en;
          wire en;
          output [1:0] p;
          reg [1:0] p = 2'h1;
          input rst;
          wire rst;
          input [1:0] x;
          wire [1:0] x;
          always @(posedge clk)
            p <= \\$1 ;
          always @* begin
            if (\\$auto$verilog_backend.cc:2355:dump_module$1 ) begin end
            \\$1  = p;
            if (en) begin
              \\$1  = x;
            end
            if (rst) begin
              \\$1  = 2'h1;
            end
          end
        endmodule
        """)
    assert text == textwrap.dedent("""\
        module m (
          input clk,
          input rst,
          input en,
          input [1:0] x,
          output reg [1:0] p
        );
          initial begin
            p = 2'h1;
          end
          always @(posedge clk)
            if (rst) p <= 2'h1;
            else if (en) p <= x;
        endmodule
        """)


def test_names() -> None:
    """Escaped ones become plain and stay apart; reserved words are no names."""
    text = tidied("""\
        module m(p, x);
          wire \\$1 ;
          wire n1;
          wire \\small ;
          wire \\operand$2 ;
          wire \\operand.neg ;
          wire dead;
          input x;
          wire x;
          output p;
          wire p;
          assign \\$1  = ~ x;
          assign n1 = ~ \\$1 ;
          assign \\small  = n1;
          assign \\operand$2  = \\small ;
          assign \\operand.neg  = x;
          assign dead = x;
          assign p = \\operand$2 ;
        endmodule
        """)
    assert text == textwrap.dedent("""\
        module m (
          input x,
          output p
        );
          wire n1_;
          wire n1;
          wire small_;
          wire operand_2;
          wire unused_dead;
          assign n1_ = ~ x;
          assign n1 = ~ n1_;
          assign small_ = n1;
          assign operand_2 = small_;
          assign unused_dead = x;
          assign p = operand_2;
        endmodule
        """)


def test_parts_of_a_signal_as_ports() -> None:
    text = tidied("""\
        module top(p, x);
          wire \\$1 ;
          wire \\$2 ;
          input x;
          wire x;
          output [1:0] p;
          wire [1:0] p;
          assign p = { \\$2 , \\$1  };
          top_pack  pack (
            .\\port$7$0 (\\$1 ),
            .\\port$9$0 (\\$2 ),
            .x(x)
          );
        endmodule

        module top_pack(\\port$7$0 , \\port$9$0 , x);
          wire \\$1 ;
          wire [1:0] code;
          output \\port$7$0 ;
          wire \\port$7$0 ;
          output \\port$9$0 ;
          wire \\port$9$0 ;
          input x;
          wire x;
          assign \\$1  = ~ x;
          assign code = { x, \\$1  };
          assign \\port$7$0  = \\$1 ;
          assign \\port$9$0  = x;
        endmodule
        """)
    assert ".code_0(n1),\n    .code_1(n2),\n    .x(x)" in text
    assert "  input x,\n  output code_0,\n  output code_1\n);" in text
    assert "assign code_0 = n1;\n  assign code_1 = x;\n" in text
    assert "\\" not in text


@pytest.mark.parametrize("name", [*NAMES, "lmul-bf16-lax", "mitchell-e2m1-bare-s1"])
def test_no_escaped_names_left(name: str) -> None:
    text = emit(UnitDesign.parse(name))
    assert "\\" not in text and "$auto" not in text
    assert re.findall(r"^module (\w+) \($", text, re.M)[0] == UnitDesign.parse(name).module_name
    assert "always @*" not in text
    assert text == emit(UnitDesign.parse(name))


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


@pytest.mark.parametrize("name", NAMES)
def test_same_gates(name: str) -> None:
    """Yosys's counts hang on the order of things: it has not changed."""
    design = UnitDesign.parse(name)
    top = design.module_name
    before, after = (count(Circuit(top, t)) for t in (raw(component(design), top), emit(design)))
    assert (after.cells, after.flipflops) == (before.cells, before.flipflops)


@pytest.mark.parametrize("name", NAMES)
def test_same_function(name: str) -> None:
    """Yosys proves the two texts equal, register by register."""
    design = UnitDesign.parse(name)
    prove_equal(design.module_name, raw(component(design), design.module_name), emit(design))


def test_machine() -> None:
    text = convert(Machine(), "machine")
    assert "  (* keep = 32'd1 *)\n  reg [2:0] small_;\n" in text
    assert "    small_ = 3'h5;\n" in text
    assert "  casez (a)\n" in text
    assert "\\" not in text and "$auto" not in text
    prove_equal("machine", raw(Machine(), "machine"), text)


def test_proof_finds_a_difference() -> None:
    text = convert(Machine(), "machine")
    damaged = text.replace("small_ + 1'h1", "small_ - 1'h1")
    assert damaged != text
    with pytest.raises(ToolFailed):
        prove_equal("machine", text, damaged)
