"""Which tests of kinds that the report leaves out `make test` runs: their numbers alone differ."""

import pytest

from lmul.hdl.numbers.kinds import KINDS, Kind

_SHOWN = ("lmul_fine", "bf16"), ("trunc4", "e3m4")


def marks_of(kind: Kind, fmt: str) -> list[pytest.MarkDecorator]:
    """``evidence`` for such a kind, but in the one format that stands for all."""
    if KINDS[kind].is_surveyed or (kind, fmt) in _SHOWN:
        return []
    return [pytest.mark.evidence]
