"""Matrices for tests of tensors, and whether their product has the golden model's bits."""
# pyright: reportMissingImports=false

import numpy as np
import pytest

import lmul

torch = pytest.importorskip("torch")

from lmul.torch.functional import matmul  # noqa: E402


def drawn(seed: int, *shape: int, spread: int = 3) -> np.ndarray:
    """Normal random numbers of several magnitudes, a few of them 0."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=shape) * 2.0 ** rng.integers(-spread, spread, shape)
    values[rng.random(shape) < 0.05] = 0
    return values.astype(np.float32)


def same_bits(a, b, *given, device: str = "cpu") -> bool:
    """Whether tensors' product on a device is the golden one; one NaN is as good as another."""
    want = lmul.matmul(a, b, *given)
    x, y = (torch.from_numpy(side).to(device) for side in (a, b))
    got = matmul(x, y, *given).cpu().numpy()
    both_nan = np.isnan(want) & np.isnan(got)
    return bool(np.all((want.view(np.uint32) == got.view(np.uint32)) | both_nan))
