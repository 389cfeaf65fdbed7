"""PEs at one clock in open libraries of other nodes: kept, since few machines have the files."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lmul.synth.comparison.points import STIMULUS, clocked_pes
from lmul.synth.measure.measurement import Point

__all__ = ["FOLDER", "NODES", "NODE_CLOCKS", "Node", "node_points", "with_files"]


FOLDER = "LMUL_PDK"
"""The environment variable that names the folder of the libraries' files."""


@dataclass(frozen=True)
class Node:
    """An open cell library.

    Attributes
    ----------
    process : str
        Whose, and of which size.
    files : tuple of str
        As published, plain or packed; together they are the library, at its typical corner.
    """

    process: str
    files: tuple[str, ...]


NODES: Mapping[str, Node] = {
    "gf180mcu": Node("GlobalFoundries 180 nm", ("gf180mcu_fd_sc_mcu7t5v0__tt_025C_3v30.lib.gz",)),
    "sky130hd": Node("SkyWater 130 nm", ("sky130hd_tt.lib.gz",)),
    "sg13g2": Node("IHP 130 nm", ("sg13g2_stdcell_typ_1p20V_25C.lib",)),
    "nangate45": Node("FreePDK 45 nm, predictive", ("nangate45_typ.lib.gz",)),
    "asap7": Node(
        "ASAP7 7 nm, predictive",
        tuple(
            f"asap7sc7p5t_{group}_RVT_TT_nldm_{date}.lib.gz"
            for group, date in (
                ("AO", "211120"),
                ("INVBUF", "220122"),
                ("OA", "211120"),
                ("SEQ", "220123"),
                ("SIMPLE", "211120"),
            )
        ),
    ),
}
"""By name, the largest transistors first."""

NODE_CLOCKS: Mapping[str, str] = {"e4m3": "60fo4", "bf16": "120fo4"}
"""The period by format, in delays of the library's own inverter: a clock of each node."""


def node_points() -> list[Point]:
    """What is kept: each library is told by its name, which :func:`with_files` replaces."""
    return [
        Point(design, "clock", library=(name,), stimulus=STIMULUS, clock=clock)
        for name in NODES
        for fmt, clock in NODE_CLOCKS.items()
        for design in clocked_pes(fmt).values()
    ]


def with_files(points: Iterable[Point]) -> dict[Point, Point]:
    """For each point the one to be measured; those of the embedded library are as they are.

    Raises
    ------
    ValueError
        When :data:`FOLDER` is not set, or names a folder without one of the files.
    """
    return {point: replace(point, library=_files(point.library)) for point in points}


def _files(library: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for name in library:
        folder = os.environ.get(FOLDER)
        if not folder:
            raise ValueError(f"Other nodes' libraries are not here: set {FOLDER} to their folder")
        for file in NODES[name].files:
            path = Path(folder) / file
            if not path.is_file():
                raise ValueError(f"{FOLDER}={folder!r} has no {file}, a file of {name}")
            found.append(str(path))
    return tuple(found)
