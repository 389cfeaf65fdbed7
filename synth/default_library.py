"""The library that is taken when none is named."""

import os
from pathlib import Path

__all__ = ["EMBEDDED", "default_library"]

EMBEDDED = Path(__file__).with_name("cells.lib")
"""Some of sky130hd's cells, in every installation (:mod:`lmul.synth.make_cells`)."""

# Typical corners in the layout of open PDK managers, best known first.
_TYPICAL = (
    "sky130A/libs.ref/sky130_fd_sc_hd/lib/sky130_fd_sc_hd__tt_025C_1v80.lib",
    "sky130B/libs.ref/sky130_fd_sc_hd/lib/sky130_fd_sc_hd__tt_025C_1v80.lib",
    "ihp-sg13g2/libs.ref/sg13g2_stdcell/lib/sg13g2_stdcell_typ_1p20V_25C.lib",
    "gf180mcuD/libs.ref/gf180mcu_fd_sc_mcu7t5v0/lib/gf180mcu_fd_sc_mcu7t5v0__tt_025C_5v00.lib",
    "gf180mcuC/libs.ref/gf180mcu_fd_sc_mcu7t5v0/lib/gf180mcu_fd_sc_mcu7t5v0__tt_025C_5v00.lib",
)


def default_library() -> Path:
    """The typical library of the first PDK found under ``$PDK_ROOT``, else :data:`EMBEDDED`."""
    if root := os.environ.get("PDK_ROOT"):
        for place in _TYPICAL:
            path = Path(root) / place
            for candidate in (path, path.with_name(path.name + ".gz")):
                if candidate.is_file():
                    return candidate
    return EMBEDDED
