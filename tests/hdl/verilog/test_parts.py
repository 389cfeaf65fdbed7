"""Every module and register of a design is of a part that is known."""

import re

import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.emit import emit
from lmul.hdl.verilog.parts import part_modules, part_of_module, part_of_register

OF_A_PE = {"product", "operand registers", "accumulate", "control"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("pe-lmul-e5m2-s1", OF_A_PE),
        ("pe-exact-e5m2-ftz-fp32-s1", OF_A_PE),
        ("pe-lmul-e4m3-fix16_-3-s1", OF_A_PE),
        ("pe-int8-s1", OF_A_PE),
        ("pe-int8-n3-s1", OF_A_PE),
        ("pe-exact-e5m2-n3-w8-fp32-s1", OF_A_PE),
        ("pe-lmul-e4m3-n2-fix16_-3", OF_A_PE - {"product"}),
        *(
            (f"array-{name}", {"skew registers", "control"})
            for name in (
                "lmul-e5m2-3x2-os-s1",
                "lmul-e5m2-3x2-ws-s1-f4",
                "lmul-e4m3-2x2-ws-fix16_-3-r2",
                "exact-e4m3-2x2-os-r1",
                "int8-2x3-os-f2",
            )
        ),
    ],
)
def test_registers_are_known(name, parts):
    design = Design.parse(name)
    text = emit(design)
    apart = part_modules(text, design.level)
    assert apart
    registers = set()
    for module in re.split(r"(?=^module )", text, flags=re.M)[1:]:
        title = re.match(r"module (\w+)", module)
        # What stands inside a part is counted with it.
        if title and not title[1].startswith(apart):
            registers |= set(
                re.findall(r"^ *(?:output )?reg (?:signed )?(?:\[\d+:0\] )?(\w+)", module, re.M)
            )
    assert {part_of_register([register], design.level) for register in registers} <= parts
    assert len(registers) > 2


def test_modules_of_dot_product_units_are_known():
    """Of several alike one stays, with its number: what it is, the words before say."""
    named = {
        "dot-lmul-e5m2-n3-w8": {"edges", "product", "align", "sum", "normalise", "accumulate"},
        "dot-int8-n3": {"product", "sum"},
    }
    for name, parts in named.items():
        apart = part_modules(emit(Design.parse(name)), "dot")
        assert {part_of_module(module, "dot") for module in apart} == parts


def test_another_register_is_refused():
    # As a flattened netlist has it: an alias that is known decides, one that is not does not.
    assert part_of_register(["n10", "shifts"], "array") == "control"
    message = (
        "Register 'n10 or weights' is of no known part of a design of level 'array': "
        "lmul.hdl.verilog.parts must name it"
    )
    with pytest.raises(LookupError, match=f"^{re.escape(message)}$"):
        part_of_register(["weights", "n10"], "array")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("lmul-e4m3-ftz", "product_unit"),
        ("pe-exact-e4m3-fix16_-3", "unit_accumulation"),
        ("array-lmul-e4m3-2x2-os", "column_edge"),
    ],
)
def test_a_renamed_module_is_refused(name, module):
    design = Design.parse(name)
    text = emit(design)
    found = re.search(rf"^module (\w*_{module}) ", text, re.M)
    assert found
    assert found[1] in part_modules(text, design.level)
    renamed = re.sub(rf"\b{found[1]}\b", f"{found[1]}_anew", text)
    message = (
        f"Module '{found[1]}_anew' is of no known part of a design of level '{design.level}': "
        "lmul.hdl.verilog.parts must name it"
    )
    with pytest.raises(LookupError, match=f"^{re.escape(message)}$"):
        part_modules(renamed, design.level)
