import itertools

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.pictures.parts import PART_COLOURS
from lmul.synth.pictures.picture import COLOURS, Picture, front, kinds_key, place_labels


def test_front():
    points = [(3.0, 1.0), (1.0, 5.0), (2.0, 2.0), (2.0, 4.0), (4.0, 1.0), (1.0, 6.0)]
    assert front(points) == [1, 2, 0]
    assert front([]) == []


def test_equal_points_are_both_on_it():
    assert front([(1.0, 1.0), (1.0, 1.0), (2.0, 1.0)]) == [0, 1]


def test_labels_keep_apart():
    figure = Figure(figsize=(4, 3))
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    # Close together: each label at the same side of its point would cover the next one.
    points = [(5.0, 5.0), (5.3, 5.2), (5.1, 5.6), (5.5, 4.8)]
    place_labels(axes, points, {index: f"label {index}" for index in range(len(points))})
    canvas.draw()
    found = [child for child in axes.get_children() if isinstance(child, Annotation)]
    boxes = [one.get_window_extent() for one in found]
    assert [one.get_text() for one in found] == [f"label {index}" for index in range(4)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize(
    ("panels", "columns", "widths"),
    [(1, 1, [1]), (2, 2, [1, 1]), (4, 2, [1] * 4), (5, 3, [1, 1, 1, 1.5, 1.5]), (6, 3, [1] * 6)],
)
def test_panels_fill_the_sheet(panels: int, columns: int, widths: list[float]):
    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1])

    picture = Picture("p", "t", "c", [(str(n), draw) for n in range(panels)])
    assert picture.columns == columns
    spans = [one.get_subplotspec() for one in picture._figure().axes]
    shares = [len(span.colspan) / span.get_gridspec().ncols * columns for span in spans if span]
    assert shares == widths


def test_no_part_has_a_kinds_colour():
    assert not set(PART_COLOURS.values()) & set(COLOURS.values())


def test_the_key_names_each_kind_once():
    assert list(kinds_key(["int8", "exact", "lmul", "lmul"])) == ["lmul", "exact", "int8"]
    assert kinds_key(["lmul"]) == {"lmul": (KINDS["lmul"].colour, KINDS["lmul"].marker)}
    assert kinds_key(["lmul"], markers=False) == {"lmul": (KINDS["lmul"].colour, "")}
