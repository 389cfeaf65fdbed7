"""PEs and arrays in the report: what is compared, what tables say, how arrays are composed."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from lmul.console.report import console_table
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.sim.accuracy.accumulators import AccumulatorAccuracy, accumulator_accuracy, int8_accuracy
from lmul.sim.accuracy.operands import DotError, operand_accuracy
from lmul.sim.accuracy.workload import attention
from lmul.synth.comparison.designs import (
    WINDOW_KINDS,
    mac_designs,
    report_designs,
    same_width_name,
    sum_bits,
)
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import headline
from lmul.synth.comparison.int8_check import check_narrow_int8, int8_own_width
from lmul.synth.comparison.mac_survey import MacSurvey, array_bits
from lmul.synth.gates.breakdown import ARRAY_PARTS, PE_PARTS, PartCount, Split, split
from lmul.synth.gates.count import GateCount, count
from lmul.synth.gates.scale import composed, skew, total
from lmul.synth.pictures.parts import gates_by_part
from lmul.synth.tables.arrays import array_table, cycle_table
from lmul.synth.tables.pes import accumulator_table, part_table, survival_table
from lmul.tools.errors import ToolFailed

_FORMATS = ("e4m3", "bf16")
_ERROR = DotError(0.05, 0.01, 0.04)


def counted(gates: int) -> GateCount:
    return GateCount({"$_AND_": gates}, flipflops=60, depth=9, yosys="none", script="none")


def made_up(name: str) -> int:
    base = {"product": 40, "multiplier": 100, "pe": 400, "array": 40_000}[Design.parse(name).level]
    return 2 * base if "exact" in name or "int8" in name else base


def document(full: bool = True, formats=_FORMATS) -> ReportDocument:
    """Exact and int8 designs take twice the gates of the others."""
    apart, whole = mac_designs(formats, full)
    splits = {}
    for name in apart:
        parts = PE_PARTS if name.startswith("pe") else ARRAY_PARTS
        share = made_up(name) // len(parts)
        splits[name] = Split(counted(made_up(name)), tuple(PartCount(p, share, 5) for p in parts))
    counts = {name: counted(made_up(name)) for name in [*apart, *whole]}
    errors = {
        (name, matrix): AccumulatorAccuracy(_ERROR, 0, 9)
        for name in counts
        if name.startswith("pe-") and name != "pe-int8"
        for matrix in ("QK", "AV")
    }
    mac = MacSurvey(counts, splits, errors, dict.fromkeys(("QK", "AV"), _ERROR))
    units = {name: counted(made_up(name)) for name in report_designs(formats)}
    rows = headline(units, formats, ("ftz", "ocp"))
    return ReportDocument({}, rows, units, ErrorSurvey([], {}, [], {}), [], "", full, mac)


def test_designs_are_designs_once_each():
    apart, whole = mac_designs(("e4m3", "e5m2", "bf16", "fp16"), full=True)
    names = [*apart, *whole]
    assert len(names) == len(set(names))
    assert [Design.parse(name).name for name in names] == names
    first = [name for half in mac_designs(("e4m3",)) for name in half]
    assert set(first) < set(names)
    assert {"pe-lmul-e4m3-ftz", "pe-int8", "array-exact-e4m3-8x8-os-ftz"} <= set(first)
    assert mac_designs(("fp16", "fp32")) == ([], [])


def test_same_width():
    # ARITHMETIC section 4: 33 and 36 bits of product under ftz, 39 and 36 under ocp.
    assert [sum_bits(kind, "e4m3", "ftz") for kind in WINDOW_KINDS] == [44, 44, 47]
    assert [sum_bits(kind, "e4m3", "ocp") for kind in WINDOW_KINDS] == [50, 47, 47]
    for policy in ("ftz", "ocp"):
        for fmt in ("e4m3", "e5m2"):
            names = [same_width_name(kind, fmt, policy, WINDOW_KINDS) for kind in WINDOW_KINDS]
            widths = {
                sum_bits(kind, fmt, policy, MacDesign.parse(name).k_max)
                for kind, name in zip(WINDOW_KINDS, names, strict=True)
            }
            assert widths == {max(sum_bits(kind, fmt, policy) for kind in WINDOW_KINDS)}


def test_survival_table():
    table = survival_table(document())
    rows = {tuple(row[:3]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    twins = ("exact", "lmul_rne", "int8")
    of_e4m3 = [("e4m3", policy, twin) for policy in ("ftz", "ocp") for twin in twins]
    assert list(rows) == [*of_e4m3, ("bf16", "ftz", "exact")]
    row = rows["e4m3", "ftz", "exact"]
    assert all(row[name] == "50\u00a0%" for name in table.columns[3:])
    assert rows["e4m3", "ftz", "lmul_rne"]["PE"] == "100\u00a0%"
    assert rows["e4m3", "ocp", "exact"]["8x8"] == "–"
    assert rows["e4m3", "ftz", "int8"]["multiplier"] == "125\u00a0%"  # 100 of an 80-gate product


def test_tables_and_picture_of_what_was_measured():
    whole, first = document(), document(full=False)
    assert len(part_table(whole).rows) == 4 + 3 + 1
    assert len(accumulator_table(whole).rows) == 6 + 1 + 1
    assert len(array_table(whole).rows) == 3 * 4
    assert len(array_table(first).rows) == 3 * 4
    assert accumulator_table(first).rows == []  # sums of other widths are for the full report
    assert {row[1] for row in survival_table(first).rows} == {"ftz"}
    for table in (part_table(whole), accumulator_table(whole), array_table(whole), cycle_table()):
        assert {len(row) for row in table.rows} == {len(table.columns)}
    assert [title for title, _ in gates_by_part(whole).panels] == [
        "a PE, e4m3",
        "a PE, bf16",
        "16x16 array, e4m3, a PE's share",
    ]
    assert all("currentColor" in panel for panel in gates_by_part(whole).svg_panels())
    assert survival_table(document(formats=("fp16",))).rows == []


def test_console_fits_80_characters():
    printer = Console(width=80, record=True, file=io.StringIO())
    printer.print(console_table(survival_table(document())))
    text = printer.export_text()
    assert "lmul_rne" in text
    assert "…" not in text


def test_composed_of_parts():
    given = [PartCount(name, 640, 128) for name in ARRAY_PARTS]
    parts = {part.part: part for part in composed(Split(counted(0), tuple(given)), 8, 16, 9, 32)}
    assert parts["PEs"] == PartCount("PEs", 2560, 512)
    assert parts["edges"] == PartCount("edges", 1280, 256)
    assert parts["skew registers"].flipflops == skew(16, 9, 32)
    # By hand, 2 by 2: a row, a column and a result wait a cycle, of 9, 9 and 32 bits; an end mark.
    assert skew(2, 9, 32) == 2 * 9 + 1 + 32
    assert total(parts.values()).gates == 2 * 2560 + 5 * 1280


@pytest.mark.evidence
@pytest.mark.parametrize(("name", "twice"), [
    ("array-lmul-e4m3-4x4-os-ftz", "array-lmul-e4m3-8x8-os-ftz"),
    ("array-int8-4x4-os", "array-int8-8x8-os"),
])  # fmt: skip
def test_composition_is_what_is_counted(name, twice):
    parts = composed(split(name), 4, 8, *array_bits(name))
    counted_parts = split(twice).parts
    assert parts[:-2] == list(counted_parts[:-2])
    assert [part.part for part in parts[-2:]] == ["stream ports", "control"]
    whole = count(twice)
    for mine, theirs in zip(parts[-2:], counted_parts[-2:], strict=True):
        assert 0 <= mine.gates - theirs.gates < 0.004 * whole.gates
        assert 0 <= mine.flipflops - theirs.flipflops < 0.004 * whole.flipflops


@pytest.mark.slow
def test_sums_on_the_real_tile():
    left, right = attention().products["QK"]
    exact = accumulator_accuracy(left, right, "e4m3", "lmul", "ocp")
    # The same figure by another way: products added in float64 (and results not rounded to fp32).
    other = operand_accuracy(left, right, "e4m3", "lmul").dots_original
    assert exact.error.relative == pytest.approx(other.relative, rel=1e-5)
    assert (exact.saturated, exact.sums) == (0, 2 * 128 * 128)
    narrow = accumulator_accuracy(left, right, "e4m3", "lmul", "ftz", "fix10_-3")
    assert narrow.saturated > 0
    assert narrow.error.relative > exact.error.relative
    assert int8_accuracy(left, right).relative < exact.error.relative


@pytest.mark.slow
def test_the_narrow_integer_pe_is_compared():
    circuit, bits = int8_own_width()
    check_narrow_int8(circuit, bits)
    wrong = replace(circuit, verilog=circuit.verilog.replace(".a(a_value)", ".a(~a_value)"))
    assert wrong != circuit
    with pytest.raises(ToolFailed, match=rf"sums of the {bits}-bit integer PE are not the golden"):
        check_narrow_int8(wrong, bits)
