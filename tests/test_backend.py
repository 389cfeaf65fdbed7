import re

import numpy as np
import pytest

from lmul import matmul
from lmul.sim.matmul import matmul as golden

A = np.arange(6).reshape(2, 3) + 0x30


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"kind": "exact", "policy": "ftz", "out": "bf16"},
        {"accumulator": "fix24_-9"},
        {"accumulator": "fp32", "design": "array-lmul-e4m3-4x4-ws-fp32"},
    ],
)
def test_golden_is_the_default(more):
    wanted = golden(A, A.T, "e4m3", **{k: v for k, v in more.items() if k != "design"})
    got = matmul(A, A.T, "e4m3", **more)
    np.testing.assert_array_equal(got, wanted)
    assert got.dtype == wanted.dtype


def test_results_are_codes_of_fp32():
    # 1.5 * 2 three times; L-Mul's offset makes of each 3.25
    got = matmul(np.full((1, 3), 0x3C), np.full((3, 1), 0x40), "e4m3")
    assert got.dtype == np.uint32
    assert got.view(np.float32) == 9.75


def test_rtl_is_the_default_array(monkeypatch):
    asked = []

    def run(design, a, b, out):
        asked.append((design.name, out))
        return type("Run", (), {"codes": golden(a, b, "e5m2")})

    monkeypatch.setattr("lmul.sim.array_run.run_array", run)
    matmul(A, A.T, "e5m2", "exact", "ftz", "bf16", "fp16", backend="rtl")
    matmul(A, A.T, "e5m2", backend="rtl")
    assert asked == [
        ("array-exact-e5m2-8x8-os-ftz-bf16", "fp16"),
        ("array-lmul-e5m2-8x8-os", "fp32"),
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"backend": "c"}, "Backend must be golden or rtl, not 'c'"),
        ({"design": "array-exact-e4m3-8x8-os"}, "has kind 'exact', not 'lmul'"),
        ({"design": "array-lmul-e5m2-8x8-os"}, "has format 'e5m2', not 'e4m3'"),
        ({"design": "array-lmul-e4m3-8x8-os-ftz"}, "has policy 'ftz', not 'ocp'"),
        ({"design": "array-lmul-e4m3-8x8-os-fp32"}, "has accumulator 'fp32', not 'exact'"),
        ({"design": "array-int8-8x8-os"}, "multiplies integers, not codes: use lmul.sim.array_run"),
        ({"design": "array-lmul-e4m3-8x8-os-k2"}, "K is 3, and an exact accumulator is built for "),
        ({"design": "pe-lmul-e4m3"}, "is no array; one is array-lmul-e4m3-8x8-os"),
    ],
)
@pytest.mark.parametrize("backend", ["golden", "rtl"])
def test_matmul_wrong(more, message, backend):
    with pytest.raises(ValueError, match=re.escape(message)):
        matmul(A, A.T, "e4m3", **{"backend": backend} | more)
