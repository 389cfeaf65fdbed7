import re

import ml_dtypes
import numpy as np
import pytest

from lmul import decode, encode, matmul
from lmul.sim.golden.matmul import matmul as golden

A = np.arange(6).reshape(2, 3) + 0x30


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"kind": "exact", "policy": "ftz", "out": "bf16"},
        {"accumulator": "fix24_-9"},
        {"accumulator": "fp32", "design": "array-lmul-e4m3-4x4-ws-fp32"},
    ],
)
def test_golden_is_the_default(more):
    wanted = golden(A, A.T, "e4m3", **{k: v for k, v in more.items() if k != "design"})
    got = matmul(A, A.T, "e4m3", **more)
    np.testing.assert_array_equal(got, wanted)
    assert got.dtype == wanted.dtype


def test_results_are_codes_of_fp32():
    # 1.5 * 2 three times; L-Mul's offset makes of each 3.25
    got = matmul(np.full((1, 3), 0x3C), np.full((3, 1), 0x40), "e4m3")
    assert got.dtype == np.uint32
    assert got.view(np.float32) == 9.75


def test_rtl_is_the_default_array(monkeypatch):
    asked = []

    def run(design, a, b, out):
        asked.append((design.name, out))
        return type("Run", (), {"codes": golden(a, b, "e5m2")})

    monkeypatch.setattr("lmul.sim.compiled.run.run_array", run)
    matmul(A, A.T, "e5m2", "exact", "ftz", "bf16", "fp16", backend="rtl")
    matmul(A, A.T, "e5m2", backend="rtl")
    assert asked == [
        ("array-exact-e5m2-8x8-os-ftz-bf16", "fp16"),
        ("array-lmul-e5m2-8x8-os", "fp32"),
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"backend": "c"}, "Backend must be golden or rtl, not 'c'"),
        ({"design": "array-exact-e4m3-8x8-os"}, "has kind 'exact', not 'lmul'"),
        ({"design": "array-lmul-e5m2-8x8-os"}, "has format 'e5m2', not 'e4m3'"),
        ({"design": "array-lmul-e4m3-8x8-os-ftz"}, "has policy 'ftz', not 'ocp'"),
        ({"design": "array-lmul-e4m3-8x8-os-fp32"}, "has accumulator 'fp32', not 'exact'"),
        (
            {"design": "array-int8-8x8-os"},
            "multiplies integers, not codes: use lmul.sim.compiled.run",
        ),
        (
            {"design": "array-lmul-e4m3-8x8-os-k2"},
            "K is 3, and the sums of 'array-lmul-e4m3-8x8-os-k2' have room for K up to 2; "
            "use 'array-lmul-e4m3-8x8-os-k3'",
        ),
        ({"out": "e4m3"}, "Result format must be fp32, bf16, fp16, not 'e4m3'"),
        ({"design": "pe-lmul-e4m3"}, "is no array; one is array-lmul-e4m3-8x8-os"),
    ],
)
@pytest.mark.parametrize("backend", ["golden", "rtl"])
def test_matmul_wrong(more, message, backend):
    with pytest.raises(ValueError, match=re.escape(message)):
        matmul(A, A.T, "e4m3", **{"backend": backend} | more)


X = np.random.default_rng(11).normal(size=(3, 2, 4, 5))
Y = np.random.default_rng(12).normal(size=(2, 5, 6))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (X, Y),
        (X, Y[0]),
        (X[0, 0], Y),
        (X[0, 0], Y[0]),
        (X[0, 0, 0], Y),
        (X, Y[0, :, 0]),
        (X[0, 0, 0], Y[0, :, 0]),
        (X[:, :1], Y),
        (X[:, :, :0], Y),
        (X[..., :0], Y[:, :0]),
        (X[:0], Y[0]),
        (X[0, 0, 0, :0], Y[0, :0, 0]),
    ],
)
def test_shapes_are_numpys(a, b):
    wanted = np.matmul(decode(encode(a, "bf16"), "bf16"), decode(encode(b, "bf16"), "bf16"))
    got = matmul(a, b, "bf16", "exact", accumulator="exact")
    assert (got.shape, got.dtype) == (wanted.shape, np.float32)
    # bf16's products are exact in float32; numpy's sums of five are not.
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
    codes = matmul(encode(a, "bf16"), encode(b, "bf16"), "bf16", "exact", accumulator="exact")
    assert codes.dtype == np.uint32
    np.testing.assert_array_equal(decode(codes, "fp32"), got)


@pytest.mark.parametrize(("a", "b"), [(X, Y[:, :4]), (X[..., :0], Y), (X, np.stack([Y[0]] * 3))])
def test_shapes_that_numpy_refuses(a, b):
    with pytest.raises(ValueError):
        np.matmul(a, b)
    with pytest.raises(ValueError, match=r"^Shapes \(.*\) and \(.*\) don't multiply: "):
        matmul(a, b, "bf16")


def test_a_single_number_is_no_operand():
    with pytest.raises(ValueError, match=r"^Operands must have a dimension at least; multiply"):
        matmul(1.0, [1.0], "e4m3")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ml_dtypes.bfloat16, ">f8"])
def test_floats_in_floats_out(dtype):
    # 1.5 * 2 + 448 * 1: L-Mul makes 3.25 and 480 of these products.
    a, b = np.array([[1.5, 448.0]]).astype(dtype), np.array([[2.0], [1.0]])
    got = matmul(a, b, "e4m3")
    assert got.dtype == np.float32
    assert got == [[3.25 + 480]]
    # Codes on one side alone are still codes.
    np.testing.assert_array_equal(matmul(a, np.array([[0x40], [0x38]]), "e4m3"), got)
    assert matmul(a, b, "e4m3", out="bf16") == [[484.0]]
    assert matmul([0x3C, 0x7E], [0x40, 0x38], "e4m3") == np.float32(483.25).view(np.uint32)


def test_golden_takes_any_k_and_rtl_an_array_for_it(monkeypatch):
    asked = []

    def run(design, a, b, out):
        asked.append(design.name)
        return type("Run", (), {"codes": golden(a, b, "e4m3")})

    monkeypatch.setattr("lmul.sim.compiled.run.run_array", run)
    ones = np.full(1500, 0x38)
    assert matmul(ones, ones, "e4m3", "exact") == np.float32(1500).view(np.uint32)
    assert matmul(ones, ones, "e4m3", "exact", backend="rtl").shape == ()
    assert matmul(ones, ones, "e4m3", "exact", accumulator="fp32", backend="rtl").shape == ()
    assert asked == ["array-exact-e4m3-8x8-os-k1500", "array-exact-e4m3-8x8-os-fp32"]
    # The message's advice, followed.
    message = r"^K is 1500, .* use 'array-exact-e4m3-4x4-ws-k1500'$"
    with pytest.raises(ValueError, match=message) as e:
        matmul(ones, ones, "e4m3", "exact", design="array-exact-e4m3-4x4-ws")
    advised = str(e.value).split("'")[-2]
    assert matmul(ones, ones, "e4m3", "exact", design=advised) == 0x44BB8000
