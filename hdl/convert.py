"""Verilog text of components, the same bytes for the same input."""

import os
import re

from amaranth.back import verilog
from amaranth.lib import wiring

from lmul.hdl.verilog_text import tidy

__all__ = ["convert"]


def convert(component: wiring.Component, name: str) -> str:
    """Verilog of a component, without source paths, with plain names and ports in order.

    Parameters
    ----------
    component : wiring.Component
        Not yet elaborated anywhere else.
    name : str
        Of the top module; those below it are called ``name_…``.
    """
    # A system Yosys may be too old for Amaranth; its own package is pinned with it.
    before = os.environ.get("AMARANTH_USE_YOSYS")
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    try:
        text = verilog.convert(component, name=name, emit_src=False, strip_internal_attrs=True)
    finally:
        if before is None:
            del os.environ["AMARANTH_USE_YOSYS"]
        else:
            os.environ["AMARANTH_USE_YOSYS"] = before
    # Amaranth calls submodules "top.sub", which Verilog must write as an escaped identifier.
    text = re.sub(
        rf"\\({re.escape(name)}(?:\.\w+)+) ", lambda match: match[1].replace(".", "_") + " ", text
    )
    return tidy(text)
