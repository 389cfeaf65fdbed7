"""SCALE-Sim's cycles beside ours: the kept figures are its own, the difference is understood."""

from importlib import metadata
from itertools import product

import pytest

from lmul.hdl.designs.cycles import array_cycles, pipeline_latency
from lmul.synth.comparison.scalesim import SHAPES, Shape, folds, index_of_last_cycle, kept, run

_EDGES = (1, 3, 4, 5, 11)


def ours(shape: Shape) -> int:
    return array_cycles(shape.flow, shape.rows, shape.columns, 0, shape.m, shape.k, shape.n)


def test_every_shape_of_the_report_is_kept():
    version, figures = kept()
    assert version == metadata.version("scalesim")
    assert tuple(figures) == SHAPES


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_kept_figures_follow_the_closed_form(shape):
    assert kept()[1][shape] == index_of_last_cycle(shape)


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["os", "ws"])
@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (3, 5), (5, 2)])
def test_scalesim_run_again(flow, rows, columns):
    shapes = [Shape(flow, rows, columns, *sizes) for sizes in product(_EDGES, repeat=3)]
    shapes = shapes[::2]
    assert run(shapes) == [index_of_last_cycle(shape) for shape in shapes]


@pytest.mark.slow
@pytest.mark.parametrize("shape", [s for s in SHAPES if s.m * s.k * s.n < 100_000], ids=str)
def test_kept_figures_run_again(shape):
    assert run([shape]) == [kept()[1][shape]]


@pytest.mark.evidence
@pytest.mark.parametrize("shape", [s for s in SHAPES if s.m * s.k * s.n >= 100_000], ids=str)
def test_large_kept_figures_run_again(shape):
    assert run([shape]) == [kept()[1][shape]]


@pytest.mark.parametrize("rows", _EDGES)
@pytest.mark.parametrize("columns", _EDGES)
def test_the_difference_of_os(rows, columns):
    """One tile: the cycle from which they count, the drain, our pipeline. Then we overlap."""
    for m, k, n in product(_EDGES, repeat=3):
        shape = Shape("os", rows, columns, m, k, n)
        overlap = (folds(shape) - 1) * (rows + columns + k - 2 - max(k, rows))
        more = 1 + rows + pipeline_latency("os", 0)
        assert ours(shape) == index_of_last_cycle(shape) + more - overlap
        assert overlap >= 0


@pytest.mark.parametrize("rows", _EDGES)
@pytest.mark.parametrize("columns", _EDGES)
def test_the_difference_of_ws(rows, columns):
    """One fold: our pipeline. Then weights of the next are taken while this one computes."""
    for m, k, n in product(_EDGES, repeat=3):
        shape = Shape("ws", rows, columns, m, k, n)
        latency = pipeline_latency("ws", 0)
        along_k, along_n = -(-k // rows), -(-n // columns)
        tile, returns = max(m, rows), rows + columns + latency - 1
        fold = 2 * rows + columns + m - 2
        overlap = folds(shape) * fold - (
            fold + (along_k - 1) * max(along_n * tile, returns) + (along_n - 1) * tile
        )
        assert ours(shape) == index_of_last_cycle(shape) + 1 + latency - overlap


@pytest.mark.slow
def test_wrong_run():
    shapes = [Shape("os", 2, 2, 1, 1, 1), Shape("os", 2, 3, 1, 1, 1)]
    with pytest.raises(ValueError, match=r"^One run of SCALE-Sim is of one array$"):
        run(shapes)
