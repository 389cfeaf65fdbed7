"""Amaranth ships no types, and its components get their ports at run time: all of it is Any."""

from typing import Any

def __getattr__(name: str) -> Any: ...
