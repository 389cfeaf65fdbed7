"""C++ that Python calls: compiled for this processor by g++ at its first use, and kept."""

import ctypes
import subprocess
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.tools.cache import kept
from lmul.tools.errors import ToolFailed
from lmul.tools.installed import need_programs
from lmul.tools.process import first_error

__all__ = ["check_compiler", "pointer", "shared_library"]


_OPTIONS = ("-std=c++20", "-O3", "-march=native", "-shared", "-fPIC")
_SECONDS = 300


def check_compiler(user: str) -> None:
    """Raise ToolNotFound where :func:`shared_library` can't compile; ``user`` needs it."""
    need_programs(user, "g++")


def shared_library(kind: str, folder: Traversable, files: Sequence[str], user: str) -> ctypes.CDLL:
    """The library that C++ files make, headers among them.

    Parameters
    ----------
    kind : str
        The folder of the cache.
    folder : Traversable
        Where the files are, as :func:`importlib.resources.files` finds it.
    files : sequence of str
        Their names; the first gives the library its own.
    user : str
        Whose need it is, for errors: "The simulation of gates".

    Raises
    ------
    ToolNotFound, ToolFailed
        When g++ is missing, or can't compile it.
    """
    texts = {name: (folder / name).read_text() for name in files}
    sources = [name for name in files if name.endswith(".cpp")]
    check_compiler(user)
    command = ["g++", *_OPTIONS]
    # The compiler's version and the processor, as its predefined macros tell them.
    machine = subprocess.run(
        [*command, "-dM", "-E", "-x", "c++", "/dev/null"],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    ).stdout
    library = Path(sources[0]).with_suffix(".so").name

    def make(build: Path) -> None:
        for name, text in texts.items():
            (build / name).write_text(text)
        with (build / "build.log").open("w") as log:
            status = subprocess.run(
                [*command, *sources, "-o", library],
                cwd=build,
                stdout=log,
                stderr=log,
                timeout=_SECONDS,
            ).returncode
        if status:
            reason = first_error(build / "build.log")
            raise ToolFailed(f"g++ can't compile {' and '.join(sources)}: {reason}")

    return ctypes.CDLL(str(kept(kind, [texts, _OPTIONS, machine], make) / library))


def pointer(array: npt.NDArray[Any]) -> Any:
    """To the first element of a contiguous array."""
    assert array.flags.c_contiguous
    return array.ctypes.data_as(ctypes.POINTER(np.ctypeslib.as_ctypes_type(array.dtype)))
