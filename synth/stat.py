"""What Yosys's ``stat -json`` says of one flat module; its text form changes with the version."""

import json
from typing import Any

__all__ = ["cells_of_stat", "module_of_stat"]


def module_of_stat(stat: str, top: str) -> dict[str, Any]:
    """The entry of one module, from the text of ``stat -json``."""
    return json.loads(stat)["modules"][f"\\{top}"]


def cells_of_stat(stat: str, top: str) -> dict[str, int]:
    """Cells by type of one flat module.

    Yosys counts ``$scopeinfo`` among the cells although it is a note and no hardware: left out.
    """
    cells = module_of_stat(stat, top).get("num_cells_by_type", {})
    return {kind: number for kind, number in cells.items() if kind != "$scopeinfo"}
