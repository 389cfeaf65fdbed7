"""Intervals are as wide as statistics says, and pairs are resampled together."""

import numpy as np
import pytest

from lmul.accuracy.bootstrap import contrast, mean


def test_width_is_that_of_the_normal_approximation() -> None:
    items = np.repeat([0.0, 1.0], [300, 700])
    found = mean(items)
    assert found.value == 0.7
    assert found.low == pytest.approx(0.7 - 1.96 * np.sqrt(0.21 / 1000), abs=2e-3)
    assert found.high == pytest.approx(0.7 + 1.96 * np.sqrt(0.21 / 1000), abs=2e-3)


def test_a_constant_difference_has_no_width() -> None:
    noisy = np.random.default_rng(1).normal(size=50)
    found = contrast({"a": noisy + 2, "b": noisy}, {"a": 1, "b": -1})
    assert (found.low, found.high) == (pytest.approx(2), pytest.approx(2))
    assert found.map(lambda value: -1 + value).value == pytest.approx(1)
