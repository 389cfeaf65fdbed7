"""Attention's two products in another arithmetic, in unmodified models."""
# pyright: reportMissingImports=false

import copy
from typing import Any

import pytest

torch = pytest.importorskip("torch")


import lmul.torch as lt  # noqa: E402

nn = torch.nn
F = nn.functional

EXACT: dict[str, Any] = {"format": "fp16", "kind": "exact", "accumulator": "exact"}  # close to fp32
CLOSE: dict[str, Any] = {"rtol": 0, "atol": 3e-3}


def qkv(heads: int = 4, groups: int = 4, queries: int = 5):
    torch.manual_seed(0)
    shapes = (heads, queries), (groups, 7), (groups, 7)
    return [torch.randn(2, count, length, 8) for count, length in shapes]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"scale": 0.3},
        {"is_causal": True},
        {"attn_mask": torch.randn(5, 7)},
        {"attn_mask": torch.arange(35).reshape(5, 7) % 3 > 0},
        {"attn_mask": torch.arange(5)[:, None] > torch.zeros(7)},  # the first query sees nothing
    ],
)
def test_all_arguments_mean_what_they_mean_in_torch(given) -> None:
    q, k, v = qkv()
    want = F.scaled_dot_product_attention(q, k, v, **given)
    with lt.attention(**EXACT):
        found = F.scaled_dot_product_attention(q, k, v, **given)
    torch.testing.assert_close(found, want, **CLOSE)
    assert not torch.equal(found, want)


def test_grouped_heads_and_dropout() -> None:
    q, k, v = qkv(heads=4, groups=2)
    want = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    with lt.attention(**EXACT):
        found = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
        ones = torch.ones_like(v)
        dropped = F.scaled_dot_product_attention(q, k, ones, dropout_p=0.5, enable_gqa=True)
    torch.testing.assert_close(found, want, **CLOSE)
    assert 0.5 < dropped.mean() < 1.5  # weights that sum to 1 on average
    assert dropped.std() > 0.1


@pytest.mark.slow
def test_products_are_those_of_matmul() -> None:
    q, k, v = qkv()
    given: dict[str, Any] = {"format": "e4m3", "kind": "lmul", "policy": "ftz", "scale": "row"}
    with lt.attention(**given):
        found = F.scaled_dot_product_attention(q, k, v)
    weights = torch.softmax(lt.matmul(q, k.mT, **given) / 8**0.5, -1)
    assert torch.equal(found, lt.matmul(weights, v, **given))


def test_gradients_pass() -> None:
    q, k, v = (side.requires_grad_() for side in qkv())
    with lt.attention(**EXACT):
        F.scaled_dot_product_attention(q, k, v).sum().backward()
    found = [side.grad.clone() for side in (q, k, v)]
    for side in (q, k, v):
        side.grad = None
    F.scaled_dot_product_attention(q, k, v).sum().backward()
    for side, mine in zip((q, k, v), found, strict=True):
        torch.testing.assert_close(mine, side.grad, **CLOSE)


def test_half_precision_and_autocast_keep_their_dtype() -> None:
    q, k, v = (side.bfloat16() for side in qkv())
    with lt.attention(**EXACT):
        assert F.scaled_dot_product_attention(q, k, v).dtype == torch.bfloat16
        with torch.autocast("cpu", torch.bfloat16):
            found = F.scaled_dot_product_attention(*(s.float() for s in (q, k, v)))
        assert found.dtype == torch.bfloat16


def test_modules_of_torch_use_it_fused_or_not() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0).eval()
    x = torch.randn(2, 5, 16)
    with torch.no_grad():
        plain = layer(x)
        with lt.attention(format="e2m1"):
            found = layer(x)
        assert (found - plain).abs().max() > 1e-2
        assert torch.equal(layer(x), plain)  # all is as it was
    assert torch.backends.mha.get_fastpath_enabled()


def test_nothing_is_passed_over_in_silence() -> None:
    layer = nn.MultiheadAttention(16, 2).eval()
    x = torch.randn(5, 1, 16)
    with pytest.raises(ValueError, match="call it with need_weights=False"), lt.attention():
        layer(x, x, x)
    wrong: dict[str, Any] = {"kind": "x"}
    nothing = r"^Nothing inside lmul\.torch\.attention called"
    with pytest.raises(RuntimeError, match=nothing), lt.attention():
        nn.Linear(16, 16)(x)
    with pytest.raises(ValueError, match=r"^NaN or Inf in attention's query"), lt.attention():
        F.scaled_dot_product_attention(x * float("nan"), x, x)
    with pytest.raises(ValueError, match=r"^Unknown kind"), lt.attention(**wrong):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layers"), [("GPT2LMHead", 5), ("Bert", 7), ("LlamaForCausal", 8)]
)
def test_unmodified_transformers(name: str, layers: int) -> None:
    """GPT-2's linear layers are Conv1D, Llama's heads are grouped; random weights of their own."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    small = {"vocab_size": 50, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}
    small |= {"intermediate_size": 64, "num_key_value_heads": 2}
    small |= {f"{token}_token_id": 0 for token in ("pad", "bos", "eos")}
    config, model = {
        "GPT2LMHead": (
            transformers.GPT2Config(vocab_size=50, n_embd=32, n_layer=1, n_head=2),
            transformers.GPT2LMHeadModel,
        ),
        "Bert": (transformers.BertConfig(**small), transformers.BertModel),
        "LlamaForCausal": (transformers.LlamaConfig(**small), transformers.LlamaForCausalLM),
    }[name]
    model = model(config).eval()
    tokens = torch.arange(20).reshape(2, 10)
    mask = torch.ones_like(tokens)
    mask[1, 6:] = 0

    def run(of: Any = model) -> Any:
        with torch.no_grad():
            return of(tokens, attention_mask=mask)[0]

    keys, plain = list(model.state_dict()), run()
    report = lt.convert(model, format="bf16")
    found = run()
    with lt.attention(format="e4m3"):
        more = run()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            low = run()
    assert (len(report.replaced), report.kept) == (layers, ())
    assert 0 < (found - plain).abs().max() < 0.5
    assert not torch.equal(more, found)
    assert 0 < (low.float() - more).abs().max() < 0.1
    assert list(model.state_dict()) == keys
    assert torch.equal(run(copy.deepcopy(model)), found)
    with lt.attention(kind="mitchell"):
        model(tokens, attention_mask=mask)[0].square().mean().backward()
    assert all(of.grad is not None for _, of in model.named_parameters() if "pooler" not in _)
    lt.restore(model)
    assert torch.equal(run(), plain)
    lost = lt.sensitivity(model, lambda of: run(of).square().mean(), format="e2m1").losses
    assert len(lost) == layers + 1
    assert "Q·Kᵀ and A·V" in lost
