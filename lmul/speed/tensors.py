"""How fast products of tensors are, beside torch's own float64 product of as many elements.

Run by ``make bench``; needs the extra ``torch``. Times are the processor's, of all threads, so
that what else runs on the machine does not count.
"""
# pyright: reportMissingImports=false

import time
from collections.abc import Callable, Iterator
from typing import Any

from lmul.hdl.numbers.kinds import Kind
from lmul.speed.beside import Speed, beside
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import package_version

__all__ = ["measure_tensors"]


_CASES: tuple[tuple[str, Kind, str], ...] = (
    ("e4m3", "lmul", "exact"),
    ("e4m3", "exact", "exact"),
    ("e4m3", "lmul_rne", "exact"),
    ("e5m2", "lmul", "exact"),
    ("bf16", "lmul", "fp32"),
    ("bf16", "exact", "fp32"),
    ("bf16", "lmul", "exact"),
)
_SIDE = 1024
_EMULATED = 128  # columns of what the emulation multiplies: its terms must fit the memory


def measure_tensors(side: int = _SIDE, runs: int = 3) -> Iterator[Speed]:
    """Time products of square matrices of normal random numbers, in turn with float64's.

    The last one is what a few lines of torch do: bf16 codes as integers, added, viewed as numbers
    again and summed along K.

    Raises
    ------
    ToolNotFound
        When torch is not installed.
    """
    package_version("torch", "torch")
    import torch

    from lmul.torch.functional import matmul

    generator = torch.manual_seed(0)
    a, b = (torch.randn(side, side, generator=generator) for _ in range(2))
    wide = a.double(), b.double()

    def timed(name: str, run: Callable[[], Any], macs: int) -> Speed:
        return beside(name, run, lambda: wide[0] @ wide[1], macs, runs, side**3, _seconds)

    for fmt, kind, accumulator in _CASES:
        run = _product(matmul, a, b, fmt, kind, accumulator)
        yield timed(f"{kind} {fmt}, {accumulator} sums", run, side**3)
    few = b[:, :_EMULATED].contiguous()
    yield timed("lmul bf16, emulated", lambda: _emulated(a[:_EMULATED], few), side * _EMULATED**2)


def _product(matmul: Callable[..., Any], a: Any, b: Any, *given: str) -> Callable[[], Any]:
    fmt, kind, accumulator = given
    return lambda: matmul(a, b, fmt, kind, accumulator=accumulator)


def _emulated(a: Any, b: Any) -> Any:
    import torch

    x, y = (side.bfloat16().view(torch.int16).int() for side in (a, b))
    codes = x[:, :, None] + y[None] - 16248  # ARITHMETIC section 2: bf16's constant
    return codes.short().view(torch.bfloat16).float().sum(1)


def _seconds(run: Callable[[], Any]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _main() -> None:
    try:
        package_version("torch", "torch")
    except ToolNotFound as missing:
        print(f"products of tensors: {missing}")
        return
    print(f"products of tensors, {_SIDE} x {_SIDE}, beside float64's, in a second of one thread")
    for speed in measure_tensors():
        print(speed.text("G MAC/s", 1e9, 3), flush=True)


if __name__ == "__main__":
    _main()
