"""`explain` and its derivation: equal to golden on every pair tried, and to a hand's reckoning."""

import itertools
import json
import math
import random
import re
import textwrap

import numpy as np
import pytest
from unsurveyed_kinds import marks_of

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.sim.explain.derivation import derive
from lmul.sim.explain.explanation import explain, explain_codes
from lmul.sim.explain.packing import fixed_point
from lmul.sim.golden.codec import decode
from lmul.sim.golden.multiply import multiply

EVERY_POLICY = [
    POLICIES["bare"],
    *(
        Policy("zero", sub, tiny, over, special)
        for sub in ("flush", "normalize")
        for tiny in ("flush", "gradual")
        for over in ("saturate", "nonsaturating")
        for special in ("ignore", "propagate")
    ),
]
SMALL = [f for f in FORMATS.values() if f.width <= 8]
UNITS = [
    pytest.param(kind, fmt, id=f"{kind}-{fmt}", marks=marks_of(kind, fmt.name))
    for kind in KINDS
    for fmt in FORMATS.values()
    if KINDS[kind].exists_for(fmt)
]


def corners(fmt: FloatFormat) -> list[int]:
    """Codes at every edge of a format, both signs."""
    one = fmt.bias << fmt.mantissa_bits
    edges = [0, fmt.min_normal_code, one, fmt.max_code, fmt.magnitude_mask, fmt.inf_code or 0]
    near = {(edge + d) & fmt.magnitude_mask for edge in edges for d in (-1, 0, 1)}
    return [code | sign for code in sorted(near) for sign in (0, fmt.sign_mask)]


def pairs(fmt: FloatFormat, count: int) -> list[tuple[int, int]]:
    rng = random.Random(2410)
    edges = list(itertools.product(corners(fmt), corners(fmt)))
    chosen = rng.sample(edges, min(count, len(edges)))
    return chosen + [(rng.getrandbits(fmt.width), rng.getrandbits(fmt.width)) for _ in range(count)]


def assert_derivation_is_golden(
    chosen: list[tuple[int, int]], fmt: FloatFormat, kind: Kind, policy: Policy
) -> None:
    x, y = np.array(chosen, dtype=np.int64).T
    wanted = multiply(x, y, fmt, kind, policy)
    got = [derive(a, b, fmt, kind, policy).code for a, b in chosen]
    wrong = [
        (pair, g, w) for pair, g, w in zip(chosen, got, wanted.tolist(), strict=True) if g != w
    ]
    assert not wrong, f"{len(wrong)} of {len(chosen)}, such as {wrong[0]}"


@pytest.mark.parametrize(("kind", "fmt"), UNITS)
def test_derivation_is_golden(kind: Kind, fmt: FloatFormat) -> None:
    for policy in EVERY_POLICY:
        assert_derivation_is_golden(pairs(fmt, 150), fmt, kind, policy)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), [("e4m3", "ocp"), ("e5m2", "ftz")])
@pytest.mark.parametrize(
    "kind", [kind for kind, info in KINDS.items() if info.exists_for(FORMATS["e4m3"])]
)
def test_derivation_is_golden_on_every_pair(name: str, kind: Kind, preset: str) -> None:
    fmt = FORMATS[name]
    codes = range(1 << fmt.width)
    every = list(itertools.product(codes, codes))
    assert_derivation_is_golden(every, fmt, kind, POLICIES[preset])


@pytest.mark.parametrize("fmt", SMALL, ids=str)
def test_last_row_gives_the_code(fmt: FloatFormat) -> None:
    """Where L-Mul needs no packing, the sum printed is the result printed."""
    seen = 0
    for x, y in pairs(fmt, 200):
        explanation = explain_codes(x, y, fmt, "lmul", "ftz")
        (*terms, total) = explanation.derivation.sums[0] if explanation.derivation.sums else (None,)
        if total is None:
            continue
        signs = {"": 1, "+": 1, "-": -1}
        assert total.value == sum(signs[row.operator] * row.value for row in terms)
        if fmt.min_normal_code <= total.value <= fmt.max_code:
            seen += 1
            assert explanation.code & fmt.magnitude_mask == total.value
    assert seen > 20


@pytest.mark.parametrize(("kind", "fmt"), UNITS)
def test_render_and_json_never_fail(kind: Kind, fmt: FloatFormat) -> None:
    for policy in ("bare", "lax", "ftz", "ocp"):
        for x, y in pairs(fmt, 20):
            explanation = explain_codes(x, y, fmt, kind, policy)
            text = explanation.render()
            assert f"0x{explanation.code:0{(fmt.width + 3) // 4}x}" in text
            read = json.loads(json.dumps(explanation.to_dict(), allow_nan=False))
            assert read["p"]["code"] == explanation.code
            assert (read["x"]["code"], read["y"]["code"]) == (x, y)


def test_text() -> None:
    assert explain(1.5, 2.25, "e4m3").render() == textwrap.dedent(
        """\
        lmul-e4m3: L-Mul (arXiv 2410.00907): the sum of both codes as integers, plus a constant.
        Offset 1/8, the paper's.
        Policy ocp: KNOBS.

        x  1.5   0x3c  0|0111|100
           1.100 × 2^0
        y  2.25  0x41  0|1000|001
           1.001 × 2^1

            X         0111 100  60
          + Y         1000 001  65
          - constant  0110 111  55  the bias, 7, at the exponent's place: 56, less the offset 1
          ------------------------
          = P         1000 110  70  1.110 × 2^1

        Sign: + times + is +.

        p  3.5   0x46  0|1000|110
        exact product  3.375
        error          +3.704 %"""
    ).replace("KNOBS", POLICIES["ocp"].knobs)


@pytest.mark.parametrize(
    ("arguments", "result", "said"),
    [
        ((1.1, 1, "e4m3"), 1.25, "1.1 is no e4m3 number; rounded to the nearest, ties to even"),
        ((0, 3, "e4m3"), 0.0, "Zero times a number is zero."),
        ((0.001953125, 3, "e4m3", "lmul", "ftz"), 0.0, "subnormal: taken for zero"),
        ((0.005859375, 2, "e4m3", "mitchell"), 0.01171875, "normalised: E = -1, M = 100"),
        ((448, 2, "e4m3"), math.nan, "448: NaN, as e4m3 has no Inf"),
        ((448, -2, "e4m3", "lmul", "ftz"), -448.0, "448, which is the result"),
        ((57344, 2, "e5m2"), math.inf, "57344: Inf (overflow=nonsaturating)"),
        ((6, 6, "e2m1"), 6.0, "6, which is the result (overflow=nonsaturating)"),
        ((math.nan, 0, "e4m3"), math.nan, "NaN times anything is NaN"),
        ((math.inf, 0, "e5m2"), math.nan, "Inf times zero is NaN"),
        ((math.inf, -2, "e5m2"), -math.inf, "Inf times a number is Inf"),
        ((math.inf, 1, "e5m2", "lmul", "lax"), 57344.0, "number that its fields spell"),
        ((2**-6, 0.25, "e4m3", "exact"), 2**-8, "2 times the smallest subnormal"),
        ((2**-6, 0.25, "e4m3", "exact", "ftz"), 0.0, "zero (tiny=flush)"),
        ((2**-6, 2**-6, "e4m3", "mitchell", "bare"), 2.0**4, "-40 wraps modulo 128"),
        ((-(2**-7), 2**-7, "e4m3fnuz"), 0.0, "e4m3fnuz has no -0: +0."),
        ((1.75, 1.75, "e4m3", "lmul_rne"), 3.0, "= 11.000100, rounded 11.00"),
        ((1.5, 1.5, "e4m3", "lmul_rne"), 2.25, "1.100 × 1.100 = 10.010000, rounded 10.01"),
        ((1.125, 1.375, "e4m3", "exact"), 1.5, "1.100011 gives 1.100"),
        ((1.75, 1.75, "e4m3", "exact"), 3.0, "shifted right once, E = 8"),
    ],
)
def test_special_cases_are_told(arguments: tuple, result: float, said: str) -> None:
    explanation = explain(*arguments)
    assert said in explanation.render()
    assert explanation.result == pytest.approx(result, rel=0, abs=0, nan_ok=True)
    assert math.copysign(1, explanation.result) == math.copysign(1, result)


def test_error_against_the_value_by_hand() -> None:
    # ARITHMETIC §5: 1 x 1 is L-Mul's worst case, one offset too high.
    assert explain(1, 1, "e4m3").error_percent == 12.5
    assert explain(1, 1, "e5m2").error_percent == 25.0
    assert explain(1, 1, "e4m3", "exact").error_percent == 0.0
    assert explain(0, 1, "e4m3").error_percent is None
    assert explain(math.nan, 1, "e4m3").error_percent is None
    assert explain(448, 448, "e4m3").error_percent is None
    assert explain(1, 1, "bf16", offset=0).error_percent == 0.0


def test_error_is_of_the_codes() -> None:
    explanation = explain(1.1, 2.2, "e4m3", "exact")
    assert explanation.given == (1.1, 2.2)
    assert explanation.values == (1.125, 2.25)
    assert explanation.exact == 1.125 * 2.25
    assert explanation.to_dict()["x"]["given"] == 1.1


def test_json() -> None:
    d = explain(math.inf, -1.5, "e5m2", "exact", "ftz").to_dict()
    assert d["design"] == "exact-e5m2-ftz"
    assert d["x"] | {"note": ""} == {
        "given": "inf",
        "value": "inf",
        "code": 0x7C,
        "sign": 0,
        "exponent": "11111",
        "mantissa": "00",
        "class": "inf",
        "taken_for": "inf",
        "normalized_exponent": 31,
        "normalized_mantissa": 0,
        "note": "",
    }
    assert (d["p"]["value"], d["exact"], d["error_percent"]) == ("-inf", "-inf", None)


def test_far_user_format() -> None:
    """Products beyond float64's own range are told, not tripped over."""
    fmt = FloatFormat("e10m3", 10, 3, 1)
    far = explain_codes(fmt.max_code, fmt.max_code, fmt)
    assert (far.to_dict()["exact"], far.result) == ("inf", math.inf)
    assert "exact product  inf" in far.render()


def test_fixed_point() -> None:
    assert [fixed_point(0b1011, f) for f in (0, 2, 4)] == ["1011", "10.11", "0.1011"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1, 1, "e4m4"), ValueError, "Unknown format 'e4m4': use e4m3, "),
        ((1, 1, "e4m3", "times"), ValueError, "Unknown kind 'times': use lmul, "),
        ((1, 1, "e4m3", "lmul", "fast"), ValueError, "Unknown policy 'fast': use bare, "),
        ((1, 1, "e4m3", "lmul", "ocp", 8), ValueError, "Offset must be from 0 to 7 for 'e4m3'"),
        ((math.nan, 1, "e2m1"), ValueError, "NaN can't be encoded in 'e2m1', which has no NaN"),
    ],
)
def test_wrong(arguments: tuple, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        explain(*arguments)


def test_values_agree_with_decode() -> None:
    for code in range(256):
        explanation = explain_codes(code, 0x38, "e4m3")
        assert explanation.values[0] == pytest.approx(
            float(decode(code, "e4m3")), rel=0, abs=0, nan_ok=True
        )
