import re
from pathlib import Path

import numpy as np
import pytest
from planted_bugs import with_wrong_gate

from lmul import ToolFailed, matmul
from lmul.hdl.designs.cycles import array_cycles
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import IntegerFormat
from lmul.hdl.verilog.cache import verilog_of
from lmul.sim.compiled.job import run_program
from lmul.sim.compiled.run import compare, run_array
from lmul.sim.reference.matrices import golden

SEED = 2718
OS = "array-lmul-e4m3-3x2-os-ftz"


def random_operands(rng, design, m, k, n):
    """Mostly ordinary operands: with all codes, most sums would be NaN or Inf."""
    fmt = design.format
    if isinstance(fmt, IntegerFormat):
        return rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n))
    a, b = (rng.integers(0, 1 << fmt.width, shape) for shape in ((m, k), (k, n)))
    high = 1 << (fmt.width - 2)
    wild = rng.random() < 0.2
    return (a, b) if wild else (a & ~high, b & ~high)


def check(name, shapes, stalls: float | dict[str, float] = 0.0, out="fp32"):
    """Bits and cycles of some random products; the runs."""
    design = MacDesign.parse(name)
    rng = np.random.default_rng(SEED)
    runs = []
    for m, k, n in shapes:
        a, b = random_operands(rng, design, m, k, n)
        run = run_array(design, a, b, out, stalls, int(rng.integers(1 << 20)))
        compared = compare(run, golden(design, a, b, out))
        assert compared.bit_exact, ((m, k, n), compared)
        size = design.flow, design.rows, design.columns, design.stages
        more = design.fifo, design.rounder, design.terms
        assert run.closed_form == array_cycles(*size, m, k, n, *more)
        assert run.cycles == run.closed_form + run.stalls
        assert not run.too_long
        if not stalls:
            assert run.cycles == run.closed_form
        runs.append(run)
    return runs


SHAPES = [
    *((1, 1, 1), (3, 2, 2), (4, 3, 3), (2, 1, 9), (7, 5, 1), (3, 6, 2), (9, 2, 11)),
    *((13, 17, 5), (6, 1, 4), (1, 23, 8)),
]


@pytest.mark.slow
def test_output_stationary():
    check(OS, SHAPES)
    for stalls in (0.1, 0.5, {"a": 0.6}, {"out": 0.8}, {"b": 0.3, "out": 0.3}):
        runs = check(OS, SHAPES, stalls)
        assert any(run.starved for run in runs) == (stalls != {"out": 0.8})
        assert any(run.held + run.drained for run in runs) == (stalls != {"a": 0.6})
    # A third of the cells do nothing in the last row of tiles; 4 + 24 cycles besides 4 * 24.
    [run] = check(OS, [(4, 24, 4)])
    assert run.macs == 384
    assert run.cycles == 2 * 3 + 2 + 24 - 2 + 3 + 3 * 24
    assert run.utilisation == 384 / (6 * run.cycles)
    assert run.shape == (4, 24, 4)
    ours = np.full((2, 3), 0x38)
    np.testing.assert_array_equal(
        matmul(ours, ours.T, "e4m3", policy="ftz", backend="rtl", design=OS),
        matmul(ours, ours.T, "e4m3", policy="ftz"),
    )


@pytest.mark.slow
def test_wrong_verilog_is_found():
    design = MacDesign.parse(OS)
    a, b = random_operands(np.random.default_rng(0), design, 6, 9, 4)
    run = run_array(design, a, b, verilog=with_wrong_gate(design))
    compared = compare(run, golden(design, a, b))
    assert not compared.bit_exact
    assert re.fullmatch(r"at \[\d, \d\] 0x[0-9a-f]{8}, golden 0x[0-9a-f]{8}", str(compared.first))


@pytest.mark.evidence
@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("array-lmul-e4m3-2x3-ws", "fp32"),
        ("array-exact-e5m2-3x2-ws-fp32-s1", "fp16"),
        ("array-lmul_rne-e4m3-2x2-os-fix16_-6", "bf16"),
        ("array-mitchell-bf16-2x2-os", "fp32"),
        ("array-int8-2x3-os-f4", "fp32"),
        ("array-lmul-e4m3-3x2-os-s1-r2", "fp16"),
        ("array-exact-e4m3-2x3-ws-fix24_-9-r3", "bf16"),
        ("array-int8-3x2-ws-f2", "fp32"),
        ("array-lmul-e4m3-2x3-os-n3-w8-bare-fp32", "bf16"),
        ("array-exact-e4m3-3x2-ws-n2-bare-r1", "fp32"),
        ("array-int8-3x2-os-c8", "fp32"),
        ("array-exact-e5m2-2x3-os-s1-c4-r2", "fp16"),
        ("array-int8-2x3-ws-s1-c5-f2", "fp32"),
        ("array-lmul-e4m3-3x2-ws-c1", "bf16"),
        ("array-int8-2x3-os-n4-s1-c8", "fp32"),
        ("array-exact-e4m3-2x2-ws-n3-c4", "fp32"),
    ],
)
def test_other_arrays(name, out):
    check(name, SHAPES, 0.0, out)
    check(name, SHAPES, 0.3, out)


@pytest.mark.evidence
def test_windows_overflow_where_golden_does():
    design = MacDesign.parse("array-lmul_rne-e4m3-2x2-os-fix16_-6")
    a, b = np.full((3, 9), 0x7E), np.full((9, 3), 0x7E)
    b[:, 1] = 0
    run = run_array(design, a, b, "bf16")
    assert compare(run, golden(design, a, b, "bf16")).bit_exact
    assert run.overflowed.tolist() == [[True, False, True]] * 3


@pytest.mark.evidence
def test_array_that_hangs_is_ended():
    design = MacDesign.parse(OS)
    head, _, _ = verilog_of(design).partition(");")
    head = head.replace("output reg", "output wire")
    outputs = re.findall(r"output wire (?:\[.*\] )?(\w+)", head)
    wrong = head + ");\n" + "".join(f"assign {port} = 0;\n" for port in outputs) + "endmodule\n"
    with pytest.raises(ToolFailed, match=rf"^The array '{OS}' hangs: it takes no operand "):
        run_array(design, np.ones((9, 9), int), np.ones((9, 9), int), verilog=wrong)


@pytest.mark.parametrize(
    ("script", "seconds", "message"),
    [
        ("echo waits no longer >&2; exit 3", 300, "The array 'it' waits no longer"),
        ("echo no >&2; exit 1", 300, "The simulation of 'it' ended with status 1: no"),
        ("kill -SEGV $$", 300, "The simulation of 'it' ended with status -11"),
        ("while true; do :; done", 0.2, "The simulation of 'it' did not finish in 0 seconds; see "),
    ],
)
def test_program_that_fails(script, seconds, message, tmp_path):
    with pytest.raises(ToolFailed, match=f"^{re.escape(message)}"):
        run_program(["/bin/sh", "-c", script], tmp_path / "log", "it", seconds)


ONES = np.ones((2, 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "a", "b", "more", "message"),
    [
        (OS, ONES, ONES, {}, "Shapes (2, 3) and (2, 3) don't multiply: K is not the same"),
        (OS, ONES[:0], ONES.T, {}, "Shapes (0, 3) and (3, 2) have a dimension of 0"),
        (
            f"{OS}-k2",
            ONES,
            ONES.T,
            {},
            f"K is 3, and the sums of '{OS}-k2' have room for K up to 2; use '{OS}-k3'",
        ),
        (
            "array-int8-2x2-os-k2",
            ONES,
            ONES.T,
            {},
            "K is 3, and the sums of 'array-int8-2x2-os-k2' have room for K up to 2; use "
            "'array-int8-2x2-os-k3'",
        ),
        ("array-int8-2x2-os", ONES + 127, ONES.T, {}, "Operand a of int8 must be from -128 to 127"),
        (OS, ONES, ONES.T, {"out": "fp64"}, "Result format must be fp32, bf16, fp16, not 'fp64'"),
        (OS, ONES, ONES.T, {"stalls": 1.0}, "Stalls must be from 0 to 0.99, not 1.0"),
        (OS, ONES, ONES.T, {"stalls": {"c": 0.1}}, "Unknown stream 'c': use a, b, out, sums, "),
        ("pe-lmul-e4m3", ONES, ONES.T, {}, "Design 'pe-lmul-e4m3' is no array; one is array-lmul-"),
    ],
)
def test_refused_before_anything_runs(name, a, b, more, message, monkeypatch, tmp_path):
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        run_array(name, a, b, **more)
    assert not Path(tmp_path / "build").exists()
