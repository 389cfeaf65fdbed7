"""How fast products of tensors are, beside torch's own float64 product of as many elements.

Run by ``make bench``; needs the extra ``torch``. The first table is in processor time, of all
threads, so that what else runs on the machine counts for little; the second in wall time.
"""
# pyright: reportMissingImports=false

import time
from collections.abc import Callable, Iterator
from typing import Any

from lmul.hdl.numbers.kinds import Kind
from lmul.speed.beside import Clock, Speed, beside, seconds
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import package_version

__all__ = ["measure_emulation", "measure_tensors", "processor_seconds"]


Case = tuple[str, Kind, str]

_CASES: tuple[Case, ...] = (
    ("e4m3", "lmul", "exact"),
    ("e4m3", "exact", "exact"),
    ("e4m3", "lmul_rne", "exact"),
    ("e5m2", "lmul", "exact"),
    ("bf16", "lmul", "fp32"),
    ("bf16", "lmul_fine", "fp32"),
    ("bf16", "exact", "fp32"),
    ("bf16", "lmul", "exact"),
)
_WALL: tuple[Case, ...] = (_CASES[0], _CASES[1], _CASES[4])
_SIDE, _LARGE = 1024, 4096
_EMULATED = 128  # columns of what the emulation multiplies: its terms must fit the memory


def processor_seconds(run: Callable[[], Any]) -> float:
    """How long one call takes, in processor time of all threads."""
    start = time.process_time()
    run()
    return time.process_time() - start


def measure_tensors(
    side: int = _SIDE,
    runs: int = 3,
    cases: tuple[Case, ...] = _CASES,
    clock: Clock = processor_seconds,
) -> Iterator[Speed]:
    """Time products of square matrices of normal random numbers, in turn with float64's.

    Parameters
    ----------
    side, runs : int
    cases : tuple of (str, str, str)
        Format, kind and accumulator of each.
    clock : callable

    Raises
    ------
    ToolNotFound
        When torch is not installed.
    """
    package_version("torch", "torch")
    from lmul.torch.functional import matmul

    a, b = _matrices(side)
    x, y = a.double(), b.double()
    for fmt, kind, accumulator in cases:

        def run(given: Any = (fmt, kind), sums: str = accumulator) -> Any:
            return matmul(a, b, *given, accumulator=sums)

        name = f"{kind} {fmt}, {accumulator} sums"
        yield beside(name, run, lambda: x @ y, side**3, runs, clock=clock)


def measure_emulation(side: int = _SIDE, runs: int = 3) -> Speed:
    """Time what a few lines of torch do, beside float64's product.

    These view bf16 codes as integers, add them, view the sums as numbers and add these along K.
    """
    package_version("torch", "torch")
    a, b = _matrices(side)
    x, y, few = a.double(), b.double(), b[:, :_EMULATED].contiguous()
    macs = side * _EMULATED**2

    def run() -> Any:
        return _emulated(a[:_EMULATED], few)

    name = "lmul bf16, emulated"
    return beside(name, run, lambda: x @ y, macs, runs, side**3, processor_seconds)


def _matrices(side: int) -> tuple[Any, Any]:
    import torch

    generator = torch.manual_seed(0)
    return torch.randn(side, side, generator=generator), torch.randn(
        side, side, generator=generator
    )


def _emulated(a: Any, b: Any) -> Any:
    import torch

    x, y = (side.bfloat16().view(torch.int16).int() for side in (a, b))
    codes = x[:, :, None] + y[None] - 16248  # ARITHMETIC section 2: bf16's constant
    return codes.short().view(torch.bfloat16).float().sum(1)


def _main() -> None:
    try:
        emulation = measure_emulation()
    except ToolNotFound as missing:
        print(f"products of tensors: {missing}")
        return
    print(
        f"products of tensors, {_SIDE} x {_SIDE}, beside float64's, in a second of one thread; "
        "and how many times as fast as a few lines of torch"
    )
    print(emulation.text("G MAC/s", 1e9, 3), flush=True)
    for speed in measure_tensors():
        times = speed.per_second / emulation.per_second
        print(f"{speed.text('G MAC/s', 1e9, 3)}  {times:5.0f} times", flush=True)
    for side, runs in ((_SIDE, 3), (_LARGE, 1)):
        print(f"the same in wall time, {side} x {side}")
        for speed in measure_tensors(side, runs, _WALL, seconds):
            wall = side**3 / speed.per_second
            print(f"{speed.text('G MAC/s', 1e9, 3)}  {wall:8.3f} s", flush=True)


if __name__ == "__main__":
    _main()
