from lmul.synth.pictures.picture import front


def test_front():
    points = [(3.0, 1.0), (1.0, 5.0), (2.0, 2.0), (2.0, 4.0), (4.0, 1.0), (1.0, 6.0)]
    assert front(points) == [1, 2, 0]
    assert front([]) == []


def test_equal_points_are_both_on_it():
    assert front([(1.0, 1.0), (1.0, 1.0), (2.0, 1.0)]) == [0, 1]
