"""The words of a kernel, which Triton compiles: only their names are Python's."""

from typing import Any, TypeAlias

constexpr: TypeAlias = Any

def __getattr__(name: str, /) -> Any: ...
