"""How fast products of tensors on a GPU are, beside torch's own bf16 product of as many elements.

Run by ``make bench`` where there is a GPU; needs the extra ``cuda``.
"""
# pyright: reportMissingImports=false

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from lmul.hdl.numbers.kinds import Kind
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import package_version

__all__ = ["GpuSpeed", "measure_gpu"]


_CASES: tuple[tuple[str, Kind, str, str, str], ...] = (
    ("e4m3", "lmul", "ocp", "exact", "none"),
    ("e4m3", "lmul", "ftz", "exact", "none"),
    ("e4m3", "lmul", "ftz", "exact", "row"),
    ("e4m3", "exact", "ocp", "exact", "none"),
    ("e5m2", "lmul", "ftz", "exact", "row"),
    ("bf16", "lmul", "ocp", "fp32", "none"),
    ("bf16", "exact", "ocp", "fp32", "none"),
    ("bf16", "lmul", "ocp", "exact", "none"),
)
_SIDE = 4096


@dataclass(frozen=True)
class GpuSpeed:
    """One measurement: medians of some runs, in multiply-accumulates per second."""

    name: str
    macs_per_second: float
    bf16_per_second: float

    @property
    def ratio(self) -> float:
        """Of the speed to the bf16 product's."""
        return self.macs_per_second / self.bf16_per_second


def measure_gpu(side: int = _SIDE, runs: int = 5) -> Iterator[GpuSpeed]:
    """Time products of square matrices of normal random numbers, rounding of operands included.

    Raises
    ------
    ToolNotFound
        When torch or Triton is not installed.
    """
    package_version("torch", "torch")
    package_version("triton", "cuda")
    import torch

    from lmul.torch.functional import matmul

    generator = torch.Generator("cuda").manual_seed(0)
    a, b = (torch.randn(side, side, device="cuda", generator=generator) for _ in range(2))
    narrow = a.bfloat16(), b.bfloat16()

    def seconds(run: Callable[[], Any]) -> float:
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        run()
        end.record()
        torch.cuda.synchronize()
        return begin.elapsed_time(end) / 1e3

    for fmt, kind, policy, accumulator, scale in _CASES:

        def run(given: Any = (fmt, kind, policy, accumulator), scale: Any = scale) -> Any:
            return matmul(a, b, *given, scale=scale)

        run()  # kernels are compiled
        times = [(seconds(run), seconds(lambda: narrow[0] @ narrow[1])) for _ in range(runs)]
        mine, theirs = (median(column) for column in zip(*times, strict=True))
        name = f"{kind} {fmt}, {policy}, {accumulator} sums, scale {scale}"
        yield GpuSpeed(name, side**3 / mine, side**3 / theirs)


def _main() -> None:
    try:
        package_version("torch", "torch")
        import torch

        if not torch.cuda.is_available():
            print("products of tensors on a GPU: there is none that torch can use")
            return
        package_version("triton", "cuda")
    except ToolNotFound as missing:
        print(f"products of tensors on a GPU: {missing}")
        return
    print(f"products of tensors, {_SIDE} x {_SIDE}, on one {torch.cuda.get_device_name()}")
    for speed in measure_gpu():
        print(
            f"{speed.name:44} {speed.macs_per_second / 1e12:7.2f} T MAC/s, bf16 "
            f"{speed.bf16_per_second / 1e12:7.1f}, ratio {speed.ratio:6.3f}",
            flush=True,
        )


if __name__ == "__main__":
    _main()
