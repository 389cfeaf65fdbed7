# amaranth: UnusedElaboratable=no
"""Components by name, and designs as instances of their finished Verilog."""

import re

import pytest
from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

import lmul.hdl
from lmul.hdl import PE, Multiplier, OutputStationaryArray, SystolicArray, VerilogInstance
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.verilog.convert import convert
from lmul.tools import yosys


def test_names_stand_for_designs():
    assert PE("e4m3").datapath == datapath_of(MacDesign.parse("pe-lmul-e4m3"))
    path = datapath_of(MacDesign.parse("pe-exact-e5m2-ftz-fix24_-9-s1"))
    assert PE.from_design("pe-exact-e5m2-ftz-fix24_-9-s1").datapath == path
    assert OutputStationaryArray("pe-exact-e5m2-ftz-fix24_-9-s1", 2, 3).datapath == path
    assert type(SystolicArray.from_design("array-int8-2x3-ws")).__name__ == "WeightStationaryArray"
    assert Multiplier.from_design("lmul-e4m3-ftz-s2").stages == 2


def test_wrong_names():
    with pytest.raises(ValueError, match=r"^Design 'e9m9': unknown kind 'e9m9', use "):
        PE("e9m9")
    with pytest.raises(ValueError, match=r"^Design 'lmul-e4m3' is a multiplier or product unit, "):
        OutputStationaryArray("lmul-e4m3", 2, 2)
    with pytest.raises(ValueError, match=r"^Design 'product-int8' is no multiplier, PE or array$"):
        VerilogInstance("product-int8")


def test_dir_shows_what_there_is():
    assert dir(lmul.hdl) == sorted(lmul.hdl.__all__)
    assert {"PE", "Edge", "SystolicArray", "Multiplier", "VerilogInstance"} <= set(dir(lmul.hdl))


class _Top(wiring.Component):
    """Each part's ports as ports of one module."""

    def __init__(self, **parts: wiring.Component) -> None:
        self.parts = parts
        super().__init__({name: Out(part.signature) for name, part in parts.items()})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for name, part in self.parts.items():
            m.submodules[f"the_{name}"] = part
            wiring.connect(m, wiring.flipped(getattr(self, name)), part)
        return m


def checked(top: _Top, *texts: str) -> str:
    """The whole text, after Yosys has found every module and every port of an instance in it."""
    text = "\n".join([convert(top, "top"), *texts])
    script = "read_verilog all.v\nhierarchy -check -top top\nproc\ncheck -assert\n"
    yosys.run(script, {"all.v": text}, [])
    return text


@pytest.mark.slow
def test_two_designs_in_one_module():
    one, two = VerilogInstance("array-lmul-e2m1-2x2-os"), VerilogInstance("lmul-e2m1-s1")
    pe = VerilogInstance("pe-int8")
    text = checked(_Top(array=one, multiplier=two, pe=pe), one.verilog, two.verilog, pe.verilog)
    modules = re.findall(r"^module ([^\s(]+)", text, re.M)
    assert len(modules) == len(set(modules))
    # A signature's members are the component's own: either can stand for the other.
    assert one.signature == SystolicArray.from_design("array-lmul-e2m1-2x2-os").signature


def test_size_of_an_array_does_not_matter():
    """Each part's Verilog is there once."""
    lines = [VerilogInstance(f"array-lmul-e2m1-{n}x{n}-os").verilog.count("\n") for n in (2, 6)]
    assert lines[1] < 1.3 * lines[0] < 3000


def test_twice_the_same():
    design = Design.parse("lmul-e2m1-ftz-s1")
    one, two = VerilogInstance(design), VerilogInstance(design)
    assert one.verilog == two.verilog
    checked(_Top(one=one, two=two), one.verilog)
