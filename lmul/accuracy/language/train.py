"""Train the language model from nothing on docstrings, and keep it with text that it never saw.

    pip install -e '.[workloads]'
    python -m lmul.accuracy.language.train --output lmul/accuracy/language/weights.npz

A quarter of an hour on one core. Files are split, not passages: a tenth of all files is held out,
and of their text what stands in another file, too, is left out.
"""
# pyright: reportMissingImports=false

import argparse
import hashlib
import math
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from lmul.accuracy.language.docstrings import ROOTS, docstrings, roots
from lmul.accuracy.language.model import LanguageModel, Shape, saved

__all__ = ["Schedule", "batches", "fit", "main", "split_text", "windows"]


_HELD_OUT_FILES = 0.1
_HELD_OUT_WINDOWS = 512
_BATCH = 32
_WARM_UP = 50
_CLIP = 1.0


def split_text() -> tuple[str, str]:
    """Docstrings of torch's and Python's files to train on, and of the others; ASCII alone."""
    parts: tuple[dict[str, None], dict[str, None]] = ({}, {})  # ordered, each text once
    for name, root in zip(ROOTS, roots(), strict=True):
        for path, text in docstrings(root):
            drawn = hashlib.sha256(f"{name}/{path}".encode()).digest()[0] / 256
            if text.isascii():
                parts[drawn < _HELD_OUT_FILES][text] = None
    train, held_out = parts
    return "\n\n".join(train), "\n\n".join(text for text in held_out if text not in train)


def windows(text: str, length: int) -> torch.Tensor:
    """Text as numbers of characters, cut into windows, shape (windows, length); int64."""
    codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64)
    return torch.from_numpy(codes[: len(codes) // length * length].reshape(-1, length))


def batches(text: str, length: int, size: int, seed: int) -> Iterator[torch.Tensor]:
    """Windows that begin anywhere, without end, shape (size, length)."""
    codes = windows(text, 1)[:, 0].unfold(0, length, 1)
    draw = torch.Generator().manual_seed(seed)
    while True:
        yield codes[torch.randint(len(codes), (size,), generator=draw)]


class Schedule:
    """Rate of step i: up in a straight line, then down along a cosine, to a tenth."""

    def __init__(self, rate: float, steps: int, warm_up: int = _WARM_UP) -> None:
        self.rate, self.steps, self.warm_up = rate, steps, warm_up

    def __call__(self, step: int) -> float:
        """The learning rate."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.rate * (0.55 + 0.45 * math.cos(math.pi * done))


def fit(
    model: LanguageModel, given: Iterator[torch.Tensor], schedule: Schedule, narrow: bool = False
) -> Iterator[float]:
    """Train with AdamW, yielding the loss of each step; ``narrow``: under bf16 autocast."""
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.1)
    model.train()
    for step in range(schedule.steps):
        optimizer.param_groups[0]["lr"] = schedule(step)
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
            loss = model.losses(next(given)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        optimizer.step()
        yield loss.item()
    model.eval()


def main() -> None:
    """Train, say what came of it, and write the file."""
    parser = argparse.ArgumentParser(description="Train the small language model.")
    parser.add_argument("--output", type=Path, default=Path("lmul/accuracy/language/weights.npz"))
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    train, other = split_text()
    shape = Shape()
    model = LanguageModel(shape)
    held_out = windows(other, shape.context + 1)
    # Evenly over all files, so that no one of them decides.
    held_out = held_out[:: len(held_out) // _HELD_OUT_WINDOWS][:_HELD_OUT_WINDOWS]
    began = time.process_time()
    drawn = batches(train, shape.context + 1, _BATCH, seed=0)
    for step, loss in enumerate(fit(model, drawn, Schedule(3e-3, given.steps), narrow=True), 1):
        if step % 50 == 0:
            print(f"{step} of {given.steps}: {loss:.3f} nats, {time.process_time() - began:.0f} s")
    with torch.no_grad():
        nats = float(model.losses(held_out).mean())
    provenance = {
        "text": f"docstrings of torch {torch.__version__} and Python {platform.python_version()}",
        "licences": "BSD-3-Clause (torch), PSF-2.0 (Python)",
        "train_characters": len(train),
        "train_sha256": hashlib.sha256(train.encode()).hexdigest(),
        "held_out_characters": held_out.numel(),
        "steps": given.steps,
        "batch": _BATCH,
        "seed": 0,
        "parameters": sum(p.numel() for p in model.parameters()),
        "cpu_seconds": round(time.process_time() - began),
        "nats_per_character": round(nats, 4),
    }
    np.savez_compressed(given.output, **saved(model, held_out, provenance))  # pyright: ignore
    print(f"{given.output}: {given.output.stat().st_size} bytes, perplexity {math.exp(nats):.4f}")


if __name__ == "__main__":
    main()
