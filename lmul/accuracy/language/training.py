"""Train and fine-tune a small transformer in another arithmetic, five seeds each.

    export OPENBLAS_NUM_THREADS=1
    python -m lmul.accuracy.language.training --output lmul/accuracy/language/training.json

In kind the paper's table 6: every product of the forward pass, attention's and the layers'. From
nothing in exact sums; and fine-tuned in e4m3 sums, from what was trained in fp32 with that seed.
Five minutes on one core.
"""
# pyright: reportMissingImports=false

import argparse
import copy
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lmul.accuracy.bootstrap import Interval
from lmul.accuracy.language.model import LanguageModel, Shape
from lmul.accuracy.language.train import Schedule, batches, fit, split_text, windows
from lmul.accuracy.measure import computing
from lmul.accuracy.rows import FP32, Row

__all__ = ["ARITHMETICS", "Runs", "accepted", "main", "train_all"]


FILE = "training.json"
SEEDS = 5

_SHAPE = Shape(width=64, layers=2, heads=2, context=64)
_BATCH = 16
_STEPS, _MORE_STEPS = 120, 30
_RATE = 3e-3
_WARM_UP = 20
_WINDOWS = 64
_T_95 = 2.776  # Student's, of five seeds


def _row(kind: str) -> Row:
    return Row(f"{kind}-e4m3", {"format": "e4m3", "kind": kind}, everywhere=True)


ARITHMETICS = (FP32, _row("exact"), _row("lmul"), _row("mitchell"))


@dataclass(frozen=True)
class Runs:
    """Nats a character on held-out text.

    Attributes
    ----------
    nats : dict
        By phase and arithmetic, a value a seed.
    provenance : dict
    """

    nats: dict[str, dict[str, list[float]]]
    provenance: dict[str, Any]

    def change(self, phase: str, name: str) -> Interval:
        """What is added to fp32's nats, seed by seed: mean, and Student's 95 % interval."""
        found = self.nats[phase]
        added = np.subtract(found[name], found[FP32.name])
        half = _T_95 * added.std(ddof=1) / np.sqrt(len(added))
        return Interval(float(added.mean()), float(added.mean() - half), float(added.mean() + half))


def train_all(text: str, held_out: torch.Tensor, seeds: int) -> Iterator[tuple[str, str, float]]:
    """Phase, arithmetic and nats of each run."""
    for seed in range(seeds):
        start = LanguageModel(_SHAPE)
        for row in ARITHMETICS:
            torch.manual_seed(seed)
            model = LanguageModel(_SHAPE)
            _train(model, row, text, _STEPS, seed)
            yield "trained", row.name, _nats(model, row, held_out)
            if row is FP32:
                start = model
        for row in ARITHMETICS:
            # fp32 is trained on, too, so that more steps are no merit.
            narrow = row.but("e4m3 sums", True, accumulator="e4m3") if row.arithmetic else row
            model = copy.deepcopy(start)
            yield "before fine-tuning", row.name, _nats(model, narrow, held_out)
            _train(model, narrow, text, _MORE_STEPS, seed + SEEDS)
            yield "fine-tuned", row.name, _nats(model, narrow, held_out)


def _train(model: LanguageModel, row: Row, text: str, steps: int, seed: int) -> None:
    drawn = batches(text, _SHAPE.context + 1, _BATCH, seed)
    with computing(model, row):
        for _ in fit(model, drawn, Schedule(_RATE, steps, _WARM_UP)):
            pass


def _nats(model: LanguageModel, row: Row, held_out: torch.Tensor) -> float:
    with torch.no_grad(), computing(model, row):
        return float(model.losses(held_out).double().mean())


def accepted() -> Runs:
    """The runs that are kept with the package.

    Raises
    ------
    FileNotFoundError
        When the installation lacks its data file.
    """
    text = (resources.files("lmul.accuracy.language") / FILE).read_text(encoding="utf-8")
    return Runs(**json.loads(text))


def main() -> None:
    """Run it all, a line for each run, and write the file."""
    parser = argparse.ArgumentParser(description="Train a small transformer with L-Mul.")
    parser.add_argument("--output", type=Path, default=Path("lmul/accuracy") / FILE)
    output = parser.parse_args().output
    torch.set_num_threads(1)
    text, other = split_text()
    held_out = windows(other, _SHAPE.context + 1)
    held_out = held_out[:: len(held_out) // _WINDOWS][:_WINDOWS]
    began = time.process_time()
    nats: dict[str, dict[str, list[float]]] = {}
    for phase, name, found in train_all(text, held_out, SEEDS):
        nats.setdefault(phase, {}).setdefault(name, []).append(round(found, 5))
        print(f"{time.process_time() - began:.0f} s: {phase}, {name}: {found:.4f} nats")
    provenance = {
        "command": "python -m lmul.accuracy.language.training",
        "shape": asdict(_SHAPE),
        "steps": _STEPS,
        "fine_tuning_steps": _MORE_STEPS,
        "batch": _BATCH,
        "seeds": SEEDS,
        "text": f"docstrings of torch {torch.__version__} and Python {platform.python_version()}",
        "cpu_seconds": round(time.process_time() - began),
    }
    document = {"provenance": provenance, "nats": nats}
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
