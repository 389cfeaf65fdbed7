"""Liberty's Boolean functions, against the operators of Python."""

import numpy as np
import pytest

from lmul.synth.liberty.function import CellFunction


@pytest.mark.parametrize(
    ("text", "inputs", "meaning"),
    [
        ("(!A) | (!B)", "AB", lambda a, b: not (a and b)),
        ("(A B)'", "AB", lambda a, b: not (a and b)),
        ("!(A*B)", "AB", lambda a, b: not (a and b)),
        ("A^B", "AB", lambda a, b: a != b),
        ("A B + C", "ABC", lambda a, b, c: (a and b) or c),
        ("A | B & C", "ABC", lambda a, b, c: a or (b and c)),
        ("A & B ^ C", "ABC", lambda a, b, c: a and (b != c)),  # Liberty binds ^ tighter than &
        ("!A ^ B", "AB", lambda a, b: a == b),
        ("A' B'", "AB", lambda a, b: not a and not b),
        ("(A + B)' + C", "ABC", lambda a, b, c: not (a or b) or c),
        ("!!A", "A", lambda a: a),
        ("A & 1 | 0", "A", lambda a: a),
        ("(S0 & I1) | (!S0 & I0)", ["S0", "I1", "I0"], lambda s, x, y: x if s else y),
    ],
)
def test_meaning(text, inputs, meaning):
    function = CellFunction(text)
    assert function.inputs == tuple(inputs)
    rows = range(1 << len(inputs))
    want = tuple(int(meaning(*((row >> i) & 1 for i in range(len(inputs))))) for row in rows)
    assert function.truth_table() == want


def test_words_hold_64_cases():
    words = {"A": np.array([0b1100, 0], np.uint64), "B": np.array([0b1010, 1], np.uint64)}
    found = CellFunction("!(A & B)")(words, np.uint64(2**64 - 1))
    assert found.dtype == np.uint64
    assert found.tolist() == [2**64 - 1 - 0b1000, 2**64 - 1]


def test_constants_need_no_input():
    assert CellFunction("1")({}, 7) == 7
    assert CellFunction("0")({}, 7) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is no Boolean function: it ends too early"),
        ("A &", "'A &' is no Boolean function: it ends too early"),
        ("(A", r"'(A' is no Boolean function: a ')' is missing"),
        ("A)", r"'A)' is no Boolean function: ')' too much"),
        ("& A", "'& A' is no Boolean function: '&' in the wrong place"),
        ("A ? B", "'A ? B' is no Boolean function: ' ' in it"),
    ],
)
def test_wrong(text, complaint):
    with pytest.raises(ValueError) as caught:
        CellFunction(text)
    assert str(caught.value) == complaint
