"""Which part of a multiplier, PE or array each module and register of its Verilog is.

Counts, areas and energies are broken down by these names. Whoever calls a module or register of
the hardware otherwise says here what it is: one that is not known here is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from lmul.hdl.verilog.ports import module_names

__all__ = ["CONTROL", "MODULES", "part_modules", "part_of_module", "part_of_register"]


CONTROL = "control"
"""What is none of the named parts."""

MODULES: Mapping[str, Mapping[str, str]] = {
    "multiplier": {"unpack": "unpack", "product_unit": "product", "pack": "pack"},
    "pe": {
        "product": "product",
        "align": "align",
        "sum": "accumulate",
        "total": "accumulate",
        "accumulation": "accumulate",
    },
    "array": {
        "pe": "PEs",
        "cell": "drain registers",
        "edge": "edges",
        "whole": "rounders",  # what it does was a PE's, and is done as often as a rounder's
        "round": "rounders",
        "slice": "stream ports",
        "fifo": "stream ports",
    },
    "dot": {
        "edge_x": "edges",
        "edge_y": "edges",
        "product": "product",
        "align": "align",
        "sum": "sum",
        "word": "normalise",
        "accumulate": "accumulate",
    },
}
"""By level: modules, by the last words of their names, and the part that each is.

A number behind the words says which of several alike it is.
"""

# By level: modules, by the last word of their names, that stand around those or inside them.
_OTHERS: Mapping[str, Sequence[str]] = {
    "multiplier": ("unpack_y",),
    "pe": ("unit", "core", "word", "accumulate"),
    "array": (
        *("core", "entry", "nan_marks", "row", "queue"),
        *("unpack", "product", "accumulation", "align", "sum", "total", "word", "accumulate"),
    ),
    "dot": ("core", "unpack"),
}

# By level: registers, by how their names begin, and the part that each belongs to.
_REGISTERS: Mapping[str, Mapping[str, str]] = {
    "pe": {
        r"(x|product|acc)_last": CONTROL,
        r"[xy]_": "operand registers",
        r"product_": "product",
        r"acc": "accumulate",
    },
    "dot": {r"valid$": CONTROL, r"(products|core|total)_": "registers"},
    "array": {
        r"(de)?skew_": "skew registers",
        # The tile's place, the ends of dot products, and what the streams were found to do.
        r"(row|place|taken|remaining|mark|fresh|ended|valid|shifts?|drains_\d+|waits)$": CONTROL,
        # Marks of the results that are in the rounders.
        r"rounded(_last|_final|_nan_\d+)?$": CONTROL,
        r"(too_long|bad_last|overlong|(out|partials)_waited)$": CONTROL,
        # Marks of NaN, on their way past the grid.
        r"((row|column)_nan_before|(weight|waiting)_nan)$": CONTROL,
        r"(storage|[rw]_port__addr|r_data|r_rdy|(inner_)?level)(\[|$)": CONTROL,
    },
}


_NUMBER = re.compile(r"_\d+$")


def part_modules(verilog: str, level: str) -> tuple[str, ...]:
    """The modules of a text that are parts of a circuit of that level.

    Raises
    ------
    LookupError
        When a module's name says neither that it is a part nor that it is none. The top module has
        the shortest name: the others' begin with it.
    """
    names = module_names(verilog)
    top = min(names, key=len)
    for name in names:
        words = _NUMBER.sub("", name)
        others = (words.endswith(f"_{word}") for word in _OTHERS[level])
        if name != top and not part_of_module(name, level) and not any(others):
            raise LookupError(
                f"Module {name!r} is of no known part of a design of level {level!r}: {__name__} "
                "must name it"
            )
    return tuple(name for name in names if part_of_module(name, level))


def part_of_module(name: str, level: str) -> str:
    """The part that a module or an instance is; empty for what is around or inside parts."""
    endings = MODULES[level].items()
    words = _NUMBER.sub("", name)
    return next((part for ending, part in endings if f"_{words}".endswith(f"_{ending}")), "")


def part_of_register(names: Iterable[str], level: str) -> str:
    """The part of a PE, an array or a dot-product unit that a register belongs to.

    Parameters
    ----------
    names : iterable of str
        All that the register is called in the modules that were flattened into one.
    level : str
        ``"pe"``, ``"array"`` or ``"dot"``.

    Raises
    ------
    LookupError
        When none of the names is known.
    """
    known = list(names)
    for begins, part in _REGISTERS[level].items():
        if any(re.match(begins, name) for name in known):
            return part
    raise LookupError(
        f"Register {' or '.join(sorted(known))!r} is of no known part of a design of level "
        f"{level!r}: {__name__} must name it"
    )
