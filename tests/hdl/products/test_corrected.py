"""Kinds between L-Mul and exact: corrections' gates are their tables, products the definition."""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from literal_model import Number, multiply_numbers
from netlist_eval import netlists

from lmul.hdl.arithmetic.form import Form, written_as
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.corrected import CIRCUITS, CorrectedProduct
from lmul.hdl.products.operand import OperandLayout
from lmul.hdl.products.registry import product_unit
from lmul.hdl.verilog.convert import convert
from lmul.hdl.verilog.wrappers import FlatPorts

KIND_NAMES: list[Kind] = [kind for kind, info in KINDS.items() if info.correction]
TRUNCATED: list[Kind] = [
    kind for kind, info in KINDS.items() if info.last_place and info.exists_for(FORMATS["bf16"])
]
BETWEEN = [
    *KIND_NAMES,
    *(pytest.param(kind, marks=pytest.mark.evidence) for kind in TRUNCATED),
]
SEVEN = FloatFormat("e2m7", 2, 7, 1, "ieee")  # bf16's mantissa, a few exponents
MANTISSAS = np.arange(1 << 7)


def correction_of(kind: Kind):
    correction = KINDS[kind].correction
    assert correction is not None
    return correction


@cache
def literal(kind: Kind) -> np.ndarray:
    """All products of significands in [1, 2)."""
    numbers = [Number(False, "number", 0, Fraction(int(man), 128)) for man in MANTISSAS]
    return np.array(
        [[float(multiply_numbers(x, y, SEVEN, kind, 0)) for y in numbers] for x in numbers]
    )


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_gates_are_the_tables(kind: Kind) -> None:
    """Each bit of a sum worked out from the words, not from gates."""
    correction, circuit = correction_of(kind), CIRCUITS[kind]
    top = correction.top_bits
    for carry, table in enumerate(correction.tables):
        for x, y in product(range(1 << top), repeat=2):
            places = range(top - 1, -1, -1)
            given: list[int] = []
            for p in places:
                given += [x >> p & 1, y >> p & 1, (x ^ y) >> p & 1, (x & y) >> p & 1]
            if correction.by_carry:
                for p in places:
                    low = x % (1 << p) + y % (1 << p) + carry
                    given += [(x + y + carry) >> p & 1, low >> p]
                given.append(x + y + carry >> top)
            assert circuit.value(given) == table[x][y]


@pytest.mark.parametrize("kind", BETWEEN)
def test_products_are_alike_either_way_and_below_4(kind: Kind) -> None:
    found = literal(kind)
    assert np.array_equal(found, found.T)
    assert found.max() == found[-1, -1] < 4
    square, fraction = KINDS[kind].square(FORMATS["bf16"], 127, 0)
    assert square / (1 << fraction) == found.max()


@pytest.mark.parametrize(
    ("form", "kinds"),
    [
        pytest.param("gates", KIND_NAMES, marks=pytest.mark.slow, id="gates"),
        pytest.param("gates", TRUNCATED, marks=pytest.mark.evidence, id="truncated"),
        *(
            pytest.param(form, KIND_NAMES + TRUNCATED, marks=pytest.mark.evidence, id=form)
            for form in ("sums", "fastest")
        ),
    ],
)
def test_every_pair_of_mantissas(form: Form, kinds: list[Kind]) -> None:
    """As laid out, and as written for FPGAs and for the shortest clocks."""
    with written_as(form):
        units: dict[Kind, ProductUnit] = {kind: product_unit(kind, SEVEN) for kind in kinds}
        text = "\n".join(convert(FlatPorts(unit), kind) for kind, unit in units.items())
    circuits = netlists(text, list(units))
    x, y = np.repeat(MANTISSAS, len(MANTISSAS)), np.tile(MANTISSAS, len(MANTISSAS))
    none, one = np.zeros(len(x), np.uint8), np.ones(len(x), np.uint8)
    for kind, unit in units.items():
        out = circuits[kind](
            x_neg=none, x_zero=none, x_exp=one, x_man=x, y_neg=one, y_zero=none, y_exp=one, y_man=y
        )
        got = np.ldexp(out["p_sig"].astype(float), out["p_exp"].astype(int) - unit.exp_bias)
        assert np.array_equal(got, literal(kind).ravel())
        assert out["p_neg"].all()
        assert not circuits[kind](
            x_neg=none, x_zero=one, x_exp=one, x_man=x, y_neg=one, y_zero=none, y_exp=one, y_man=y
        )["p_sig"].any()


@pytest.mark.evidence
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_table_left_to_synthesis_is_the_same(kind: Kind) -> None:
    layout = OperandLayout(SEVEN)
    unit = CorrectedProduct(kind, SEVEN, layout, correction_of(kind))
    circuit = netlists(convert(FlatPorts(unit), kind), [kind])[kind]
    x, y = np.repeat(MANTISSAS, len(MANTISSAS)), np.tile(MANTISSAS, len(MANTISSAS))
    none, one = np.zeros(len(x), np.uint8), np.ones(len(x), np.uint8)
    out = circuit(
        x_neg=none, x_zero=none, x_exp=one, x_man=x, y_neg=none, y_zero=none, y_exp=one, y_man=y
    )
    got = np.ldexp(out["p_sig"].astype(float), out["p_exp"].astype(int) - unit.exp_bias)
    assert np.array_equal(got, literal(kind).ravel())
