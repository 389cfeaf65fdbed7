"""The best corrections: figures that other programs enumerated, and what a search may not do."""

import numpy as np
import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.accuracy.pairs import accuracy
from lmul.sim.golden.multiply import multiply
from lmul.synth.optimise.candidates import best_constant, best_table, judge
from lmul.synth.optimise.pairs import pairs_on

BF16 = FORMATS["bf16"]


# Percent, enumerated apart from this project.
@pytest.mark.parametrize(
    ("name", "constant", "mred", "bias"),
    [("bf16", 6, 2.526, -0.67), ("e3m4", 1, 2.70, 0.43), ("e4m3", 0, 3.78, -3.78)],
)
def test_best_constant(name: str, constant: int, mred: float, bias: float) -> None:
    fmt = FORMATS[name]
    found = best_constant(fmt, pairs_on("uniform", fmt), "mred")
    assert found.correction.tables == (((constant,),),)
    assert 100 * found.mred == pytest.approx(mred, abs=0.005)
    assert 100 * found.bias == pytest.approx(bias, abs=0.005)


@pytest.mark.parametrize(
    ("top", "places", "mred"),
    [(2, 7, 1.43), (2, 4, 1.74), (3, 7, 0.76), (3, 6, 0.80), (3, 5, 0.93)],
)
def test_best_table(top: int, places: int, mred: float) -> None:
    found = best_table(BF16, pairs_on("uniform", BF16), "mred", top, places)
    assert 100 * found.mred == pytest.approx(mred, abs=0.005)
    [table] = np.array(found.correction.tables)
    assert np.array_equal(table, table.T)


def test_an_objective_is_met_best_by_its_own_search() -> None:
    pairs = pairs_on("uniform", BF16)
    found = {aim: best_table(BF16, pairs, aim, 2, 7) for aim in ("mred", "bias", "worst", "dot")}
    assert min(found, key=lambda aim: found[aim].mred) == "mred"
    assert min(found, key=lambda aim: abs(found[aim].bias)) == "bias"
    assert min(found, key=lambda aim: abs(found[aim].worst)) == "worst"
    assert min(found, key=lambda aim: found[aim].dot) == "dot"


@pytest.mark.parametrize("kind", ["lmul_coarse", "lmul_fine"])
def test_kinds_are_judged_as_the_golden_model_errs(kind) -> None:
    correction = KINDS[kind].correction
    assert correction is not None
    found = judge(BF16, pairs_on("uniform", BF16), correction)
    golden = accuracy(kind, BF16).packed
    assert found.mred == pytest.approx(golden.mred)
    assert found.bias == pytest.approx(golden.bias)
    assert found.worst == pytest.approx(golden.worst)


# The project's goals for the bias; the means are what docs/relatives.md says.
@pytest.mark.parametrize(("kind", "mred"), [("lmul_coarse", 0.01181), ("lmul_fine", 0.00799)])
def test_kinds_err_little_without_bias_and_in_either_order(kind, mred: float) -> None:
    found = accuracy(kind, BF16).packed
    assert found.mred == pytest.approx(mred, abs=5e-6)
    assert abs(found.bias) <= 1e-3
    x = np.arange(128) + BF16.bias * 128
    assert np.array_equal(
        multiply(x[:, None], x, BF16, kind), multiply(x[:, None], x, BF16, kind).T
    )


def test_operands_from_a_file(tmp_path) -> None:
    """One product of 1.5 by 1.25 in 2 by 3 of them, the others of 1."""
    left, right = np.ones((2, 1)), np.ones((1, 3))
    left[0], right[0, 0] = 1.5, -1.25
    path = tmp_path / "mine.npz"
    np.savez(path, left=left, right=right)
    pairs = pairs_on(str(path), BF16)
    assert pairs.counts.sum() == 6
    assert pairs.counts[64, 32] == 1
    assert pairs.squares[64, 32] == (1.5 * 1.25) ** 2


def test_operands_wrong(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"^Format 'fp32' has 23 mantissa bits, and pairs of at"):
        pairs_on("uniform", FORMATS["fp32"])
    with pytest.raises(ValueError, match=r"^Operands 'all' are neither uniform, attention nor an"):
        pairs_on("all", BF16)
    path = tmp_path / "wrong.npz"
    np.savez(path, left=np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"wrong.npz holds no number matrices 'left' and 'right'"):
        pairs_on(str(path), BF16)
