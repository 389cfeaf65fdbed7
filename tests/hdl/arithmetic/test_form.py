"""Arithmetic written as operators, as FPGAs get it, is that written as gates."""

import numpy as np
import pytest
from netlist_eval import netlists
from pe_bench import captured
from same_outputs import prove_same_outputs

from lmul.hdl.arithmetic.form import form, written_as
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.verilog.emit import emit
from lmul.tools.errors import ToolFailed


def prove(name, chosen, change=lambda text: text):
    """Whether SAT finds both forms of a combinational design equal; fails if not."""
    design = Design.parse(name)
    gates, other = emit(design), change(emit(design, chosen))
    prove_same_outputs(gates, other, design.module_name)
    return gates != other


def test_form_ends_with_its_block():
    with written_as("sums"), written_as("products"):
        assert form() == "products"
    assert form() == "gates"
    message = r"^Unknown form 'plus': use gates, sums, products, fast, fastest$"
    with pytest.raises(ValueError, match=message), written_as("plus"):  # pyright: ignore
        pass


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["sums", "products", "fast"])
@pytest.mark.parametrize(
    "name", ["lmul-e4m3-ftz", "lmul_rne-e5m2", "lmul_formula-e4m3-ftz", "exact-e4m3"]
)
def test_units(name, chosen):
    assert prove(name, chosen)


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["sums", "products", "fast"])
def test_every_product_of_integers(chosen):
    """Here SAT takes a minute, and all pairs of operands a blink."""
    design = Design.parse("product-int8")
    text = emit(design, chosen)
    assert text != emit(design)
    x, y = (side.ravel() for side in np.meshgrid(range(-128, 128), range(-128, 128)))
    found = netlists(text, [design.module_name])[design.module_name](
        x_value=x & 0xFF, y_value=y & 0xFF
    )
    assert np.array_equal(found["p_value"], (x * y) & 0xFFFF)


@pytest.mark.slow
def test_a_wrong_sum_is_found():
    def wrong(text):
        assert text.count(" + ") > 1
        return text.replace(" + ", " | ", 1)

    with pytest.raises(ToolFailed):
        prove("lmul-e4m3-ftz", "sums", wrong)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("pe-lmul-e4m3-ftz", "sums"),
        ("pe-exact-e4m3", "products"),
        ("pe-int8", "sums"),
        ("pe-int8-s2", "products"),
        ("pe-int8", "fast"),
        ("pe-int8-s2", "fast"),
        ("pe-exact-e4m3-s2", "fast"),
        ("pe-lmul-e4m3-ftz-fix24_-12", "fast"),
        pytest.param("pe-lmul-bf16-ftz", "sums", marks=pytest.mark.evidence),
        pytest.param("pe-exact-bf16-ftz", "fast", marks=pytest.mark.evidence),
        pytest.param("pe-exact-bf16-s2", "fastest", marks=pytest.mark.evidence),
        pytest.param("pe-exact-bf16-ftz-s2", "products", marks=pytest.mark.evidence),
        pytest.param("pe-lmul-e4m3-ftz-bf16-s2", "fastest", marks=pytest.mark.evidence),
    ],
)
def test_processing_elements(name, chosen):
    path = datapath_of(MacDesign.parse(name))
    draw = np.random.default_rng(4)
    high = 1 << path.code_width
    cycles = [
        (*draw.integers(0, high, 2), draw.random() < 0.9, draw.random() < 0.2, draw.random() < 0.9)
        for _ in range(200)
    ]
    wanted = captured(path, cycles)
    with written_as(chosen):
        assert captured(path, cycles) == wanted
    assert len(wanted) > 20
