"""AXI4-Stream ports: where a payload's members stand, in both directions, and in what order."""

import re

import pytest
from amaranth import Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.verilog.axi import AxiStreams
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.hdl.verilog.emit import emit

LANES = data.ArrayLayout(12, 2)
PAYLOAD = data.StructLayout({"odd": 3, "lanes": LANES, "keep": 2, "even": 2, "last": 1})


class Through(wiring.Component):
    """A wire for a stream, and one beside it."""

    def __init__(self):
        super().__init__(
            {
                "a": In(stream.Signature(PAYLOAD)),
                "out": Out(stream.Signature(PAYLOAD)),
                "i": In(1),
                "o": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        wiring.connect(m, wiring.flipped(self.a), wiring.flipped(self.out))
        m.d.comb += self.o.eq(self.i)
        return m


def test_layout():
    layout = AxiLayout.of("a", True, PAYLOAD)
    assert layout.prefix == "s_axis_a"
    assert (layout.lanes, layout.lane_width, layout.lane_bytes) == (2, 12, 2)
    assert layout.user == (("odd", 3), ("even", 2))
    ports = {"tdata": 32, "tkeep": 4, "tlast": 1, "tuser": 5, "tvalid": 1, "tready": 1}
    assert layout.ports == ports
    assert AxiLayout.of("x", False, data.StructLayout({"lanes": LANES})).ports == {
        "tdata": 32,
        "tvalid": 1,
        "tready": 1,
    }


def test_layout_wrong():
    with pytest.raises(TypeError, match=r"^Payload of stream 'a' must have an array 'lanes': 5$"):
        AxiLayout.of("a", True, 5)
    short = data.StructLayout({"lanes": LANES, "keep": 1})
    with pytest.raises(ValueError, match=r"^'keep' of stream 'a' must have a bit for each of 2 la"):
        AxiLayout.of("a", True, short)


def test_members_of_a_payload():
    dut = AxiStreams(Through())
    given = {"odd": 5, "lanes": [0x123, 0xABC], "keep": 0b10, "even": 2, "last": 1}

    def get(ctx, port):
        return ctx.get(getattr(dut, port))

    async def bench(ctx):
        # What fills a lane up is nothing to the component, nor is a byte kept alone.
        ctx.set(dut.s_axis_a_tdata, 0xFABC_5123)
        ctx.set(dut.s_axis_a_tkeep, 0b1110)
        ctx.set(dut.s_axis_a_tlast, 1)
        ctx.set(dut.s_axis_a_tuser, 2 << 3 | 5)
        payload = ctx.get(dut.core.a.payload)
        assert {name: payload[name] for name in ("odd", "keep", "even", "last")} == {
            name: given[name] for name in ("odd", "keep", "even", "last")
        }
        assert list(payload.lanes) == given["lanes"]
        assert get(ctx, "m_axis_out_tdata") == 0x0ABC_0123
        assert get(ctx, "m_axis_out_tkeep") == 0b1100
        assert get(ctx, "m_axis_out_tlast") == 1
        assert get(ctx, "m_axis_out_tuser") == 2 << 3 | 5
        for valid, ready in ((0, 0), (0, 1), (1, 0), (1, 1)):
            ctx.set(dut.s_axis_a_tvalid, valid)
            ctx.set(dut.m_axis_out_tready, ready)
            ctx.set(dut.i, valid)
            assert (get(ctx, "m_axis_out_tvalid"), get(ctx, "s_axis_a_tready")) == (valid, ready)
            assert get(ctx, "o") == valid

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()


def header(text, module):
    """Direction, width and name of each port, in order."""
    listed = re.search(rf"^module {module} \((.*?)\);", text, re.M | re.S)
    assert listed
    ports = re.findall(r"(input|output) (?:wire|reg) (?:\[(\d+):0\] )?(\w+)", listed[1])
    return [(way, int(top or 0) + 1, name) for way, top, name in ports]


@pytest.mark.slow
def test_ports_of_an_array():
    design = MacDesign.parse("array-lmul-bf16-2x3-os-fix24_-9")
    text = emit(design)
    assert header(text, design.module_name) == [
        ("input", 1, "clk"),
        ("input", 1, "rst"),
        ("input", 32, "s_axis_a_tdata"),
        ("input", 4, "s_axis_a_tkeep"),
        ("input", 1, "s_axis_a_tlast"),
        ("input", 1, "s_axis_a_tvalid"),
        ("output", 1, "s_axis_a_tready"),
        ("input", 48, "s_axis_b_tdata"),
        ("input", 6, "s_axis_b_tkeep"),
        ("input", 1, "s_axis_b_tlast"),
        ("input", 1, "s_axis_b_tvalid"),
        ("output", 1, "s_axis_b_tready"),
        ("output", 96, "m_axis_out_tdata"),
        ("output", 1, "m_axis_out_tlast"),
        ("output", 3, "m_axis_out_tuser"),  # overflow of each lane
        ("output", 1, "m_axis_out_tvalid"),
        ("input", 1, "m_axis_out_tready"),
        ("output", 1, "bad_last"),
        ("output", 1, "bubble"),
        ("output", 1, "held"),
        ("output", 1, "too_long"),
        ("output", 1, "waits"),
    ]
    modules = re.findall(r"^module (\w+)", text, re.M)
    assert modules[0] == design.module_name
    assert len(modules) == len(set(modules))
    wanted = {"_core", "_row", "_cell", "_pe", "_row_edge", "_column_edge", "_round"}
    wanted |= {"_a_slice", "_b_slice", "_out_slice"}
    assert {design.module_name + part for part in wanted} <= set(modules)
    assert len(re.findall(rf"^  {design.module_name}_cell ", text, re.M)) == 3  # in the one row


@pytest.mark.slow
def test_ports_of_a_pe():
    text = emit(MacDesign.parse("pe-exact-e5m2-ftz-s1"))
    names = [name for _, _, name in header(text, "pe_exact_e5m2_ftz_s1")]
    assert names[:8] == ["clk", "rst", "en", "a_neg", "a_zero", "a_exp", "a_man", "a_inf"]
    assert {"last", "last_next", "captures", "total_sum", "total_pos", "b_next_man"} <= set(names)
