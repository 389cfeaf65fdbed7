"""Verilog of designs, kept on disk: making the text of a large one takes seconds."""

import hashlib
import threading
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import lmul.hdl
from lmul.hdl.arithmetic.form import Form, written_as
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.tools.cache import find, keep

__all__ = ["verilog_of"]


_KIND = "verilog"  # of the cache
_amaranth = threading.Lock()  # elaboration is one thread's business


def verilog_of(design: Design, out: str = "fp32", form: Form = "gates") -> str:
    """The text of :func:`lmul.hdl.verilog.emit.emit`, kept where it is known already.

    It is kept by the hash of everything that it comes from: the design, each source file of
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
    from lmul.hdl.verilog.emit import array_verilog, emit

    with _amaranth:
        if isinstance(design, MacDesign) and design.level == "array":
            with written_as(form):
                text = array_verilog(design, out)
        else:
            text = emit(design, form)
    keep(_KIND, key, text)
    return text


@lru_cache
def _sources() -> str:
    """The hash of all that makes Verilog of a design."""
    digest = hashlib.sha256()
    digest.update(f"amaranth {metadata.version('amaranth')}\n".encode())
    for folder in lmul.hdl.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            digest.update(name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()
