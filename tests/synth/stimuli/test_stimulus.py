import re

import numpy as np
import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.sim.golden.codec import code_dtype, decode
from lmul.synth.stimuli.stimulus import STRETCH, Stimulus, matrices, stimuli
from lmul.synth.stimuli.unit import drive

LMUL = Design.parse("lmul-e4m3-ftz")
INT8 = Design.parse("product-int8")
PAIRS = 1 << 14


def test_uniform_reaches_every_finite_code():
    [found] = stimuli("uniform", LMUL, PAIRS)
    assert found.label == "uniform codes"
    assert found.x.shape == found.y.shape == (PAIRS,)
    assert set(found.x.tolist()) == set(range(256)) - {0x7F, 0xFF}


@pytest.mark.parametrize("policy", ["ocp", "lax"])
def test_uniform_is_for_every_pe(policy):
    """What a PE refuses, NaN and Inf, is in no format's uniform codes."""
    names = [f"pe-lmul-{fmt}-{policy}" for fmt in FORMATS] + ["pe-int8"]
    for design in map(Design.parse, names):
        [found] = stimuli("uniform", design, 1 << 12)
        x, y = (codes.reshape(-1, 64) for codes in (found.x, found.y))
        assert drive(design, x[:8], y[:8], 8).inputs
        if isinstance(design.format, FloatFormat):
            values = decode(found.x.astype(code_dtype(design.format)), design.format, np.float64)
            assert np.isfinite(values).all() and values.min() < 0 < values.max()


def test_matrices_are_as_large_as_there_is():
    design = Design.parse("array-lmul-e4m3-64x64-os")
    weights = matrices("attention", design, 128, 64, 128)
    assert [(label, a.shape, b.shape) for label, a, b in weights] == [
        ("attention QK", (64, 128, 32), (64, 32, 128)),
        ("attention AV", (64, 128, 128), (64, 128, 32)),
    ]
    [(label, a, b)] = matrices("gaussian", design, 2, 3, 4)
    assert (label, a.shape, b.shape) == ("gaussian, sigma 1", (64, 2, 3), (64, 3, 4))
    assert len(np.unique(a)) > 30


def test_gaussian_has_its_sigma():
    [found] = stimuli("gaussian", LMUL, PAIRS)
    values = decode(found.x.astype(np.uint8), "e4m3", np.float64)
    assert values.std() == pytest.approx(1, abs=0.02)
    assert abs(values.mean()) < 0.02
    assert not np.array_equal(found.x, found.y)
    [found] = stimuli("gaussian", INT8, PAIRS)
    assert found.x.std() == pytest.approx(32, abs=0.7)
    assert found.label == "gaussian, sigma 1, 32 steps a sigma"


def test_stationary_weights_stay():
    [found] = stimuli("gaussian", LMUL, PAIRS, stationary=True)
    assert found.label == "gaussian, sigma 1, weights stationary"
    weights = found.y.reshape(-1, STRETCH)
    assert (weights == weights[:, :1]).all()
    assert len(np.unique(weights[:, 0])) > 50
    assert np.ptp(found.x.reshape(-1, STRETCH), axis=1).min() > 0


@pytest.mark.parametrize("name", ["uniform", "gaussian", "attention QK"])
def test_stationary_weights_stay_side_by_side(name):
    """Each lane of a PE that takes three pairs has a weight of its own for a stretch of cycles."""
    [found] = stimuli(name, MacDesign.parse("pe-lmul-e4m3-n3-ftz"), PAIRS, stationary=True)
    x, y = (side.reshape(-1, found.length // 3, 3) for side in (found.x, found.y))
    assert (y == y[:, :1]).all()
    assert (y[:, 0, 0] != y[:, 0, 1]).mean() > 0.8
    assert np.ptp(x, axis=1).min() > 0 and (x[..., 0] != x[..., 1]).mean() > 0.8
    assert found.length >= STRETCH


def test_groups_of_pairs():
    """Five pairs by three: the last group is filled up with zeros, a rest is left out."""
    x = np.array([1, 2, 3, 4, 5, -6, 7, 8, 9, 10, 99])
    found = Stimulus("", x, -x, 5).in_groups(3)
    assert found.x.tolist() == [[1, 2, 3], [4, 5, 0], [-6, 7, 8], [9, 10, 0]]
    assert found.y.tolist() == (-found.x).tolist()
    assert (found.length, found.pairs) == (2, 10)


def test_attention_is_two_products():
    query_key, weight_value = stimuli("attention", LMUL, PAIRS)
    assert [query_key.label, weight_value.label] == ["attention QK", "attention AV"]
    # Weights after softmax are no negative numbers; queries are.
    assert (weight_value.x < 0x80).all() and (query_key.x >= 0x80).any()
    assert weight_value.length != query_key.length
    [alone] = stimuli("attention AV", LMUL, PAIRS)
    assert np.array_equal(alone.x, weight_value.x) and np.array_equal(alone.y, weight_value.y)
    held = stimuli("attention", LMUL, PAIRS, stationary=True)[0]
    assert (np.diff(held.y.reshape(-1, held.length), axis=1) == 0).all()
    assert max(abs(stimuli("attention", INT8, PAIRS)[0].x)) == 127


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": [1, 2]}, "must hold arrays 'x' and 'y'"),
        (
            {"x": [[1, 2]], "y": [1, 2]},
            "x must be one row of two or more codes, as long as the other, not of shape (1, 2)",
        ),
        (
            {"x": [1, 2], "y": [1, 2, 3]},
            "y must be one row of two or more codes, as long as the other, not of shape (3,)",
        ),
        ({"x": [1.5, 2], "y": [1, 2]}, "x must hold codes as integers, not float64"),
        ({"x": [1, 2], "y": [1, 256]}, "y must hold codes from 0 to 255"),
    ],
)
def test_wrong_files(arrays, message, tmp_path):
    path = tmp_path / "some.npz"
    np.savez(path, allow_pickle=True, **{name: np.array(a) for name, a in arrays.items()})
    with pytest.raises(ValueError, match=rf"^Stimulus file .*{re.escape(message)}$"):
        stimuli(str(path), LMUL, PAIRS)


def test_file_as_it_is(tmp_path):
    path = tmp_path / "some.npz"
    np.savez(path, x=np.array([1, 200], np.uint8), y=np.array([0, 255]))
    [found] = stimuli(str(path), LMUL, PAIRS)
    assert (found.label, found.x.tolist(), found.y.tolist()) == ("some.npz", [1, 200], [0, 255])


def test_damaged_and_missing_files(tmp_path):
    path = tmp_path / "some.npz"
    with pytest.raises(FileNotFoundError, match=r"does not exist$"):
        stimuli(str(path), LMUL, PAIRS)
    path.write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match=r"is no \.npz file of plain arrays$"):
        stimuli(str(path), LMUL, PAIRS)
    with pytest.raises(ValueError, match=r"^Stimulus must be uniform, gaussian, attention, "):
        stimuli("normal", LMUL, PAIRS)
