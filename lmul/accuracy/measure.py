"""Measure rows on both tasks, one process a core."""
# pyright: reportMissingImports=false

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

import lmul.torch
from lmul.accuracy.encoder import Embeddings, Encoder, retrieval
from lmul.accuracy.language.model import Pretrained, pretrained
from lmul.accuracy.rows import FP32, Row, Task
from lmul.torch.cpu.kernel import kernel

__all__ = ["Items", "computing", "measure"]


Items = dict[str, npt.NDArray[np.float64]]
Passages = list[tuple[str, str]]
OnProgress = Callable[[int, int, str], None]

_BATCH = 8
_THREADS = "OPENBLAS_NUM_THREADS"


def measure(
    wanted: Sequence[tuple[Task, Row]],
    passages: Passages,
    windows: int,
    on_progress: OnProgress,
    jobs: int | None = None,
) -> dict[tuple[Task, str], Items]:
    """Figures of each item, by task and row.

    Parameters
    ----------
    wanted : sequence
        Tasks and rows; fp32's retrieval is added where there is another's, to compare with.
    passages : list of (title, text)
    windows : int
        Of held-out text.
    on_progress : callable
        Called with what is done, how much there is, and a label.
    jobs : int or None
        Processes at a time; None is one for each core that this process may use.

    Returns
    -------
    dict
        Of ``retrieval`` what :func:`lmul.accuracy.encoder.retrieval` says, one value a passage; of
        ``text`` ``nats``, the mean over each window's characters.
    """
    tasks: dict[tuple[Task, str], Row] = {(task, row.name): row for task, row in wanted}
    if any(task == "retrieval" for task, _ in tasks):
        tasks["retrieval", FP32.name] = FP32
    kernel()  # compiled once, before many want it
    found: dict[tuple[Task, str], Any] = {}
    with _pool(jobs or len(os.sched_getaffinity(0)), passages, windows) as pool:
        waiting: dict[Future[Any], tuple[Task, str]] = {}
        for (task, name), row in tasks.items():
            waiting[pool.submit(_measured, task, row)] = task, name
        for done, future in enumerate(as_completed(waiting), 1):
            task, name = waiting[future]
            found[task, name] = future.result()
            on_progress(done, len(waiting), f"{task}: {name}")
    reference: Any = found.get(("retrieval", FP32.name))
    return {
        key: retrieval(one, reference) if isinstance(one, Embeddings) else {"nats": one}
        for key, one in found.items()
    }


@contextmanager
def _pool(jobs: int, passages: Passages, windows: int) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")  # torch's threads don't survive a fork
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(passages, windows))
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"  # numpy's library reads it when a process begins
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before


_given: dict[str, Any] = {}


def _begin(passages: Passages, windows: int) -> None:
    torch.set_num_threads(1)
    _given.update(passages=passages, windows=windows)


@cache
def _encoder() -> Encoder:
    return Encoder()


@cache
def _language_model() -> Pretrained:
    return pretrained()


@contextmanager
def computing(model: torch.nn.Module, row: Row) -> Iterator[None]:
    """Inside, ``model`` computes as ``row`` says."""
    with ExitStack() as stack:
        if row.everywhere:
            lmul.torch.convert(model, **row.arithmetic)
            stack.callback(lmul.torch.restore, model)
        if row.arithmetic:
            stack.enter_context(lmul.torch.attention(**row.arithmetic))
        yield


def _measured(task: Task, row: Row) -> Embeddings | npt.NDArray[np.float64]:
    if task == "retrieval":
        encoder = _encoder()
        with computing(encoder.model, row):
            return encoder.embed(_given["passages"])
    kept = _language_model()
    text = kept.held_out[: _given["windows"]]
    with torch.no_grad(), computing(kept.model, row):
        parts = [kept.model.losses(part).double().mean(1) for part in text.split(_BATCH)]
    return torch.cat(parts).numpy()
