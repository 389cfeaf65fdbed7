"""A head of attention in an array's arithmetic, beside float64, lmul.torch and the array."""

import numpy as np
import pytest

from lmul.accuracy.head import in_golden, on_array, softmax
from lmul.accuracy.twins import twins
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.accuracy.workload import attention

TILE = attention()
Q, K, V = (side[0, :9].astype(np.float64) for side in (TILE.q, TILE.k, TILE.v))
WANT = softmax(Q @ K.T / np.sqrt(32)) @ V


def test_softmax_sums_to_one_whatever_is_added() -> None:
    scores = np.array([[0.0, np.log(3)], [1000.0, 1000.0]])
    np.testing.assert_allclose(softmax(scores), [[0.25, 0.75], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("array-int8-4x4-os", 0.01),
        ("array-exact-e4m3-4x4-os-ftz", 0.05),
        ("array-exact-e3m4-4x4-os", 0.03),
        ("array-exact-bf16-4x4-os", 0.005),
    ],
)
def test_close_to_float(name: str, most: float) -> None:
    found = in_golden(MacDesign.parse(name), Q, K, V)
    assert 0 < np.sqrt(((found - WANT) ** 2).mean() / (WANT**2).mean()) < most


def test_as_in_a_model() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'torch'")
    import lmul.torch

    found = in_golden(MacDesign.parse("array-lmul-e4m3-4x4-os-ftz"), Q, K, V)
    sides = [torch.from_numpy(side).float()[None, None] for side in (Q, K, V)]
    with lmul.torch.attention(format="e4m3", kind="lmul"):
        model = torch.nn.functional.scaled_dot_product_attention(*sides)
    np.testing.assert_allclose(found, model[0, 0].numpy(), rtol=1e-5, atol=1e-6)


def test_twins_are_of_one_size_and_their_energy_is_what_is_kept() -> None:
    found = twins(MacDesign.parse("array-lmul-e4m3-16x16-os-ftz"), Q, K, V)
    assert [one.design.kind for one in found] == ["lmul", "lmul_rne", "mitchell", "exact", "int8"]
    assert len({one.cycles for one in found}) == 1
    energies = {one.design.kind: one.energy for one in found}
    # 9 tokens: a token makes 9 x 32 products with keys and as many with values.
    assert energies["lmul"] == pytest.approx(13836.011e-6 * 2 * 9 * 32)
    assert energies["mitchell"] is None


@pytest.mark.evidence
def test_on_the_array_every_bit() -> None:
    run = on_array(MacDesign.parse("array-lmul-e4m3-2x2-os"), Q, K, V, lambda *_: None)
    assert run.bit_exact
    assert run.scores.comparison.results == 9 * 9
    assert run.values.comparison.results == 9 * 32
    np.testing.assert_array_equal(run.output, in_golden(run.scores.run.design, Q, K, V))
