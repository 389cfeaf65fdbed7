"""A model's products on simulated arrays: the CPU's bits, and the cycles of the closed form."""

import copy
import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lmul
import lmul.torch
from lmul.hdl.designs.cycles import array_cycles
from lmul.sim.reference.matrices import golden

torch = pytest.importorskip("torch", reason="needs the extra 'torch'")
nn = torch.nn

ARRAY = "array-lmul-e4m3-3x2-os-ftz"  # that other tests compile, too


def layer(*sizes: int) -> Any:
    torch.manual_seed(5)
    return nn.Sequential(*(nn.Linear(*pair) for pair in itertools.pairwise(sizes)))


@pytest.fixture
def arrays(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...], str]]:
    """Golden's sums in place of simulations; what was asked of them."""
    asked: list[tuple[str, tuple[int, ...], str]] = []

    def run(design: Any, a: Any, b: Any, out: str) -> SimpleNamespace:
        shape = *a.shape, b.shape[1]
        asked.append((design.name, shape, out))
        codes = golden(design, a, b, out).codes
        return SimpleNamespace(codes=codes, shape=shape, cycles=design.cycles(*shape))

    monkeypatch.setattr("lmul.sim.compiled.run.run_array", run)
    monkeypatch.setattr("lmul.sim.runner.simulators.check_simulator", lambda name: name)
    return asked


@pytest.mark.slow
def test_linear_on_the_verilog() -> None:
    model, x = layer(8, 8), torch.randn(5, 8)
    lmul.torch.convert(model)
    wanted = model(x)
    with lmul.torch.simulated(ARRAY) as simulation:
        found = model(x)
    assert torch.equal(found, wanted)
    [product] = simulation.products
    assert (product.name, product.shapes, product.results) == ("0", ((5, 8, 8),), 40)
    assert product.cycles == array_cycles("os", 3, 2, 0, 5, 8, 8, 0, 0)
    assert simulation.bit_exact
    assert str(simulation).splitlines()[0] == (
        f"1 product on {ARRAY}: {product.cycles:,} cycles, every bit as on the CPU"
    )


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("design", "dtype", "given"),  # designs and results that tests/sim/compiled compiles, too
    [
        (
            "array-mitchell-bf16-2x2-os",
            torch.float32,
            {"format": "bf16", "kind": "mitchell", "policy": "ocp", "accumulator": "fp32"},
        ),
        (
            "array-lmul_rne-e4m3-2x2-os-fix16_-6",
            torch.bfloat16,
            {"kind": "lmul_rne", "policy": "ocp", "accumulator": "fix16_-6", "scale": "none"},
        ),
        ("array-int8-3x2-ws-f2", torch.float32, {"format": "int8", "kind": "exact"}),
    ],
)
def test_a_model_on_the_verilog(design: str, dtype: Any, given: dict[str, Any]) -> None:
    torch.manual_seed(6)
    model = nn.TransformerEncoderLayer(8, 2, 8, dropout=0, batch_first=True).to(dtype).eval()
    x = torch.randn(2, 3, 8).to(dtype)
    lmul.torch.convert(model, **given)
    with lmul.torch.attention(**given):
        wanted = model(x)
        with lmul.torch.simulated(design) as simulation:
            assert torch.equal(model(x), wanted)
    assert [one.name for one in simulation.products] == ["Q·Kᵀ", "A·V", "linear1", "linear2"]
    assert simulation.bit_exact


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("scale", ["row", "none"])
@pytest.mark.parametrize("format", ["e4m3", "bf16"])
def test_stacks_and_dtypes(arrays: Any, format: str, scale: Any, dtype: Any) -> None:
    torch.manual_seed(7)
    a, b = torch.randn(3, 1, 4, 5).to(dtype), torch.randn(2, 5, 6).to(dtype)
    given: dict[str, Any] = {"format": format, "scale": scale}
    with lmul.torch.simulated() as simulation:
        found = lmul.torch.matmul(a, b, **given)
    assert torch.equal(found, lmul.torch.matmul(a, b, **given))
    out = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}[dtype]
    out = "fp32" if out == "fp16" and scale == "row" else out
    assert arrays == [(f"array-lmul-{format}-8x8-os", (4, 5, 6), out)] * 6
    [product] = simulation.products
    assert product.cycles == 6 * array_cycles("os", 8, 8, 0, 4, 5, 6, 0, 0)
    assert (product.macs, product.wrong) == (6 * 4 * 5 * 6, 0)


def test_int8_and_default_arrays(arrays: Any) -> None:
    model, x = layer(4, 3), torch.randn(2, 4, dtype=torch.float64)
    model.double()
    lmul.torch.convert(model, format="int8", kind="exact")
    with lmul.torch.simulated("array-int8-2x2-os"):
        found = model(x)
    assert torch.equal(found, model(x))
    with lmul.torch.simulated():
        lmul.torch.matmul(torch.ones(1, 2000), torch.ones(2000, 1))
    assert [name for name, *_ in arrays] == ["array-int8-2x2-os", "array-lmul-e4m3-8x8-os-k2000"]


def test_a_wrong_bit_is_told(arrays: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(design: Any, a: Any, b: Any, out: str) -> SimpleNamespace:
        codes = golden(design, a, b, out).codes
        codes[0, 1] ^= 1 << 22
        return SimpleNamespace(codes=codes, shape=(2, 8, 3), cycles=9)

    monkeypatch.setattr("lmul.sim.compiled.run.run_array", run)
    model = layer(8, 3)
    lmul.torch.convert(model)
    with lmul.torch.simulated() as simulation:
        model(torch.randn(2, 8))
    assert not simulation.bit_exact
    assert str(simulation).splitlines()[0].endswith(": 9 cycles, 1 of 6 differ")


@pytest.mark.parametrize("backward", ["ste", "exact", "lmul"])
def test_training(arrays: Any, backward: Any) -> None:
    model, x = layer(6, 5, 4), torch.randn(3, 6)
    lmul.torch.convert(model, backward=backward)
    other = copy.deepcopy(model)
    other(x).square().mean().backward()
    with lmul.torch.simulated() as simulation:
        model(x).square().mean().backward()
    for one, another in zip(model.parameters(), other.parameters(), strict=True):
        assert one.grad is not None
        assert torch.equal(one.grad, another.grad)
    names = [product.name for product in simulation.products]
    derivatives = ["1, derivative"] * 2 + ["0, derivative"]  # the input needs none
    assert names == ["0", "1", *(derivatives if backward == "lmul" else [])]


@pytest.mark.evidence
def test_compiled_by_torch(arrays: Any) -> None:
    model, x = layer(6, 5), torch.randn(3, 6)
    lmul.torch.convert(model)
    wanted = model(x)
    with lmul.torch.simulated() as simulation, torch.no_grad():
        assert torch.equal(torch.compile(model, backend="eager")(x), wanted)
    assert len(simulation.products) == 1


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ("array-exact-e4m3-2x2-os-ftz", "has kind 'exact', not 'lmul'"),
        ("array-lmul-e4m3-2x2-os", "has policy 'ocp', not 'ftz'"),
        ("array-int8-2x2-os", "has format 'int8', not 'e4m3'"),
        ("array-lmul-e4m3-2x2-os-ftz-fp32", "has accumulator 'fp32', not 'exact'"),
        (
            "array-lmul-e4m3-2x2-os-ftz-k4",
            "K is 8, and the sums of 'array-lmul-e4m3-2x2-os-ftz-k4' have room for K up to 4; "
            "use 'array-lmul-e4m3-2x2-os-ftz-k8'",
        ),
    ],
)
def test_another_array(arrays: Any, design: str, message: str) -> None:
    model = layer(8, 3)
    lmul.torch.convert(model)
    with (
        pytest.raises(ValueError, match=rf"^Layer '0': .*{re.escape(message)}$"),
        lmul.torch.simulated(design),
    ):
        model(torch.randn(2, 8))
    assert np.isfinite(model(torch.ones(1, 8)).detach().numpy()).all()  # on the CPU again


def test_wrong(arrays: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(ValueError, match=r"is no array; one is array-lmul-e4m3-8x8-os$"),
        lmul.torch.simulated("pe-lmul-e4m3"),
    ):
        pass
    with (
        pytest.raises(ValueError, match=r"adds 4 products at once, in a window, and models add o"),
        lmul.torch.simulated("array-lmul-bf16-8x8-os-n4-w16"),
    ):
        pass
    with (
        pytest.raises(RuntimeError, match=r"^Nothing inside lmul\.torch\.simulated multiplied"),
        lmul.torch.simulated(),
    ):
        layer(2, 2)(torch.ones(1, 2))
    monkeypatch.undo()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(lmul.ToolNotFound, match=r"Verilator"), lmul.torch.simulated():
        pass
