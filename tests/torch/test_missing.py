"""Without torch the module can be imported, and says what is missing."""

import importlib.util

import pytest

import lmul
import lmul.torch


def test_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(lmul.ToolNotFound, match=r"^torch is not installed: .*\[torch\]'?$"):
        _ = lmul.torch.convert
    with pytest.raises(AttributeError, match=r"has no attribute 'magic'$"):
        _ = lmul.torch.magic  # pyright: ignore[reportAttributeAccessIssue]


def test_missing_triton_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    import lmul.torch.cuda.dispatch as gpu
    from lmul.torch.functional import matmul

    monkeypatch.setattr(gpu, "computes", lambda values: True)  # as if it lay on a GPU
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(lmul.ToolNotFound, match=r"^triton is not installed, .*\[cuda\]'?, or move"):
        matmul(torch.ones(2, 3), torch.ones(3, 2))
