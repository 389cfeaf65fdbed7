"""What Yosys's ``stat -json`` says of a design; its text form changes with the version."""

import json
from collections import Counter
from typing import Any

__all__ = ["cells_of_stat", "module_of_stat"]


def module_of_stat(stat: str, top: str) -> dict[str, Any]:
    """The entry of one module, areas of modules inside it included."""
    return json.loads(stat)["modules"][f"\\{top}"]


def cells_of_stat(stat: str, top: str) -> dict[str, int]:
    """Cells by type of a module and of all modules inside it, as often as they stand there.

    Yosys counts ``$scopeinfo`` among the cells although it is a note and no hardware: left out.
    """
    modules = json.loads(stat)["modules"]

    def inside(name: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for kind, number in modules[name].get("num_cells_by_type", {}).items():
            cells = inside(f"\\{kind}") if f"\\{kind}" in modules else {kind: 1}
            for cell, times in cells.items():
                found[cell] += number * times
        return found

    cells = inside(f"\\{top}")
    return {kind: number for kind, number in cells.items() if kind != "$scopeinfo"}
