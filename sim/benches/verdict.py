"""How many results a bench compared, left beside the plan for whoever started it."""

import json
from collections.abc import Sequence

from lmul.hdl.designs.design import Design
from lmul.sim.runner.plan import Plan

__all__ = ["Mismatch", "note_compared", "require_no_mismatch"]


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


class Mismatch(AssertionError):
    """The circuit's answer is not the golden model's."""


def require_no_mismatch(compared: int, mismatches: int, examples: Sequence[str]) -> None:
    """Fail when a result was wrong, or when none was compared.

    Raises
    ------
    Mismatch
        With the number of wrong results, and the examples.
    AssertionError
        When nothing was compared.
    """
    if mismatches:
        raise Mismatch(f"{mismatches} of {compared} results are wrong: {'; '.join(examples)}")
    assert compared, "no result was compared"
