"""The libraries in every installation, and the one that is taken when none is named."""

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["EMBEDDED", "NAMED", "default_library"]


EMBEDDED = Path(__file__).with_name("cells.lib")
"""Some of sky130hd's cells, in every installation (:mod:`lmul.synth.liberty.writing.embed`)."""

NAMED: Mapping[str, Path] = {"embedded": EMBEDDED, "asap7": Path(__file__).with_name("asap7.lib")}
"""By the names that stand for them where a file may be named."""

# Typical corners in the layout of open PDK managers, best known first.
_TYPICAL = (
    "sky130A/libs.ref/sky130_fd_sc_hd/lib/sky130_fd_sc_hd__tt_025C_1v80.lib",
    "sky130B/libs.ref/sky130_fd_sc_hd/lib/sky130_fd_sc_hd__tt_025C_1v80.lib",
    "ihp-sg13g2/libs.ref/sg13g2_stdcell/lib/sg13g2_stdcell_typ_1p20V_25C.lib",
    "gf180mcuD/libs.ref/gf180mcu_fd_sc_mcu7t5v0/lib/gf180mcu_fd_sc_mcu7t5v0__tt_025C_5v00.lib",
    "gf180mcuC/libs.ref/gf180mcu_fd_sc_mcu7t5v0/lib/gf180mcu_fd_sc_mcu7t5v0__tt_025C_5v00.lib",
)


# Where PDK managers keep versions; the one that is enabled is linked from the root itself.
_MANAGERS = ("ciel", "volare")


def default_library() -> Path:
    """The typical library of the first PDK found under ``$PDK_ROOT``, else :data:`EMBEDDED`.

    What a PDK manager has enabled goes before what it merely keeps; there the newest goes first.
    ``$PDK``, where it is set, names the PDK that goes before all others.
    """
    if root := os.environ.get("PDK_ROOT"):
        wanted = os.environ.get("PDK", "")
        places = sorted(_TYPICAL, key=lambda place: place.split("/")[0] != wanted)
        for folder in (Path(root), *_versions(Path(root))):
            for place in places:
                path = folder / place
                for candidate in (path, path.with_name(path.name + ".gz")):
                    if candidate.is_file():
                        return candidate
    return EMBEDDED


def _versions(root: Path) -> list[Path]:
    """The folders ``MANAGER/FAMILY/versions/HASH``, newest first: hashes have no order."""
    found = [path for name in _MANAGERS for path in root.glob(f"{name}/*/versions/*/")]
    return sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path))
