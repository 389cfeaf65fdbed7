"""Models in another arithmetic: what is replaced, what is told, and the way back."""
# pyright: reportMissingImports=false

import copy
import io
import pickle

import pytest

import lmul

torch = pytest.importorskip("torch")


import lmul.torch as lt  # noqa: E402

nn = torch.nn


class Net(nn.Module):
    """Two linear layers that share weights with each other's name, a convolution, and attention."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 16)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.body = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        self.head = nn.Linear(16, 11, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens)
        x = x + self.attention(x, x, x, need_weights=False)[0]
        return self.head(x + self.body(x))


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    return Net().eval()


TOKENS = torch.arange(12).reshape(2, 6) % 11


def test_layers_give_the_golden_models_products(net) -> None:
    lt.convert(net, scale="none", policy="ocp")
    x = torch.randn(3, 16, generator=torch.manual_seed(1))
    layer = net.body[0]
    want = lmul.matmul(x.numpy(), layer.weight.detach().numpy().T, "e4m3")
    torch.testing.assert_close(layer(x), torch.from_numpy(want) + layer.bias, rtol=0, atol=0)


def test_report_names_what_was_replaced_and_why_not(net) -> None:
    report = lt.convert(net, filter_fn=lambda module, name: "head" not in name)
    assert [layer.name for layer in report.replaced] == ["body.0", "body.2"]
    assert {layer.name: layer.reason for layer in report.kept} == {
        "attention": "it multiplies inside one operation of torch; attention() does Q·Kᵀ and A·V",
        "attention.out_proj": "nn.MultiheadAttention reads its weights past its forward",
        "head": "left out by filter_fn",
    }
    said = str(report).splitlines()
    assert said[0] == (
        "2 of 5 layers in lmul e4m3, ftz, exact sums, nearest, scale row; derivative ste"
    )
    assert "  body.0              Linear 32x16: replaced" in said


def test_the_way_back_is_the_same_to_the_bit(net) -> None:
    before, keys = net(TOKENS), list(net.state_dict())
    weights = [p.data_ptr() for p in net.parameters()]
    classes = [type(m) for m in net.modules()]
    lt.convert(net)
    assert not torch.equal(net(TOKENS), before)
    assert list(net.state_dict()) == keys
    lt.restore(net)
    assert torch.equal(net(TOKENS), before)
    assert [type(m) for m in net.modules()] == classes
    assert [p.data_ptr() for p in net.parameters()] == weights
    assert net.head.weight is net.embed.weight


def test_converted_models_are_copied_pickled_and_loaded(net) -> None:
    plain = copy.deepcopy(net.state_dict())
    lt.convert(net, format="bf16", rounding="truncate")
    want = net(TOKENS)
    copied = copy.deepcopy(net)
    with torch.no_grad():
        copied.body[0].weight.zero_()
    assert torch.equal(net(TOKENS), want)
    assert not torch.equal(copied(TOKENS), want)
    assert torch.equal(pickle.loads(pickle.dumps(net))(TOKENS), want)
    saved = io.BytesIO()
    torch.save(net.state_dict(), saved)
    saved.seek(0)
    other = Net().eval()
    other.load_state_dict(torch.load(saved))
    lt.convert(other, format="bf16", rounding="truncate")
    assert torch.equal(other(TOKENS), want)
    assert all(torch.equal(plain[key], value) for key, value in net.state_dict().items())


def test_converting_again_changes_the_arithmetic(net) -> None:
    lt.convert(net, kind="exact")
    exact = net(TOKENS)
    lt.convert(net, kind="lmul")
    assert not torch.equal(net(TOKENS), exact)
    lt.convert(net, kind="exact")
    assert torch.equal(net(TOKENS), exact)
    lt.convert(net, kind="exact", filter_fn=lambda _, name: name == "head")
    assert type(net.body[0]) is nn.Linear


def test_training_moves_the_weights_and_learns(net) -> None:
    for backward in ("ste", "exact", "lmul"):
        model = copy.deepcopy(net).train()
        lt.convert(model, backward=backward)
        optimizer = torch.optim.Adam(model.parameters(), 0.03)
        losses = []
        for _ in range(10):
            loss = nn.functional.cross_entropy(model(TOKENS).flatten(0, 1), TOKENS.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.7 * losses[0], backward


def test_no_grad_keeps_nothing(net) -> None:
    lt.convert(net)
    with torch.no_grad():
        assert not net(TOKENS).requires_grad
    assert net(TOKENS).requires_grad


def test_fused_encoder_does_not_bypass_a_converted_layer() -> None:
    """In evaluation torch's encoder reads its layers' weights itself, unless it is kept from it."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0)
    model = nn.TransformerEncoder(layer, 2).eval()
    x, mask = torch.randn(2, 5, 16), torch.zeros(2, 5, dtype=torch.bool)
    mask[1, 3:] = True
    with torch.no_grad():
        plain = model(x, src_key_padding_mask=mask)
        lt.convert(model)
        fused = model(x, src_key_padding_mask=mask)
    slow = model(x, src_key_padding_mask=mask)  # with gradients, torch does not fuse
    valid = ~mask
    torch.testing.assert_close(fused[valid], slow[valid])
    assert (fused - plain)[valid].abs().max() > 1e-3
    assert torch.backends.mha.get_fastpath_enabled()
    lt.restore(model)
    with torch.no_grad():
        assert torch.equal(model(x, src_key_padding_mask=mask), plain)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_dtypes(net, dtype) -> None:
    net.to(dtype)
    lt.convert(net)
    assert net(TOKENS).dtype == dtype


def test_autocast_gives_what_torch_gives(net) -> None:
    lt.convert(net, format="bf16", kind="exact")
    with torch.autocast("cpu", torch.bfloat16):
        found = net.body[0](torch.ones(1, 16))
    assert found.dtype == torch.bfloat16


@pytest.mark.slow
def test_compiled_by_torch_is_the_same(net) -> None:
    lt.convert(net)
    compiled = torch.compile(net, backend="eager")
    assert torch.equal(compiled(TOKENS), net(TOKENS))


def test_mistakes_are_said(net) -> None:
    with pytest.raises(TypeError, match=r"^A model must be a torch.nn.Module, not str$"):
        lt.convert("net")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"no layer that can be converted: none multiplies"):
        lt.convert(nn.ReLU())
    conv = nn.Sequential(nn.Conv2d(1, 1, 3))
    with pytest.raises(ValueError, match=r"^The model .*: 0: Conv2d is no Linear$"):
        lt.convert(conv)
    lt.convert(net)
    with pytest.raises(ValueError, match=r"^Layer 'body.0': 1 of its activations are NaN or Inf"):
        net.body[0](torch.tensor([[float("nan")] + [0.0] * 15]))
    with pytest.raises(ValueError, match=r"^Layer 'body.0': Shapes \(1, 15\) and \(16, 32\)"):
        net.body[0](torch.ones(1, 15))
    lt.convert(net, scale="none")
    with pytest.raises(ValueError, match=r"^Layer 'body.0': 32 of its results overflow: use scal"):
        net.body[0](torch.full((1, 16), 1000.0))


def test_sensitivity_finds_the_layer_that_loses(net) -> None:
    """A layer of huge and tiny inputs loses most without a scale; all else stays as it was."""
    before = copy.deepcopy(net.state_dict())
    with torch.no_grad():
        want = net(TOKENS)

    def loss(model):
        return (model(TOKENS) - want).square().mean()

    found = lt.sensitivity(net, loss, format="e2m1")
    assert found.baseline == 0
    assert set(found.losses) == {"body.0", "body.2", "head", "Q·Kᵀ and A·V"}
    assert list(found.losses.values()) == sorted(found.losses.values(), reverse=True)
    assert min(found.losses.values()) > 0
    lt.convert(net, format="e2m1", filter_fn=lambda _, name: name == "head")
    with torch.no_grad():
        assert float(loss(net)) == found.losses["head"]
    with pytest.raises(ValueError, match=r"^The model is converted already"):
        lt.sensitivity(net, loss)
    lt.restore(net)
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())


class Experts(nn.Module):
    """As a mixture's: two stacks of matrices, no layers."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.randn(2, 8, 4))
        self.down = nn.Parameter(torch.randn(2, 4, 8))
        self.bias = nn.Parameter(torch.randn(4))


def test_what_multiplies_by_itself_is_told() -> None:
    places = nn.Parameter(torch.randn(1, 5, 4))  # added, as embeddings are
    model = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 4), Experts(), nn.LayerNorm([4, 4]))
    model.register_parameter("places", places)
    report = lt.convert(model)
    [experts] = report.kept
    assert (experts.name, experts.kind, experts.shape) == ("2", "Experts", (2, 8, 4))
    assert experts.reason == "it reads up, down in code of its own"


class QuantLinear(nn.Module):
    """As libraries that quantise have them: integers, and sizes as nn.Linear names them."""

    def __init__(self) -> None:
        super().__init__()
        self.in_features, self.out_features = 4, 3
        self.register_buffer("packed", torch.zeros(3, 2, dtype=torch.uint8))


def test_quantised_layers_are_told() -> None:
    [kept] = lt.convert(nn.Sequential(nn.Linear(4, 4), QuantLinear())).kept
    assert (kept.name, kept.reason) == ("1", f"its QuantLinear is of {__name__}, not of torch.nn")
