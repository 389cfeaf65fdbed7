"""Which tests of corrected kinds `make test` runs: those kinds differ in their tables alone."""

import pytest

from lmul.hdl.numbers.kinds import KINDS, Kind

_SHOWN = ("lmul_fine", "bf16")


def marks_of(kind: Kind, fmt: str) -> list[pytest.MarkDecorator]:
    """``evidence`` for a corrected kind, but in the one format that stands for all."""
    if KINDS[kind].correction is None or (kind, fmt) == _SHOWN:
        return []
    return [pytest.mark.evidence]
