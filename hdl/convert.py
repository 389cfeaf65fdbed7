"""Verilog text of components, the same bytes for the same input."""

import gc
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from amaranth.back import verilog
from amaranth.lib import wiring

from lmul.hdl.verilog_text import tidy
from lmul.tools.folders import tool_variables

__all__ = ["convert"]

_YOSYS = "AMARANTH_USE_YOSYS"
_lock = threading.RLock()  # a component may convert its parts while it is converted


@contextmanager
def _undisturbed() -> Iterator[None]:
    """One thread converts at a time, with Amaranth's own Yosys and without garbage collection."""
    with _lock:
        # A system Yosys may be too old for Amaranth; its own package is pinned with it.
        variables = {_YOSYS: "builtin", **tool_variables()}
        before, collects = {name: os.environ.get(name) for name in variables}, gc.isenabled()
        os.environ.update(variables)
        # Millions of small objects live to the end; looking through them takes a third of the time.
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def convert(component: wiring.Component, name: str) -> str:
    """Verilog of a component, without source paths, with plain names and ports in order.

    Parameters
    ----------
    component : wiring.Component
        Not yet elaborated anywhere else.
    name : str
        Of the top module; those below it are called ``name_…``.
    """
    with _undisturbed():
        text = verilog.convert(component, name=name, emit_src=False, strip_internal_attrs=True)
    # Amaranth calls submodules "top.sub", which Verilog must write as an escaped identifier.
    text = re.sub(
        rf"\\({re.escape(name)}(?:\.\w+)+) ", lambda match: match[1].replace(".", "_") + " ", text
    )
    return tidy(text)
