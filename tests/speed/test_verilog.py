from itertools import pairwise

import pytest

from lmul.speed.verilog import measure

pytestmark = pytest.mark.evidence  # writes arrays


def test_text_grows_with_the_cells() -> None:
    """One module for each distinct thing: a cell is little text, and no more in a large array."""
    os_sizes = [found for found in measure(1, (8, 16, 32)) if found.design.flow == "os"]
    added = [
        (large.size - small.size) / (large.cells - small.cells)
        for small, large in pairwise(os_sizes)
    ]
    assert added[1] < 1.1 * added[0]  # bytes for each further cell
    assert os_sizes[-1].size < 1_000_000
