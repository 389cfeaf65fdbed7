"""The package's own files, which of them a module's results come from, and their hash."""

import ast
import hashlib
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from lmul.tools.garbage import uncollected

__all__ = ["commit", "files_digest", "source_files", "sources_of", "syntax_tree"]


_parsing = Lock()

_PACKAGE = "lmul"
_FOLDERS = (_PACKAGE, "lmul.hdl", "lmul.sim", "lmul.synth")  # an editable install has them apart


def source_files() -> dict[str, Path]:
    """The package's modules by dotted name, and its data files by package and name.

    A data file is called as if it were a module, ``"lmul.synth.liberty/cells.lib"``.
    """
    found = {}
    for package in _FOLDERS:
        spec = find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        folder = Path(spec.submodule_search_locations[0])
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if not path.is_file() or any(p == "__pycache__" or p.startswith(".") for p in parts):
                continue
            parent = ".".join((package, *parts[:-1]))
            if path.suffix != ".py":
                found[f"{parent}/{path.name}"] = path
            elif path.name == "__init__.py":
                found[parent] = path
            else:
                found[f"{parent}.{path.stem}"] = path
    return found


def syntax_tree(text: str) -> ast.Module:
    """Python's own tree of a source text, in any thread.

    Raises
    ------
    SyntaxError
        When it is none.
    """
    # Python 3.11 counts how deep a tree is for all threads together. Where garbage is collected
    # while one is built, a finaliser may let another thread build its own, and the first fails with
    # SystemError: so in this project's threads, and beside those of a library that don't wait.
    with _parsing, uncollected():
        return ast.parse(text)


def sources_of(module: str, files: Mapping[str, Path]) -> dict[str, Path]:
    """The files that a module's results come from: its own, and all that it leads to.

    A file leads to each module that it imports, wherever in its text, and to each module and data
    file whose name it holds as a string: so are modules named that are loaded late, and what a
    module reads. It leads to the face of its package too, which may import more; of the front
    doors, such as :mod:`lmul`, whose faces lead everywhere, no measurement takes anything.

    Parameters
    ----------
    module : str
        Its dotted name.
    files : mapping of str to Path
        Of :func:`source_files`.

    Returns
    -------
    dict of str to Path
        A part of ``files``, sorted by name.
    """
    data: dict[str, list[str]] = {}
    for name in files:
        if "/" in name:
            data.setdefault(name.partition("/")[2], []).append(name)
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        package = name.rpartition("/" if "/" in name else ".")[0]
        if package in files and package not in _FOLDERS:
            ahead.append(package)
        if "/" not in name:
            tree = syntax_tree(files[name].read_text(encoding="utf-8"))
            ahead += _led_to(tree, files, data)
    return {name: files[name] for name in sorted(found)}


def _led_to(
    tree: ast.Module, files: Mapping[str, Path], data: Mapping[str, list[str]]
) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names if alias.name in files)
            case ast.ImportFrom(str(origin), names, 0):
                for alias in names:
                    inner = f"{origin}.{alias.name}"
                    if inner in files:
                        yield inner
                    elif origin in files:
                        yield origin
            case ast.Constant(str(text)):
                yield from data.get(text, ())
                if "." in text and text in files:
                    yield text


def files_digest(files: Mapping[str, Path]) -> str:
    """SHA-256 over files' names and contents."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        digest.update(f"{name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def commit() -> str:
    """The commit that is checked out, with a mark where files differ from it.

    Empty where there is no git, or no checkout.
    """
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    here = Path(__file__).resolve().parent
    try:
        run = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return run.stdout.strip()
