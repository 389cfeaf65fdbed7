"""Where simulations put what they make."""

import os
from pathlib import Path

__all__ = ["build_root"]


def build_root() -> Path:
    """Where builds and caches go: ``build`` below the current folder, or $LMUL_BUILD."""
    return Path(os.environ.get("LMUL_BUILD") or "build").absolute()
