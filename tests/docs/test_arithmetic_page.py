"""docs/arithmetic.md: its tables and examples are what is computed."""

import re
from pathlib import Path

import numpy as np
import pytest

from lmul import FORMATS, POLICIES, Design, decode, encode, multiply
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.sum_range import sum_range
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.product_range import product_range
from lmul.sim.export import package

PAGE = (Path(__file__).parents[2] / "docs" / "arithmetic.md").read_text()


def test_table_of_formats():
    for name, fmt in FORMATS.items():
        (row,) = [line for line in PAGE.splitlines() if re.match(rf"\|( \w+,)* {name}[ ,]", line)]
        _, names, fields, largest, nan, inf, _ = (cell.strip() for cell in row.split("|"))
        place = re.sub(r" \[.*", "", names).split(", ").index(name)
        wanted = f"{fmt.exponent_bits}, {fmt.mantissa_bits}, {fmt.bias}"
        assert fields.split("; ")[place] == wanted
        assert largest.split("; ")[place] == f"{fmt.max:g}"
        assert nan == ("none" if fmt.nan_code is None else f"{fmt.nan_code:#x}")
        assert inf == ("none" if fmt.inf_code is None else f"{fmt.inf_code:#x}")


def test_table_of_widths():
    rows = re.findall(r"  \| (e4m3|e5m2) (.*?) \| (\d+) \| (\d+) \|", PAGE)
    assert len(rows) == 6
    for name, kinds, flushed, normalised in rows:
        for kind in re.findall(r"`(\w+)`", kinds):
            for policy, bits in (("ftz", flushed), ("ocp", normalised)):
                fmt = FORMATS[name]
                found = product_range(fmt, check_kind(kind, fmt), POLICIES[policy])
                assert found.magnitude_bits == int(bits)
                ignored = product_range(fmt, check_kind(kind, fmt), POLICIES["lax"])
                assert 0 <= ignored.magnitude_bits - int(flushed) <= 2


def test_table_of_sums():
    rows = re.findall(r"^\| `(pe-\S+)` \| (.*?) \| (\d+|any)", PAGE, re.MULTILINE)
    assert len(rows) == 6
    for name, ends, safe in rows:
        found = sum_range(MacDesign.parse(name))
        wanted = found.safe_k if found.k_max is None else found.k_max
        assert safe == ("any" if wanted is None else str(wanted)), name
        if found.step is not None:
            bits, last = re.findall(r"2\^(-?\d+)", ends.replace("- 1", "- 2^0"))[1:]
            assert (found.high + found.step, found.step) == (2 ** int(bits), 2.0 ** int(last))


@pytest.mark.parametrize("policy", ["ftz", "ocp"])
def test_flush_and_overflow_are_judged_after_rounding(policy):
    x, y = encode([1.75 * 2**-4, 15.0, 16.0], "e4m3"), encode([1.125 * 2**-3, 30.0, 30.0], "e4m3")
    found = decode(multiply(x, y, "e4m3", "exact", policy), "e4m3")
    assert found[:2].tolist() == [2.0**-6, 448.0]
    # 480 is overflow: the largest, or NaN.
    assert np.isnan(found[2]) if policy == "ocp" else found[2] == 448.0


@pytest.mark.parametrize(
    "name", ["lmul-e5m2", "array-lmul-e5m2-2x2-os", "lmul-e5m2-bare", "pe-int8"]
)
def test_heads_say_it(name):
    design = Design.parse(name)
    text = package(design)[f"{design.module_name}.v"]
    head = " ".join(line[2:].strip() for line in str(text).splitlines() if line.startswith("//"))
    bare, integer = "bare" in name, "int8" in name
    code = "32'h7fc00000" if name.startswith("array") else "8'h7e"
    assert ("judged after rounding" in head) == (not bare and not integer)
    assert (f"a NaN that comes out is always {code}" in head) == (not bare and not integer)
    assert ("no exception is signalled" in head) == (not integer)
    assert ("needs a receive buffer for each tile" in head) == name.startswith("array")
    # And so it is, whatever NaN comes in.
    if name == "lmul-e5m2":
        nans = [0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF]
        assert set(multiply(nans, [0x3C] * 6, "e5m2").tolist()) == {0x7E}
