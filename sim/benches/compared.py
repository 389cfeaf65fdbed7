"""How many results a bench compared, left beside the plan for whoever started it."""

import json

from lmul.hdl.design import Design
from lmul.sim.plan import Plan

__all__ = ["note_compared"]


def note_compared(design: Design, results: int) -> None:
    """Add to the number of results of a design that were compared in this simulation.

    Raises
    ------
    AssertionError
        When there were none.
    """
    assert results, "no result was compared"
    path = Plan.folder() / "comparison.json"
    before = json.loads(path.read_text())[design.name]["results"] if path.exists() else 0
    path.write_text(json.dumps({design.name: {"results": before + results}}))
