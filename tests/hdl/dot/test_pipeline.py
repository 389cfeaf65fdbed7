"""Registers in dot-product units: results come later, hold while disabled, and can be fed back."""

from functools import cache

import numpy as np
import pytest
from netlist_eval import Netlist, netlists

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.verilog.emit import emit
from lmul.sim.reference.dot import draw_dots, expected_words, lane_words

QUICK = ["dot-exact-e2m1-n2-w4-sticky-s14", "dot-int8-n2-s2"]
NAMES = [
    *QUICK,
    *(
        pytest.param(name, marks=pytest.mark.evidence)
        for name in (
            "dot-lmul-e4m3-n3-w8-ftz-s1",
            "dot-exact-bf16-n4-w16-s4",
            "dot-lmul_rne-e5m2-n5-w12-lax-s6",
            "dot-lmul-e5m2-n8-w12-s14",
            "dot-exact-fp16-n3-w24-ftz-s14",
            *(f"dot-lmul-e4m3-n4-w8-ftz-s{stages}" for stages in range(7, 14)),
            "dot-int8-n5-s1",
        )
    ),
]
CYCLES, LANES = 64, 48


@cache
def together(form: Form, *names: str) -> dict[str, Netlist]:
    designs = [DotDesign.parse(name) for name in names]
    text = "\n".join(emit(one, form) for one in designs)
    return netlists(text, [one.module_name for one in designs])


def netlist(name: str, form: Form = "gates") -> Netlist:
    found = together(form, *(QUICK if name in QUICK else [name]))
    return found[DotDesign.parse(name).module_name]


@pytest.mark.parametrize("name", NAMES)
def test_results_come_later(name, form: Form = "gates"):
    design = DotDesign.parse(name)
    rng = np.random.default_rng(5)
    x, y, acc = draw_dots(design, CYCLES * LANES, rng)
    want = expected_words(design, x, y, acc).reshape(CYCLES, LANES)
    given = {
        "x": np.array(lane_words(design, x), object).reshape(CYCLES, LANES),
        "y": np.array(lane_words(design, y), object).reshape(CYCLES, LANES),
        "acc": acc.astype(np.int64).reshape(CYCLES, LANES),
        "en": rng.integers(0, 4, (CYCLES, LANES)) > 0,
        "i_valid": rng.integers(0, 2, (CYCLES, LANES)),
    }
    unit, held = netlist(name, form), {}
    for rst in (1, 0):  # what was there before a reset is not valid after it
        inputs = {port: values[0] for port, values in given.items()} | {"i_valid": np.ones(LANES)}
        _, held = unit.step(held, **_integers(inputs), rst=np.full(LANES, rst))
    _, held = unit.step(held, **_integers(inputs), rst=np.ones(LANES, int))
    # What stands behind each register, the newest first: valid, and the result.
    slots = [(np.zeros(LANES, int), np.zeros(LANES, np.uint32)) for _ in range(design.stages)]
    compared = 0
    for cycle in range(CYCLES):
        inputs = {port: values[cycle] for port, values in given.items()}
        got, held = unit.step(held, **_integers(inputs), rst=np.zeros(LANES, int))
        valid, result = slots[-1]
        np.testing.assert_array_equal(got["o_valid"], valid)
        np.testing.assert_array_equal(got["p"][valid == 1], result[valid == 1])
        compared += valid.sum()
        new = (given["i_valid"][cycle], want[cycle])
        slots = [
            tuple(np.where(given["en"][cycle], a, b) for a, b in zip(coming, there, strict=True))
            for coming, there in zip([new, *slots[:-1]], slots, strict=True)
        ]
    assert compared > CYCLES * LANES // 4


@pytest.mark.parametrize("form", ["sums", "fast", "fastest"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("dot-exact-e2m1-n3-w4-s14", marks=pytest.mark.slow),
        pytest.param("dot-lmul-bf16-n8-w16-ftz-s14", marks=pytest.mark.evidence),
    ],
)
def test_forms(name, form):
    """However sums are written, they are parted at the same places."""
    test_results_come_later(name, form)


def _integers(inputs: dict) -> dict:
    return {
        port: values if values.dtype == object else values.astype(np.int64)
        for port, values in inputs.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_sums_take_turns(name):
    """With S registers, ``p`` fed back adds up S sums, a group of each in turn."""
    design = DotDesign.parse(name)
    unit, turns, rounds = netlist(name), design.stages, 5
    x, y, _ = draw_dots(design, rounds * turns * LANES, np.random.default_rng(6))
    x, y = (side.reshape(rounds, turns, LANES, design.terms) for side in (x, y))
    sums = np.zeros((turns, LANES), np.uint32)
    for left, right in zip(x, y, strict=True):
        for turn in range(turns):
            sums[turn] = expected_words(design, left[turn], right[turn], sums[turn])
    control = {
        "en": np.ones(LANES, int),
        "i_valid": np.ones(LANES, int),
        "rst": np.zeros(LANES, int),
    }
    held: dict = {}
    lanes: dict = {}
    zeros = np.zeros(LANES, int)
    for cycle in range(rounds * turns):
        where = divmod(cycle, turns)
        lanes = {
            name: np.array(lane_words(design, side[where]), object)
            for name, side in (("x", x), ("y", y))
        }
        fed = zeros
        if cycle >= turns:
            fed = unit.step(held, **lanes, acc=zeros, **control)[0]["p"].astype(np.int64)
        _, held = unit.step(held, **lanes, acc=fed, **control)
    got = []
    for _ in range(turns):
        outputs, held = unit.step(held, **lanes, acc=zeros, **control)
        got.append(outputs["p"])
    np.testing.assert_array_equal(got, sums)
