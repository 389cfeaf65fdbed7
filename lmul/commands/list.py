"""`lmul list`: every named design, one line each."""

import json
from fnmatch import fnmatchcase
from typing import Annotated

import typer

from lmul.hdl.designs.catalogue import describe, named_designs

__all__ = ["list_designs"]


def list_designs(
    pattern: Annotated[
        str,
        typer.Argument(
            metavar="PATTERN",
            help="Only names with this in them, such as e4m3; with * and ?, as in a shell, only "
            "names that are like it as a whole.",
        ),
    ] = "*",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """List the named designs, one line each.

    A multiplier's name also takes pipeline stages (-s1 to -s3) and, for lmul and lmul_formula, an
    offset (-oN). A PE's or an array's takes a policy, an accumulator (-fix24_-9, -fp32, -bf16,
    -e4m3), the longest K of an exact one (-k4096), -s1 and -s2, and the places between the carries
    that an exact sum keeps (-c8); arrays have any size up to 64x64, PEs that take several pairs a
    cycle (-n2 to -n32, and with fp32 sums a window: -n4-w16), registers in their rounders (-r1 to
    -r3) and FIFOs (-f64). A policy may be five knob letters in place of a preset.
    """
    wanted = pattern if any(sign in pattern for sign in "*?[") else f"*{pattern}*"
    found = [design for design in named_designs() if fnmatchcase(design.name, wanted)]
    if not found:
        raise ValueError(f"No design is named like {pattern!r}; 'lmul list' shows all")
    if as_json:
        rows = [{"design": design.name, "description": describe(design)} for design in found]
        print(json.dumps(rows, indent=1))
        return
    width = max(len(design.name) for design in found)
    for design in found:
        print(f"{design.name:{width}}  {describe(design)}")
