"""The GPU's kernels give the golden model's bits: on a GPU, or by Triton's interpreter."""
# pyright: reportMissingImports=false

import itertools
import os

import numpy as np
import pytest

import lmul

torch = pytest.importorskip("torch")
HAVE_GPU = torch.cuda.is_available()
if not HAVE_GPU:
    os.environ["TRITON_INTERPRET"] = "1"  # before Triton is imported: its own functions need it
pytest.importorskip("triton", minversion="3.6" if HAVE_GPU else "3.8", reason="extra 'cuda'")

import tensors  # noqa: E402
from tensors import drawn, formats_of  # noqa: E402

import lmul.torch.cuda.dispatch as gpu  # noqa: E402
from lmul.hdl.numbers.kind_checks import resolve_offset  # noqa: E402
from lmul.torch.arithmetic import Arithmetic  # noqa: E402
from lmul.torch.cuda.to_odd import sums_to_odd  # noqa: E402
from lmul.torch.functional import matmul  # noqa: E402
from lmul.torch.grid import to_grid  # noqa: E402
from lmul.torch.recipe import PRODUCTS, Recipe  # noqa: E402

DEVICE = "cuda" if HAVE_GPU else "cpu"
ACCUMULATORS = ("exact", "fp32", "bf16", "e4m3", "fix24_-9")


@pytest.fixture(autouse=True)
def on_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the processor's tensors to the kernels, too, when they are interpreted."""
    monkeypatch.setattr(gpu, "computes", lambda values: True)


def same_bits(a, b, *given) -> bool:
    return tensors.same_bits(a, b, *given, device=DEVICE)


@pytest.mark.parametrize(
    ("name", "kind", "accumulator"),
    [
        ("e4m3", "lmul", "exact"),
        ("e4m3", "exact", "exact"),
        ("e4m3", "lmul", "bf16"),
        ("bf16", "lmul", "fp32"),
    ],
)
def test_a_few_products(name: str, kind, accumulator) -> None:
    assert same_bits(drawn(1, 5, 13), drawn(2, 13, 37), name, kind, "ocp", accumulator)


@pytest.mark.evidence
@pytest.mark.parametrize("kind", PRODUCTS)
@pytest.mark.parametrize("accumulator", ACCUMULATORS)
def test_bits_are_the_golden_models(kind, accumulator) -> None:
    a, b = drawn(1, 5, 13), drawn(2, 13, 37)
    for name, policy in itertools.product(formats_of(kind), ("ocp", "ftz")):
        assert same_bits(a, b, name, kind, policy, accumulator), name


@pytest.mark.evidence
@pytest.mark.parametrize("kind", ["lmul_coarse", "lmul_fine", "trunc6", "trunc8"])
def test_every_pair_of_mantissas_is_looked_up(kind) -> None:
    x = (1 + np.arange(128, dtype=np.float32) / 128)[:, None]
    assert same_bits(x, -x.T, "bf16", kind, "ftz", "exact")


@pytest.mark.evidence
@pytest.mark.parametrize("name", ["bf16", "fp16", "e3m4", "e4m3fnuz"])
@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_bits_of_other_formats(name: str, kind) -> None:
    for spread in (2, 14, 45):  # the wider ones need several bands of an exact sum
        a, b = drawn(3, 3, 9, spread=spread), drawn(4, 9, 18, spread=spread)
        for accumulator in ("exact", "fp32"):
            assert same_bits(a, b, name, kind, "ftz", accumulator), (spread, accumulator)


@pytest.mark.evidence
@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e2m1"])
@pytest.mark.parametrize("kind", ["lmul", "lmul_formula", "exact"])
def test_slices_add_up_exactly(name: str, kind) -> None:
    """Long sums, of numbers of all exponents and of few, need many slices or one."""
    for spread, deep, policy in ((12, 90, "ocp"), (1, 300, "ftz")):
        a, b = drawn(20, 20, deep, spread=spread), drawn(21, deep, 30, spread=spread)
        a[0, :3] = 448.0, 2.0**-9, -448.0
        assert same_bits(a, b, name, kind, policy, "exact"), spread


@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_zeros(kind) -> None:
    zeros, b = np.zeros((3, 40), np.float32), drawn(11, 40, 5)
    assert same_bits(zeros, b, "e4m3", kind, "ocp", "exact")
    assert same_bits(zeros, 0 * b, "e4m3", kind, "ocp", "exact")


@pytest.mark.evidence
@pytest.mark.parametrize("bias", [90, -75])
@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_numbers_whose_squares_a_float32_does_not_hold(kind, bias: int) -> None:
    fmt = lmul.FloatFormat("far", 4, 3, bias, "fn")
    a, b = (side * np.float32(2.0 ** (7 - bias)) for side in (drawn(12, 3, 40), drawn(13, 40, 5)))
    x, y = (to_grid(torch.from_numpy(side).to(DEVICE), fmt) for side in (a, b))
    arithmetic = Arithmetic.of(fmt, kind, "ocp", "exact")
    recipe = Recipe.of((x.exponents, y.exponents), 40, arithmetic, resolve_offset(kind, fmt, None))
    assert recipe is not None
    found = np.ldexp(gpu.sums(x, y, recipe, arithmetic).cpu().numpy(), 2 * (bias - 7))
    near = lmul.FloatFormat("near", 4, 3, 7, "fn")
    left, right = (np.ldexp(side, bias - 7) for side in (a, b))
    assert np.array_equal(found.astype(np.float32), lmul.matmul(left, right, near, kind, "ocp"))


@pytest.mark.parametrize("special", [np.inf, np.nan])
def test_specials(special: float) -> None:
    a, b = drawn(5, 4, 6), drawn(6, 6, 3)
    a[1, 2] = special
    assert same_bits(a, b, "e4m3", "lmul", "ocp", "exact")


def test_stacks_and_scales_are_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = (torch.from_numpy(drawn(seed, 2, 3, 9, 9)) for seed in (7, 8))
    for left, right in ((a, b), (a, b[0, 0]), (a[:, :1], b)):
        monkeypatch.setattr(gpu, "computes", lambda values: True)
        found = matmul(left.to(DEVICE), right.to(DEVICE).mT, scale="row").cpu()
        monkeypatch.setattr(gpu, "computes", lambda values: False)
        torch.testing.assert_close(found, matmul(left, right.mT, scale="row"), rtol=0, atol=0)


@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e2m1", "bf16"])
@pytest.mark.parametrize("rounding", ["nearest", "truncate"])
def test_numbers_are_rounded_as_encode_rounds(name: str, rounding) -> None:
    some = np.arange(0, 1 << 16, 5, dtype=np.uint16)
    values = lmul.decode(some, "bf16")
    values = values[~np.isnan(values)]
    values = np.concatenate([values, np.nextafter(values, np.float32(np.inf), dtype=np.float32)])
    for dtype in (np.float32, np.float64):
        given = values.astype(dtype)
        with np.errstate(all="ignore"):
            want = lmul.decode(lmul.encode(given, name, rounding), name)
        rounded = to_grid(torch.from_numpy(given)[None].to(DEVICE), lmul.FORMATS[name], rounding)
        got = rounded.values[0].cpu().numpy()
        np.testing.assert_array_equal(want, got)
        assert (np.signbit(want) == np.signbit(got))[~np.isnan(want)].all()


def test_parts_are_rounded_to_odd() -> None:
    """1 + 2**-60 lies between 1 and 1 + 2**-52; of these the latter's last bit is set."""
    parts = [torch.tensor(of, dtype=torch.float64) for of in ([2.0**-60, 1, 0], [1, -1, 0])]
    assert sums_to_odd(parts).tolist() == [1 + 2.0**-52, 0, 0]


@pytest.mark.parametrize("kind", ["lmul", "lmul_formula"])
def test_exact_derivative_is_the_processors(kind, monkeypatch: pytest.MonkeyPatch) -> None:
    gradients = []
    for device, here in ((DEVICE, True), ("cpu", False)):
        monkeypatch.setattr(gpu, "computes", lambda values, here=here: here)
        a, b = (torch.from_numpy(drawn(seed, 5, 5)).to(device) for seed in (9, 10))
        a.requires_grad_()
        matmul(a, b, kind=kind, backward="exact").square().sum().backward()
        gradients.append(a.grad.cpu())
    torch.testing.assert_close(*gradients, rtol=0, atol=0)
