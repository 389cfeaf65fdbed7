"""A cache of points of a test's own; what tools gave is shared with all other tests."""

from pathlib import Path

import pytest

from lmul.tools.folders import build_root

__all__ = ["own_points"]

_SHARED = ("synth", "gates")  # Yosys's results, and compiled gate-level simulations


def own_points(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the build folder into ``folder``, no point measured in it."""
    shared = build_root() / "cache"
    own = folder / "build" / "cache"
    own.mkdir(parents=True)
    for name in _SHARED:
        (shared / name).mkdir(parents=True, exist_ok=True)
        (own / name).symlink_to(shared / name)
    monkeypatch.setenv("LMUL_BUILD", str(folder / "build"))
