"""The compiled part of the gate-level simulation, which g++ builds once."""

import ctypes
from functools import cache
from importlib import resources

from lmul.tools import compiled

__all__ = ["STEP", "Cycle", "Delays", "Netlist", "Run", "check_compiler", "kernel"]


_FILES = ("gate_kernel.cpp", "cell_delays.h", "netlist.h")
_USER = "The simulation of gates, by which energies are measured,"

_bytes = ctypes.POINTER(ctypes.c_uint8)
_int32s = ctypes.POINTER(ctypes.c_int32)
_int64s = ctypes.POINTER(ctypes.c_int64)
_uint64s = ctypes.POINTER(ctypes.c_uint64)

STEP = [("both", "u8"), ("differ", "u8"), ("flip", "u8"), ("a", "i4"), ("b", "i4")]
"""numpy's dtype of the kernel's ``Step``."""


class Netlist(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        ("nets", ctypes.c_int64),
        ("states", ctypes.c_int64),
        ("steps", ctypes.c_void_p),
        ("function_starts", _int32s),
        ("outputs", ctypes.c_int64),
        ("gates", ctypes.c_int64),
        ("functions", _int32s),
        ("input_starts", _int32s),
        ("inputs", _int32s),
        ("targets", _int32s),
    ]


class Delays(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        ("starts", _int32s),
        ("nets", _int32s),
        ("rising", _int32s),
        ("times", _int32s),
    ]


class Run(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        ("cycles", ctypes.c_int64),
        ("words", ctypes.c_int64),
        ("first", ctypes.c_int64),
        ("sampled", ctypes.c_int64),
        ("driven", ctypes.c_int64),
        ("kept", ctypes.c_int64),
        ("driven_nets", _int32s),
        ("driven_words", ctypes.POINTER(_uint64s)),
        ("kept_nets", _int32s),
        ("kept_words", ctypes.POINTER(_uint64s)),
        ("sample", _uint64s),
        ("toggles", _int64s),
        ("chosen", _bytes),
        ("settled", _int64s),
        ("models", ctypes.c_int64),
        ("delays", ctypes.POINTER(Delays)),
        ("delayed", _int64s),
    ]


class Cycle(ctypes.Structure):
    """The kernel's structure of this name, which says what each member is."""

    _fields_ = [
        ("driven", ctypes.c_int64),
        ("kept", ctypes.c_int64),
        ("driven_nets", _int32s),
        ("driven_words", _uint64s),
        ("kept_nets", _int32s),
        ("kept_words", _uint64s),
    ]


def check_compiler() -> None:
    """Raise ToolNotFound where :func:`kernel` can't be compiled."""
    compiled.check_compiler(_USER)


@cache
def kernel() -> ctypes.CDLL:
    """The kernel, compiled for this processor at the first use and kept.

    Raises
    ------
    ToolNotFound, ToolFailed
        When g++ is missing, or can't compile it.
    """
    folder = resources.files("lmul.synth.gatesim")
    library = compiled.shared_library("gates", folder, _FILES, _USER)
    library.simulate.argtypes = [ctypes.POINTER(Netlist), ctypes.POINTER(Run)]
    library.simulate.restype = ctypes.c_int64
    library.simulation_new.argtypes = [
        ctypes.POINTER(Netlist),
        ctypes.c_int64,
        ctypes.POINTER(Delays),
    ]
    library.simulation_new.restype = ctypes.c_void_p
    library.simulation_delete.argtypes = [ctypes.c_void_p]
    library.simulation_settle.argtypes = [ctypes.c_void_p, ctypes.POINTER(Cycle)]
    library.simulation_values.argtypes = [ctypes.c_void_p, _uint64s]
    library.simulation_step.argtypes = [ctypes.c_void_p, _int64s, _int64s, _int64s]
    library.simulation_step.restype = ctypes.c_int64
    return library
