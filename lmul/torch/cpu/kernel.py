"""The compiled part of lmul.torch, built once by g++."""

import ctypes
from functools import cache
from importlib import resources

from lmul.tools.compiled import shared_library

__all__ = ["kernel"]


_FILES = ("sums.cpp", "grid.cpp", "kernel.h")


@cache
def kernel() -> ctypes.CDLL:
    """The library, compiled for this processor at the first use and kept.

    Raises
    ------
    ToolNotFound, ToolFailed
        When g++ is missing, or can't compile it.
    """
    user = "lmul.torch, whose sums are compiled,"
    return shared_library("torch", resources.files("lmul.torch.cpu"), _FILES, user)
