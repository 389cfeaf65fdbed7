"""How fast products of tensors on a GPU are, beside torch's own bf16 product of as many elements.

Run by ``make bench`` where there is a GPU; needs the extra ``cuda``.
"""
# pyright: reportMissingImports=false

from collections.abc import Callable, Iterator
from typing import Any

from lmul.hdl.numbers.kinds import Kind
from lmul.speed.beside import Speed, beside
from lmul.tools.errors import ToolNotFound
from lmul.tools.installed import package_version

__all__ = ["measure_gpu"]


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


def measure_gpu(side: int = _SIDE, runs: int = 5) -> Iterator[Speed]:
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

        name = f"{kind} {fmt}, {policy}, {accumulator} sums, scale {scale}"
        yield beside(name, run, lambda: narrow[0] @ narrow[1], side**3, runs, clock=seconds)


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
    print(
        f"products of tensors, {_SIDE} x {_SIDE}, beside bf16's, "
        f"on one {torch.cuda.get_device_name()}"
    )
    for speed in measure_gpu():
        print(speed.text("T MAC/s", 1e12, 2), flush=True)


if __name__ == "__main__":
    _main()
