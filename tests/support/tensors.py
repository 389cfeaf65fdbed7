"""Matrices for tests of tensors, and whether their product has the golden model's bits."""
# pyright: reportMissingImports=false

from collections.abc import Sequence

import numpy as np
import pytest

import lmul
from lmul.hdl.numbers.kinds import KINDS, Kind

torch = pytest.importorskip("torch")

from lmul.torch.functional import matmul  # noqa: E402


def drawn(seed: int, *shape: int, spread: int = 3) -> np.ndarray:
    """Normal random numbers of several magnitudes, a few of them 0."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=shape) * 2.0 ** rng.integers(-spread, spread, shape)
    values[rng.random(shape) < 0.05] = 0
    return values.astype(np.float32)


def formats_of(
    kind: Kind, names: Sequence[str] = ("e4m3", "e5m2", "e3m4", "bf16", "fp16")
) -> tuple[str, ...]:
    """The first two of these formats that a kind has, or the one."""
    return tuple(name for name in names if KINDS[kind].exists_for(lmul.FORMATS[name]))[:2]


def same_bits(a, b, *given, device: str = "cpu") -> bool:
    """Whether tensors' product on a device is the golden one; one NaN is as good as another."""
    want = lmul.matmul(a, b, *given)
    x, y = (torch.from_numpy(side).to(device) for side in (a, b))
    got = matmul(x, y, *given).cpu().numpy()
    both_nan = np.isnan(want) & np.isnan(got)
    return bool(np.all((want.view(np.uint32) == got.view(np.uint32)) | both_nan))
