"""English that any machine with torch has: what libraries say of themselves in their docstrings.

Files are read as text, nothing is imported. Those of one release are the same everywhere.
"""
# pyright: reportMissingImports=false

import ast
import sysconfig
from collections.abc import Iterator
from pathlib import Path

__all__ = ["ROOTS", "docstrings", "roots"]


ROOTS = ("torch", "the standard library")

_SKIPPED = {"test", "tests", "testing", "idlelib", "lib2to3", "site-packages"}


def roots() -> tuple[Path, Path]:
    """The folders of torch and of Python's standard library, in the order of :data:`ROOTS`."""
    paths = sysconfig.get_paths()
    return Path(paths["purelib"]) / "torch", Path(paths["stdlib"])


def docstrings(root: Path) -> Iterator[tuple[str, str]]:
    """Path below ``root``, and text, of every docstring of a module, class or function."""
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root)
        if _SKIPPED.intersection(name.parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(
                node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            ) and (text := ast.get_docstring(node)):
                yield name.as_posix(), text
