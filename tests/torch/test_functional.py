"""Tensors' products: the golden model's bits, shapes of torch.matmul, derivatives."""
# pyright: reportMissingImports=false

import numpy as np
import pytest

import lmul
from lmul.hdl.numbers.formats import INT8, IntegerFormat
from lmul.hdl.numbers.kinds import KINDS

torch = pytest.importorskip("torch")

from tensors import drawn, formats_of, same_bits  # noqa: E402

from lmul.torch.functional import matmul  # noqa: E402
from lmul.torch.grid import to_grid  # noqa: E402
from lmul.torch.recipe import PRODUCTS  # noqa: E402

POLICIES = ("ocp", "ftz", "lax", "bare")
ACCUMULATORS = ("exact", "fp32", "bf16", "e4m3", "fix24_-9", "fix40_-20")


@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e2m1", "bf16"])
@pytest.mark.parametrize("rounding", ["nearest", "truncate"])
def test_numbers_are_rounded_as_encode_rounds(name: str, rounding) -> None:
    fmt = lmul.FORMATS[name]
    every = np.arange(1 << 16, dtype=np.uint16)
    values = np.concatenate([lmul.decode(every, "bf16"), lmul.decode(every, "fp16")])
    values = values[~np.isnan(values)]
    near = np.nextafter(values, np.float32(np.inf), dtype=np.float32)
    values = np.concatenate([values, near, -near])
    with np.errstate(all="ignore"):
        for dtype in (np.float32, np.float64):
            given = values.astype(dtype)
            want = lmul.decode(lmul.encode(given, fmt, rounding), fmt)
            got = to_grid(torch.from_numpy(given)[None], fmt, rounding).values[0].numpy()
            np.testing.assert_array_equal(want, got)
            assert (np.signbit(want) == np.signbit(got))[~np.isnan(want)].all()


@pytest.mark.parametrize("kind", PRODUCTS)
@pytest.mark.parametrize("accumulator", ACCUMULATORS)
def test_bits_are_the_golden_models(kind, accumulator) -> None:
    a, b = drawn(1, 5, 13), drawn(2, 13, 37)
    for name in formats_of(kind):
        for policy in POLICIES:
            assert same_bits(a, b, name, kind, policy, accumulator), (name, policy)


def test_every_pair_of_mantissas_is_looked_up() -> None:
    """The product of two numbers in [1, 2) is theirs alone: nothing else is added to it."""
    for kind in ("lmul_coarse", "lmul_fine", "lmul_rne1", "trunc4", "trunc6", "trunc8"):
        for name in formats_of(kind, ("bf16", "fp16", "e3m4", "e5m2")):
            fmt = lmul.FORMATS[name]
            x = 1 + np.arange(1 << fmt.mantissa_bits, dtype=np.float32) / (1 << fmt.mantissa_bits)
            codes = lmul.encode(x, fmt)
            want = lmul.product(codes[:, None], codes ^ fmt.sign_mask, fmt, kind)
            found = matmul(torch.from_numpy(x)[:, None], torch.from_numpy(-x)[None], fmt, kind)
            np.testing.assert_array_equal(found.numpy(), want)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in ("bf16", "fp16", "e3m4", "e4m3fnuz", "e2m1")
        for kind in ("lmul", "mitchell", "exact", "lmul_formula", "lmul_fine", "trunc4", "trunc8")
        if KINDS[kind].exists_for(lmul.FORMATS[name])
    ],
)
def test_bits_of_other_formats(name: str, kind) -> None:
    for spread in (2, 14, 45):  # the wider ones need several bands of an exact sum
        a, b = drawn(3, 3, 9, spread=spread), drawn(4, 9, 18, spread=spread)
        for accumulator in ("exact", "fp32", "bf16"):
            assert same_bits(a, b, name, kind, "ftz", accumulator), (spread, accumulator)


def test_a_very_wide_exact_sum_cancels() -> None:
    """1e30 * 1e30 and its negative leave 2**-70, 270 binary places below."""
    a = np.array([[1e30, 2.0**-40, -1e30]], np.float32)
    b = np.array([[1e30], [2.0**-30], [1e30]], np.float32)
    found = matmul(
        torch.from_numpy(a), torch.from_numpy(b), "bf16", "mitchell", accumulator="exact"
    )
    assert found.item() == 2.0**-70


def test_a_narrow_sum_rounds_a_wider_product_once() -> None:
    """259 is half way between two bf16 numbers, 258 and 260; 2**-60 less decides."""
    a, b = torch.tensor([[-(2.0**-60), 7.0]]), torch.tensor([[1.0], [37.0]])
    assert matmul(a, b, "bf16", "exact", accumulator="bf16").item() == 258
    assert matmul(-a, -b, "bf16", "exact", accumulator="bf16").item() == 258
    assert matmul(a[:, 1:], b[1:], "bf16", "exact", accumulator="bf16").item() == 260


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan, 1e6])
def test_specials(special: float) -> None:
    a, b = drawn(5, 4, 6), drawn(6, 6, 3)
    a[1, 2] = special
    for name in ("e4m3", "e5m2"):
        for policy in POLICIES:
            assert same_bits(a, b, name, "lmul", policy, "exact"), (name, policy)


def test_tiles_threads_and_strides() -> None:
    a, b = drawn(7, 530, 270), drawn(8, 67, 270)
    want = lmul.matmul(a, np.ascontiguousarray(b.T), "e4m3")
    got = matmul(torch.from_numpy(a), torch.from_numpy(b).t(), "e4m3")
    np.testing.assert_array_equal(want, got.numpy())
    few = matmul(torch.from_numpy(b), torch.from_numpy(a).t(), "e4m3")  # L-Mul commutes
    np.testing.assert_array_equal(want.T, few.numpy())


@pytest.mark.parametrize(
    ("left", "right"),
    [((6,), (6,)), ((6,), (6, 4)), ((2, 6), (6,)), ((3, 1, 2, 6), (5, 6, 4)), ((3, 2, 6), (6, 4))],
)
def test_shapes_are_those_of_matmul(left, right) -> None:
    a, b = torch.from_numpy(drawn(9, *left)), torch.from_numpy(drawn(10, *right))
    found = matmul(a, b, "e5m2", "exact")
    assert found.shape == torch.matmul(a, b).shape
    np.testing.assert_array_equal(found.numpy(), lmul.matmul(a.numpy(), b.numpy(), "e5m2", "exact"))
    assert matmul(torch.ones(2, 0), torch.ones(0, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_tensors_are_rounded_once(dtype) -> None:
    a, b = (torch.from_numpy(drawn(seed, 9, 9)).to(dtype) for seed in (11, 12))
    out = {torch.bfloat16: "bf16", torch.float16: "fp16"}[dtype]
    x, y = (lmul.encode(side.float().numpy(), "e4m3") for side in (a, b))
    codes = lmul.matmul(x, y, "e4m3", out=out)
    found = matmul(a, b, "e4m3")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.float().numpy(), lmul.decode(codes, out))


def test_scales_are_powers_of_two_by_row() -> None:
    """Rows and columns of very different size come out as if each had been scaled alone."""
    a, b = drawn(13, 4, 8, spread=1), drawn(14, 8, 4, spread=1)
    rows, columns = 2.0 ** np.array([0, 40, -40, 9.0]), 2.0 ** np.array([-30, 0, 3, 60.0])
    left, right = (a * rows[:, None]).astype(np.float32), (b * columns).astype(np.float32)
    plain = matmul(torch.from_numpy(a), torch.from_numpy(b), scale="row")
    scaled = matmul(torch.from_numpy(left), torch.from_numpy(right), scale="row")
    np.testing.assert_array_equal(scaled.numpy(), plain.numpy() * np.outer(rows, columns))
    # The largest of a row reaches the format's last octaves: 300 stays below 448, 460 does not.
    for largest, step in ((300.0, 32), (460.0, 64)):
        row = torch.tensor([[largest, 0.0]])
        found = matmul(row, torch.eye(2), kind="exact", scale="row")
        assert found[0, 0] == step * round(largest / step)


def test_int8_is_the_integer_product() -> None:
    a = torch.tensor([[127.0, -64, 3], [1, 0.5, 0.25]])
    found = matmul(a, torch.eye(3) * 127, INT8, "exact", scale="row")
    assert torch.equal(found, matmul(a, torch.eye(3) * 127, "int8", "exact", scale="row"))
    # The second row in steps of 1/127: 0.5 is 63.5 steps, rounded to even 64.
    want = torch.tensor([[127.0, -64, 3], [1, 64 / 127, 32 / 127]]) * 127
    torch.testing.assert_close(found, want)


def test_exact_derivative_is_the_slope_between_codes() -> None:
    """L-Mul is linear from one code to the next, so its slope is a quotient of differences."""
    for name in ("e4m3", "bf16"):
        for kind in ("lmul", "mitchell"):
            fmt = lmul.FORMATS[name]
            first = lmul.encode([1.0], fmt)[0]
            x = first + np.arange(1 << fmt.mantissa_bits)
            y = np.concatenate([x, x | fmt.sign_mask])[:, None]
            p = lmul.product(x, y, fmt, kind)
            numbers = lmul.decode(x, fmt, np.float64)
            step = lmul.decode(x + 1, fmt, np.float64) - numbers
            want = ((lmul.product(x + 1, y, fmt, kind) - p) / step).sum(0)
            a = torch.from_numpy(numbers)[:, None].requires_grad_()
            b = torch.from_numpy(lmul.decode(y.T, fmt, np.float64).copy()).requires_grad_()
            matmul(a, b, fmt, kind, backward="exact").sum().backward()
            np.testing.assert_array_equal(a.grad[:, 0].numpy(), want)
            assert b.grad.shape == b.shape


def test_derivatives_by_name() -> None:
    a, b = (torch.from_numpy(drawn(seed, 2, 5, 5)).requires_grad_() for seed in (15, 16))
    g = torch.from_numpy(drawn(17, 2, 5, 5))
    (plain,) = torch.autograd.grad(torch.matmul(a, b), a, g)
    (ste,) = torch.autograd.grad(matmul(a, b), a, g)
    torch.testing.assert_close(ste, plain, rtol=0, atol=0)
    (own,) = torch.autograd.grad(matmul(a, b, backward="lmul"), b, g)
    want = lmul.matmul(a.detach().mT.numpy(), g.numpy(), "e4m3")
    np.testing.assert_array_equal(own.numpy(), want)
    (rounded,) = torch.autograd.grad(matmul(a, b, kind="exact", backward="exact"), a, g)
    on_grid = torch.from_numpy(lmul.decode(lmul.encode(b.detach().numpy(), "e4m3"), "e4m3"))
    torch.testing.assert_close(rounded, g @ on_grid.mT)


def test_autocast_casts_as_torch_does() -> None:
    a, b = torch.from_numpy(drawn(18, 4, 8)), torch.from_numpy(drawn(19, 8, 4))
    with torch.autocast("cpu", torch.bfloat16):
        found = matmul(a, b)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, matmul(a.bfloat16(), b.bfloat16()))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"a": [1.0]}, TypeError, "^Operand a must be a tensor of floats, not list$"),
        ({"b": torch.ones(3, 3, dtype=torch.int32)}, TypeError, "not torch.int32$"),
        (
            {"b": torch.ones(3, 3, device="meta")},
            ValueError,
            r"^Operand b is on meta: lmul.torch computes on the CPU and on CUDA GPUs",
        ),
        ({"b": torch.ones(4, 3)}, ValueError, r"^Shapes \(2, 3\) and \(4, 3\) don't multiply: K"),
        ({"b": torch.ones(3, 3).double()}, TypeError, "one dtype"),
        ({"format": "fp9"}, ValueError, "^Unknown format 'fp9': use e4m3, "),
        ({"kind": "fast"}, ValueError, "^Unknown kind 'fast': use lmul, "),
        ({"scale": "block"}, ValueError, "^scale must be 'row', 'tensor', 'none', not 'block'$"),
        ({"backward": "no"}, ValueError, "^backward must be 'ste', 'exact', 'lmul', not 'no'$"),
        ({"format": "int8"}, ValueError, "^int8 has the kind 'exact'"),
        (
            {"format": IntegerFormat("int4", 4)},
            ValueError,
            "^Unknown integer format 'int4': use int8",
        ),
    ],
)
def test_mistakes_are_said(given, error, message) -> None:
    with pytest.raises(error, match=message):
        matmul(**{"a": torch.ones(2, 3), "b": torch.ones(3, 3)} | given)
