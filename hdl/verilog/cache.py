"""Verilog of designs, kept on disk: making the text of a large one takes seconds."""

import hashlib
import threading
from functools import cache
from importlib import metadata

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.tools.cache import find, keep
from lmul.tools.sources import files_digest, source_files

__all__ = ["verilog_of"]


_KIND = "verilog"  # of the cache
_amaranth = threading.Lock()  # elaboration is one thread's business


def verilog_of(design: Design, out: str = "fp32", form: Form = "gates") -> str:
    """The text of :func:`lmul.hdl.verilog.emit.emit`, kept where it is known already.

    Its key is the hash of everything that it comes from: the design, each source file below
    ``lmul.hdl``, and the version of Amaranth.

    Parameters
    ----------
    design : Design
    out : str
        Format of an array's results.
    form : str
        How arithmetic is written; see :mod:`lmul.hdl.arithmetic.form`.

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.hdl.verilog.emit.emit`.
    """
    key = hashlib.sha256(f"{_sources()} {design!r} {out} {form}".encode()).hexdigest()[:24]
    if kept := find(_KIND, key):
        return kept
    # Imported here: Amaranth takes a quarter of a second, and a text that is kept needs none of it.
    from lmul.hdl.verilog.emit import emit

    with _amaranth:
        text = emit(design, form, out)
    keep(_KIND, key, text)
    return text


@cache  # a process runs the sources that it started with
def _sources() -> str:
    """The hash of all that makes Verilog of a design."""
    ours = {name: path for name, path in source_files().items() if name.startswith("lmul.hdl")}
    return f"{files_digest(ours)} amaranth {metadata.version('amaranth')}"
