"""Wrong marks of a tile's start and end: what an array makes of them, and that it tells."""

import numpy as np
import pytest
from stream_play import matrices, os_beats, play, ws_beats

from lmul.hdl.array.os_array import OutputStationaryArray
from lmul.hdl.array.ws_array import WeightStationaryArray
from lmul.hdl.mac.datapath import FloatDatapath
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.policy import POLICIES

pytestmark = pytest.mark.slow  # simulates

SEED = 1509
INT8 = IntDatapath(8, 0)


def marked(depth, a_lasts, b_lasts):
    return [(k in a_lasts, k in b_lasts) for k in range(depth)]


END = {2}
OS_MARKS = {
    # Marks of the first tile of three pairs, and of the second; tiles as they are to be summed.
    "right": ((END, END), [(0, 3), (3, 6), (6, 9)], 0),
    "a's is missing": ((set(), END), [(0, 3), (3, 6), (6, 9)], 1),
    "b's is missing": ((END, set()), [(0, 3), (3, 6), (6, 9)], 1),
    "both are missing": ((set(), set()), [(0, 6), (6, 9)], 0),
    "a's is too early": (({0, 2}, END), [(0, 1), (1, 3), (3, 6), (6, 9)], 1),
    "b's is too early": ((END, {1}), [(0, 2), (2, 3), (3, 6), (6, 9)], 1),
}


@pytest.mark.parametrize("case", OS_MARKS)
def test_os_with_wrong_marks(case):
    (a_lasts, b_lasts), tiles, bad = OS_MARKS[case]
    rng = np.random.default_rng(SEED)
    a, b = matrices(rng, 2, 9, 1)
    marks = marked(3, a_lasts, b_lasts) + marked(3, END, END) * 2
    wanted = np.concatenate([a[:, k:end] @ b[k:end] for k, end in tiles])
    for one in play(OutputStationaryArray(INT8, 2, 1), *os_beats(a, b, marks)):
        assert np.array_equal(one.rows, wanted)
        assert one.lasts == [0, 1] * len(tiles)
        assert one.flags == (bad, 0)


def test_os_recovers_from_a_sum_that_was_too_long():
    rng = np.random.default_rng(SEED)
    a, b = matrices(rng, 2, 12, 1)
    ends = marked(12, {9, 11}, {9, 11})  # K_max is 8
    for one in play(OutputStationaryArray(INT8, 2, 1), *os_beats(a, b, ends)):
        assert one.flags == (0, 1)
        assert np.array_equal(one.rows[2:], a[:, 10:] @ b[10:])


# (start, last) of each of three activations of the first tile of three; bad; its last mark comes
WS_MARKS = {
    "right": ([(1, 0), (0, 0), (0, 1)], 0, [0, 0, 1]),
    "last is missing": ([(1, 0), (0, 0), (0, 0)], 1, [0, 0, 0]),
    "last is too early": ([(1, 1), (0, 0), (0, 1)], 1, [1, 0, 1]),
    "the first start is missing": ([(0, 0), (0, 0), (0, 1)], 1, [0, 0, 1]),
}


@pytest.mark.parametrize("case", WS_MARKS)
def test_ws_with_wrong_marks_of_activations(case):
    marks, bad, lasts = WS_MARKS[case]
    rng = np.random.default_rng(SEED)
    tiles = [matrices(rng, 3, 2, 1) for _ in range(3)]
    cut = [ws_beats(a, b, None if place else marks) for place, (a, b) in enumerate(tiles)]
    left, right = ([beat for streams in cut for beat in streams[side]] for side in (0, 1))
    for one in play(WeightStationaryArray(INT8, 2, 1), left, right):
        assert np.array_equal(one.rows, np.concatenate([a @ b for a, b in tiles]))
        assert one.lasts == lasts + [0, 0, 1] * 2
        assert one.flags == (bad, 0)


@pytest.mark.parametrize(
    ("lasts", "right_first"),
    [
        # How the weights of the first tile come: which beats there are, and which is marked.
        ([0, 0, 1], True),  # one too many
        ([0, 0, 0, 1], None),  # two too many are a tile of their own: out of step
        ([0, 0], True),  # not marked
        ([1], False),  # one too few
    ],
)
def test_ws_with_wrong_marks_of_weights(lasts, right_first):
    rng = np.random.default_rng(SEED)
    tiles = [matrices(rng, 3, 2, 1) for _ in range(3)]
    left = [beat for a, b in tiles for beat in ws_beats(a, b)[0]]
    right = [beat for a, b in tiles[1:] for beat in ws_beats(a, b)[1]]
    weights = [*tiles[0][1].tolist(), [77], [78]]
    begun = [("b", {"lanes": weights[k], "keep": 1, "last": last}) for k, last in enumerate(lasts)]
    for one in play(WeightStationaryArray(INT8, 2, 1), left, begun + right):
        assert one.flags == (1, 0)
        rows = (one.rows[:3], one.rows[3:6], one.rows[6:])
        found = [np.array_equal(own, a @ b) for own, (a, b) in zip(rows, tiles, strict=True)]
        assert found == ([True, False, False] if right_first is None else [right_first, True, True])


def test_ws_forgets_a_nan_with_the_weights_that_had_it():
    fmt = FORMATS["e4m3"]
    path = FloatDatapath(fmt, "lmul", POLICIES["ftz"], None, 8)
    assert fmt.nan_code is not None
    codes = np.full((2, 2), 0x38)  # ones
    left, right = ws_beats(codes, codes[:, :1])
    nan = {"lanes": [fmt.nan_code], "keep": 1, "last": 1}
    unmarked = [(name, payload | {"last": 0}) for name, payload in right]
    again = [beat for _ in range(2) for beat in left]
    for one in play(WeightStationaryArray(path, 2, 1), again, [*unmarked, ("b", nan), *right]):
        # Two products of L-Mul's 1 x 1, which is 1.125; NaN would be 0x7fc00000.
        assert one.rows == [[0x40100000]] * 4
        assert one.flags == (1, 0)


@pytest.mark.parametrize("flips", [(False, False), (True, True), (False, True)])
def test_ws_holds_the_marks_of_sums_against_those_of_activations(flips):
    rng = np.random.default_rng(SEED)
    a, b = matrices(rng, 2, 4, 1)
    streams = [ws_beats(a[:, k : k + 2], b[k : k + 2], None, k == 0, k == 2) for k in (0, 2)]
    left, right = ([beat for each in streams for beat in each[side]] for side in (0, 1))
    flip = iter(flips * 2)

    def returned(back):
        lane = back.lanes[0]
        return {"lanes": [{"sum": lane.sum}], "last": back.last ^ next(flip), "terms": back.terms}

    for one in play(WeightStationaryArray(INT8, 2, 1), left, right, returned=returned):
        assert np.array_equal(one.rows, a @ b)
        assert one.flags == (int(any(flips)), 0)


@pytest.mark.parametrize("kind", ["lmul", pytest.param("exact", marks=pytest.mark.evidence)])
def test_code_0_does_what_a_lane_without_keep_does(kind):
    """For senders that can't mask: every lane kept, with code 0 beyond M, K and N."""
    rng = np.random.default_rng(SEED)
    path = FloatDatapath(FORMATS["e5m2"], kind, POLICIES["ocp"], None, 8)
    full_a, full_b = rng.integers(0, 0x7C, (3, 2)), rng.integers(0, 0x7C, (2, 2))  # finite ones
    a, b = full_a.copy(), full_b.copy()
    a[:, 1], b[1] = 0, 0  # K is 1 of 2 rows
    b[:, 1] = 0  # N is 1 of 2 columns
    played = []
    for left, right, keep in ((*ws_beats(a, b), 0b11), (*ws_beats(full_a, full_b), 0b01)):
        for _, payload in (*left, *right):
            payload["keep"] = keep
        right[1][1]["keep"] = keep if keep == 0b11 else 0
        played += play(WeightStationaryArray(path, 2, 2), left, right, cycles=40)
    rows = [[row[:1] for row in one.rows] for one in played]
    assert len(rows[0]) == 3 and all(one == rows[0] for one in rows)
    assert rows[0][0][0] != 0


@pytest.mark.parametrize("policy", ["ocp", pytest.param("bare", marks=pytest.mark.evidence)])
def test_os_lanes_beyond_m_and_n_may_carry_any_code(policy):
    """For senders that can't mask: their rows and columns of results are there, no other moves."""
    rng = np.random.default_rng(SEED)
    path = FloatDatapath(FORMATS["e4m3"], "lmul", POLICIES[policy], None, 8)
    a, b = rng.integers(0x30, 0x4C, (2, 3)), rng.integers(0x30, 0x4C, (3, 2))
    a[1], b[:, 1] = 0x7F, (0x7F, 0xFF, 0x7F)  # M and N are 1 of 2; NaN
    played = []
    for keep in (0b11, 0b01):
        left, right = os_beats(a, b)
        for _, payload in (*left, *right):
            payload["keep"] = keep
        played += play(OutputStationaryArray(path, 2, 2), left, right, cycles=30)
    for one in played:
        assert len(one.rows) == 2 and one.flags == (0, 0)
        assert one.rows[0][0] == played[0].rows[0][0] != 0
