"""Products of tensors are as quick as float64's allow, in bounded memory."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.evidence  # measures


def test_speeds_beside_float64() -> None:
    """In processor time, which other work on the machine changes little."""
    pytest.importorskip("torch")
    from lmul.speed.tensors import measure_emulation, measure_tensors

    speeds = {speed.name: speed for speed in measure_tensors()}
    assert speeds["lmul e4m3, exact sums"].ratio > 1 / 10
    assert speeds["exact e4m3, exact sums"].ratio > 1 / 2
    fast = speeds["lmul bf16, fp32 sums"].per_second
    emulated = measure_emulation().per_second
    assert fast > 20 * emulated
    # A vector of L-Mul's products takes 4 instructions with its sums, a corrected one 10 more.
    assert speeds["lmul_fine bf16, fp32 sums"].per_second > fast * 4 / 14
    assert speeds["lmul e4m3, exact sums"].per_second > 50 * emulated
    assert fast > 0.05 * speeds["lmul bf16, fp32 sums"].reference


@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_memory_is_bounded(kind: str) -> None:
    """Four times the operands and the result, at most; measured as the process's peak."""
    pytest.importorskip("torch")
    program = f"""
import resource, torch, lmul.torch
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
small = torch.randn(300, 300)
lmul.torch.matmul(small, small, "e4m3", "{kind}")
torch.manual_seed(0)
a, b = torch.randn(1024, 2048), torch.randn(2048, 1024)
before = peak()
result = lmul.torch.matmul(a, b, "e4m3", "{kind}")
operands, out = 4 * (a.numel() + b.numel()), 4 * result.numel()
print((peak() - before - out) / operands)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 4
