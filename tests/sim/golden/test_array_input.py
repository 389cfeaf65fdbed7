"""Arrays from outside: every byte order, layout and dtype gives the same, or is refused."""

import re

import ml_dtypes
import numpy as np
import pytest
from oracle import DTYPES

import lmul
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.reference.matrices import golden, operands

CODES = np.array([[0x3C, 0x41, 0x80], [0x05, 0xB8, 0x30]])


def layouts(array):
    """The same numbers, lying in memory in other ways."""
    frozen = array.copy()
    frozen.flags.writeable = False
    padded = np.zeros((array.shape[0] * 2, array.shape[1] * 3), array.dtype)
    padded[::2, ::3] = array
    return {
        "plain": array,
        "Fortran": np.asfortranarray(array),
        "strided": padded[::2, ::3],
        "reversed": np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
        "read-only": frozen,
    }


def byte_orders(array):
    swapped = array.dtype.newbyteorder("S")
    return {"native": array, "swapped": array.astype(swapped)}


def forms(array):
    """Every byte order in every layout."""
    return [
        pytest.param(laid, id=f"{array.dtype.name}-{order}-{layout}")
        for order, ordered in byte_orders(array).items()
        for layout, laid in layouts(ordered).items()
    ]


INTEGERS = [
    form
    for dtype in (np.uint8, np.uint16, np.int16, np.int64)
    for form in forms(CODES.astype(dtype))
]
FLOATS = [
    form
    for dtype in (np.float16, np.float32, np.float64, ml_dtypes.bfloat16, ml_dtypes.float8_e5m2)
    for form in forms(np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -0.25]]).astype(dtype))
]
OWN = [
    pytest.param(name, *form.values, id=f"{name}-{form.id}")
    for name, dtype in DTYPES.items()
    for form in forms(np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -0.5]]).astype(dtype))
]


@pytest.mark.parametrize("codes", INTEGERS)
def test_integers_are_codes(codes):
    square = np.asarray(codes).astype(np.int64)
    np.testing.assert_array_equal(lmul.decode(codes, "e4m3"), lmul.decode(CODES, "e4m3"))
    for function in (lmul.multiply, lmul.product):
        want = function(CODES, CODES, "e4m3", "exact")
        np.testing.assert_array_equal(function(codes, codes, "e4m3", "exact"), want)
    want = lmul.matmul(CODES, CODES.T, "e4m3")
    np.testing.assert_array_equal(lmul.matmul(codes, codes.T, "e4m3"), want)
    integers = MacDesign.parse("array-int8-2x2-os")
    results = golden(integers, *operands(integers, codes % 100, (codes % 100).T)).codes
    np.testing.assert_array_equal(results, (square % 100) @ (square % 100).T)


@pytest.mark.parametrize("values", FLOATS)
def test_floats_are_encoded(values):
    # 1, -2, 0.5, 3, 0, -0.25 as e4m3
    wanted = [[0x38, 0xC0, 0x30], [0x44, 0x00, 0xA8]]
    np.testing.assert_array_equal(lmul.encode(values, "e4m3"), wanted)


@pytest.mark.parametrize(("name", "values"), OWN)
def test_arrays_of_the_formats_own_dtype_are_its_codes(name, values):
    wanted = [[1.0, -2.0, 0.5], [3.0, 0.0, -0.5]]
    np.testing.assert_array_equal(lmul.decode(values, name), wanted)
    products = lmul.multiply(values, values, name, "exact", "ocp")
    np.testing.assert_array_equal(lmul.decode(products, name)[0, :2], [1.0, 4.0])
    np.testing.assert_array_equal(lmul.product(values, values, name, "exact")[0], [1.0, 4.0, 0.25])
    sums = lmul.matmul(values, values.T, name, "exact")
    np.testing.assert_array_equal(lmul.decode(sums, "fp32"), [[5.25, 2.75], [2.75, 9.25]])
    np.testing.assert_array_equal(lmul.decode(lmul.encode(values, name), name), wanted)
    if name != "fp32":
        design = MacDesign.parse(f"array-exact-{name}-2x2-os")
        taken, _ = operands(design, values, values.T)
        np.testing.assert_array_equal(lmul.decode(taken, name), wanted)


@pytest.mark.parametrize("order", "<>")
def test_one_number_without_a_shape(order):
    assert lmul.decode(np.array(1.5, f"{order}f2"), "fp16") == 1.5
    assert lmul.decode(np.array(0x3F80, f"{order}u2"), "bf16") == 1.0
    assert lmul.encode(np.array(1.5, f"{order}f8"), "e4m3") == 0x3C
    one = np.array(0x38, f"{order}i4")
    assert lmul.multiply(one, one, "e4m3", "exact") == 0x38


def test_small_integers_of_ml_dtypes_and_empty_lists():
    four = np.array([2, 7], ml_dtypes.uint4)
    assert lmul.decode(four, "e2m1").tolist() == [1.0, 6.0]
    assert lmul.encode(np.array([-2, 7], ml_dtypes.int4), "e4m3").tolist() == [0xC0, 0x4E]
    assert lmul.decode([], "e4m3").shape == lmul.multiply([], [], "e4m3").shape == (0,)


def test_arrays_of_no_numbers_are_refused():
    masked = np.ma.masked_array([1, 2], [False, True])
    pairs = np.zeros(2, [("x", "u1"), ("y", "u1")])
    nameless = np.array([1.0], ml_dtypes.float8_e5m2).view("V1")
    calls = {
        lambda x: lmul.encode(x, "e4m3"): "Values must be real numbers of at most 64 bits, not an ",
        lambda x: lmul.decode(x, "e4m3"): "Codes must be integers or an array of the format's own ",
        lambda x: lmul.multiply(x, x, "e4m3"): "Codes must be integers or an array of the ",
        lambda x: lmul.product(x, x, "e4m3"): "Codes must be integers or an array of the ",
        lambda x: lmul.matmul(x, x, "e4m3"): "Codes must be integers or an array of the ",
    }
    for call, message in calls.items():
        with pytest.raises(ValueError, match=r"^Masked elements have no value here: fill them "):
            call(masked)
        with pytest.raises(TypeError, match=r"pass one of its fields, 'x', 'y'$"):
            call(pairs)
        for wrong in (np.array([1, None]), np.array([True]), np.array(["1"])):
            with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
                call(wrong)
        with pytest.raises(TypeError, match=r"np.save drops the name .* take x.view\(np.uint8\)"):
            call(nameless)
    # The advice, followed.
    assert lmul.decode(nameless.view(np.uint8), "e5m2") == 1.0
    assert lmul.encode(nameless.view(ml_dtypes.float8_e5m2), "e4m3") == 0x38
    assert lmul.decode(masked.filled(0), "e4m3").tolist() == [2.0**-9, 0.0]


TORCH_FORMATS = {
    "float8_e4m3fn": "e4m3",
    "float8_e5m2": "e5m2",
    "bfloat16": "bf16",
    "float16": "fp16",
    "float32": "fp32",
}


@pytest.mark.parametrize(("dtype", "name"), TORCH_FORMATS.items())
def test_torch_tensors(dtype, name):
    """Their bits are codes of their format and their numbers are numbers, whatever the layout."""
    torch = pytest.importorskip("torch", reason="tensors need torch")
    numbers = torch.tensor([[1.5, -2.0], [0.0, -0.25]], requires_grad=True)
    tensor = numbers.to(getattr(torch, dtype)).T
    wanted = np.array([[1.5, 0.0], [-2.0, -0.25]], np.float32)
    np.testing.assert_array_equal(lmul.decode(tensor, name), wanted)
    np.testing.assert_array_equal(lmul.decode(lmul.encode(tensor, "e4m3"), "e4m3"), wanted)
    product = lmul.matmul(tensor, tensor, "e5m2", kind="exact")
    np.testing.assert_array_equal(product, wanted @ wanted)
    if name != "e5m2":
        with pytest.raises(
            TypeError, match=rf"^Codes of 'e5m2' can't come from an array of {dtype}"
        ):
            lmul.decode(tensor, "e5m2")


def test_torch_codes():
    torch = pytest.importorskip("torch", reason="tensors need torch")
    codes = torch.arange(256, dtype=torch.uint8)
    np.testing.assert_array_equal(lmul.decode(codes, "e4m3"), lmul.decode(np.arange(256), "e4m3"))
