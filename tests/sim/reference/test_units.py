"""The comparison with golden: right words pass, wrong ones are counted and shown."""

import numpy as np
import pytest

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS
from lmul.sim.reference.circuit import Circuit, Port
from lmul.sim.reference.units import Stimulus, compare, stimulus
from lmul.sim.runner.wrapper import results_dtype, stimulus_dtype, wrapper

E4M3 = FORMATS["e4m3"]


def words(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def test_codes():
    circuit = Circuit.of(UnitDesign.parse("exact-e4m3"))
    # 1 * 1.5, -2 * 2, NaN * 1; codes by hand.
    given = Stimulus(words(0x38, 0xC0, 0x7F), words(0x3C, 0x40, 0x38))
    assert compare(circuit, given, words(0x3C, 0xC8, 0x7F)).mismatches == 0
    wrong = compare(circuit, given, words(0x3C, 0x48, 0x7E))
    assert (wrong.results, wrong.mismatches) == (3, 2)
    assert wrong.examples == (
        "x=0xc0 y=0x40 got=0x48 want=0xc8",
        "x=0x7f y=0x38 got=0x7e want=0x7f",
    )


def product_circuit() -> Circuit:
    """p_sig in bits 7..0, p_exp in 12..8, p_neg in 13; the value of sig is its own."""
    x, y = (
        (Port(f"{s}_man", 3), Port(f"{s}_exp", 4), Port(f"{s}_zero", 1), Port(f"{s}_neg", 1))
        for s in "xy"
    )
    p = (Port("p_sig", 8), Port("p_exp", 5), Port("p_neg", 1))
    return Circuit(UnitDesign.parse("product-exact-e4m3"), "", x, y, p, exp_bias=20)


@pytest.mark.parametrize(
    ("x", "y", "p", "right"),
    [
        (0x38, 0x3C, 0x1 << 8 | 0, False),  # 1 * 1.5 is not 0
        (0x38, 0x3C, 19 << 8 | 3, True),  # 3 * 2**-1
        (0x38, 0x3C, 18 << 8 | 6, True),  # the same value, carried otherwise
        (0x38, 0x3C, 1 << 13 | 19 << 8 | 3, False),  # its negative
        (0x138, 0x3C, 1 << 13 | 19 << 8 | 3, True),  # -1 * 1.5
        (0xB8, 0x3C, 5 << 8, True),  # zero flag: any exponent
        (0xB8, 0x13C, 5 << 8, False),  # -0, not +0
        (0xB8, 0x13C, 1 << 13, True),
        (0x04, 0x38, 11 << 8 | 3, False),  # E = 0 is a normal number's field here:
        (0x04, 0x38, 12 << 8 | 3, True),  # 1.5 * 2**-7 = 3 * 2**-8
    ],
)
def test_product_values(x, y, p, right):
    comparison = compare(product_circuit(), Stimulus(words(x), words(y)), words(p))
    assert comparison.mismatches == (not right)


def test_product_stimulus():
    given = stimulus(UnitDesign.parse("product-lmul-e5m2"))
    zero_x, zero_y = (((side >> 7) & 1).astype(bool) for side in (given.x, given.y))
    finite = 2 * (FORMATS["e5m2"].max_code + 1)
    assert np.count_nonzero(~zero_x & ~zero_y) == finite**2
    for flags in (zero_x & ~zero_y, ~zero_x & zero_y, zero_x & zero_y):
        assert np.count_nonzero(flags) > 1000
    for side in (given.x, given.y):
        assert int((side & 0x7F).max()) == FORMATS["e5m2"].max_code


def test_circuit_of_a_product():
    circuit = Circuit.of(UnitDesign.parse("product-exact-e4m3"))
    assert [p.name for p in circuit.x] == ["x_man", "x_exp", "x_zero", "x_neg"]
    assert [p.width for p in circuit.x] == [3, 4, 1, 1]
    assert [p.name for p in circuit.p] == ["p_sig", "p_exp", "p_neg"]


def test_circuit_with_other_ports():
    design = UnitDesign.parse("lmul-e4m3")
    text = "module lmul_e4m3(x, y, q);\n input x;\n input y;\n output q;\nendmodule\n"
    with pytest.raises(ValueError, match=r"^Module 'lmul_e4m3' has ports q, x, y, which are not"):
        Circuit.of(design, text)


def test_wrapper_layout():
    kinds = ("lmul", "exact", "mitchell")
    circuits = [Circuit.of(UnitDesign.parse(f"{kind}-bf16")) for kind in kinds]
    assert stimulus_dtype(circuits).itemsize == 4
    records = results_dtype(circuits)
    assert records.itemsize == 8  # three 16-bit words, to whole 32-bit ones
    assert records.fields is not None
    assert [records.fields[f"{kind}_bf16"][1] for kind in kinds] == [0, 2, 4]
    text = wrapper(circuits)
    assert (
        "exact_bf16 u_exact_bf16(.x(operands[31:16]), .y(operands[15:0]), .p(results[31:16]));"
        in text
    )
    assert "assign results[63:48] = 0;" in text


def test_wrapper_wrong():
    circuits = [Circuit.of(UnitDesign.parse(name)) for name in ("lmul-e4m3", "lmul-e4m3-s1")]
    message = r"^Circuits under one wrapper must have one format and as many stages$"
    with pytest.raises(ValueError, match=message):
        wrapper(circuits)
