"""`lmul optimise`: what it finds, and its mistakes in one line."""

import json
from pathlib import Path

import numpy as np
import pytest

from lmul.cli import main


@pytest.mark.slow
def test_the_best_constant_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Of four mantissa pairs 1.5 by 1.5 alone errs, 2 for 2.25: by a ninth, in the mean 1 / 36."""
    assert main(["optimise", "--format", "e2m1", "--top", "0", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["corrections"]
    assert row["correction"]["tables"] == [[[0]]]
    assert row["mred"] == pytest.approx(1 / 36)
    assert row["gates"] == 24  # as `lmul synth lmul-e2m1-ftz-o0` counts


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "--format is missing: one of e4m3, "),
        (["--format", "e9m9"], "Unknown format 'e9m9'"),
        (["--format", "fp32"], "use fp16"),
        (["--format", "bf16", "--top", "5"], "Top bits must be from 0 to 4 for 'bf16', not 5"),
        (["--format", "bf16", "--objective", "rmse"], "use mred, bias, worst, dot"),
        (["--format", "bf16", "--on", "gauss"], "neither uniform, attention nor an .npz file"),
        (["--format", "bf16", "--circuit", "0"], "between 0 and 100, not 0.0"),
        (["--format", "bf16", "--rounds", "3"], "--rounds goes with --circuit"),
        (["--format", "e4m3", "--circuit", "2"], "from 6 mantissa bits on, not for 'e4m3' with 3"),
        (["--format", "bf16", "--circuit", "1", "--objective", "bias"], "--objective mred alone"),
        (["--relatives", "--top", "3"], "--relatives goes with --format and --json alone"),
    ],
)
def test_mistakes(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimise", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_operands_that_are_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, left=np.zeros((2, 2)), right=np.ones((2, 2)))
    for name, said in ((path, "no product is left"), (tmp_path / "none.npz", "No such file")):
        assert main(["optimise", "--format", "bf16", "--on", str(name)]) == 2
        captured = capsys.readouterr()
        assert said in captured.err
        assert captured.err.count("\n") == 1
