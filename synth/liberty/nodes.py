"""Open cell libraries of several nodes, by name: where their files are, if the user has them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "NODES", "Node", "node_files"]


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


def node_files(name: str) -> tuple[str, ...]:
    """The paths of one of :data:`NODES`.

    Raises
    ------
    ValueError
        When :data:`FOLDER` is not set, or names a folder without one of the files.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        raise ValueError(f"Other nodes' libraries are not here: set {FOLDER} to their folder")
    paths = [Path(folder) / file for file in NODES[name].files]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise ValueError(f"{FOLDER}={folder!r} has no {missing[0]}, a file of {name}")
    return tuple(map(str, paths))
