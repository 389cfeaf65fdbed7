"""C models: compiled without a warning, and equal to the golden model in every bit."""

import ctypes
import itertools
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from lmul import __version__
from lmul.hdl.designs.catalogue import named_designs
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.sim.export.c.model import c_file, c_model
from lmul.sim.export.c.products import PRODUCTS
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.multiply import multiply
from lmul.sim.reference.vectors import pairs

Codes = npt.NDArray[np.unsignedinteger[Any]]

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion")
CC = shutil.which("cc") or shutil.which("gcc")
pytestmark = pytest.mark.skipif(CC is None, reason="No C compiler (cc or gcc) is on PATH")

NARROW = [fmt for fmt in FORMATS.values() if fmt.width <= 8]
WIDE = [fmt for fmt in FORMATS.values() if fmt.width > 8]
# Every legal policy: all wraps, or any other mixture of the knobs.
ALL_POLICIES = [
    POLICIES["bare"],
    *(Policy.parse(f"z{''.join(rest)}") for rest in itertools.product("fn", "fg", "sn", "ip")),
]

LOOP = """
void run_{name}(const {code} *x, const {code} *y, {code} *p, long n)
{{
    for (long i = 0; i < n; i++)
        p[i] = {name}(x[i], y[i]);
}}
"""


def designs(formats: Sequence[FloatFormat], policies: Sequence[Policy]) -> list[UnitDesign]:
    return [
        UnitDesign(kind, fmt, policy=policy)
        for fmt in formats
        for kind in PRODUCTS
        if KINDS[kind].exists_for(fmt)
        for policy in policies
    ]


def compiled(folder: Path, models: dict[UnitDesign, str]) -> ctypes.CDLL:
    """All models in one library, each behind a loop."""
    for design, text in models.items():
        (folder / c_file(design)).write_text(text)
    lines = [f'#include "{c_file(design)}"' for design in models]
    lines += ["void run(void);"]  # -pedantic: a file must not be empty
    for design in models:
        code = np.dtype(code_dtype(design.format)).name + "_t"
        lines.append(LOOP.format(name=design.module_name, code=code))
    (folder / "all.c").write_text("\n".join(lines))
    assert CC
    command = [CC, "-std=c99", "-O1", *WARNINGS, "-shared", "-fPIC", "all.c", "-o", "all.so"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    return ctypes.CDLL(str(folder / "all.so"))


def of_all(folder: Path, models: dict[UnitDesign, str], given: dict[str, tuple[Codes, Codes]]):
    """How many codes of each model differ from the golden model's."""
    library = compiled(folder, models)
    differing = {}
    for design in models:
        x, y = (np.ascontiguousarray(side) for side in given[design.format.name])
        found = np.zeros_like(x)
        places = (side.ctypes.data_as(ctypes.c_void_p) for side in (x, y, found))
        library[f"run_{design.module_name}"](*places, ctypes.c_long(len(x)))
        want = multiply(x, y, design.format, design.kind, design.policy, design.offset)
        differing[design.name] = int(np.count_nonzero(found != want))
    return differing


@pytest.mark.slow
def test_all_pairs_of_narrow_formats(tmp_path):
    models = {d: c_model(d) for d in designs(NARROW, list(POLICIES.values()))}
    # Four kinds in eight formats, lmul_rne in all but e3m4, under four policies.
    assert len(models) >= (4 * 8 + 7) * 4
    found = of_all(tmp_path, models, {fmt.name: pairs(fmt) for fmt in NARROW})
    assert not any(found.values()), {name: n for name, n in found.items() if n}


def test_pairs_of_wide_formats(tmp_path):
    models = {d: c_model(d) for d in designs(WIDE, [POLICIES["bare"], POLICIES["ocp"]])}
    found = of_all(tmp_path, models, {fmt.name: pairs(fmt, 1 << 14) for fmt in WIDE})
    assert len(found) >= 4 * 3 * 2
    assert not any(found.values()), {name: n for name, n in found.items() if n}


@pytest.mark.evidence
def test_every_policy(tmp_path):
    assert len(ALL_POLICIES) == 17
    models = {d: c_model(d) for d in designs(list(FORMATS.values()), ALL_POLICIES)}
    given = {fmt.name: pairs(fmt, 1 << 16) for fmt in FORMATS.values()}
    found = of_all(tmp_path, models, given)
    assert not any(found.values()), {name: n for name, n in found.items() if n}


@pytest.mark.evidence
def test_a_million_pairs_of_wide_formats(tmp_path):
    models = {d: c_model(d) for d in designs(WIDE, list(POLICIES.values()))}
    given = {fmt.name: pairs(fmt, 1_000_000) for fmt in WIDE}
    assert min(len(x) for x, _ in given.values()) >= 1_000_000
    found = of_all(tmp_path, models, given)
    assert not any(found.values()), {name: n for name, n in found.items() if n}


def test_other_offsets_and_formats(tmp_path):
    mine = FloatFormat("e6m9", 6, 9, 31)
    widest = FloatFormat("e1m14", 1, 14, 1, "finite")  # its exact product needs 64 bits
    chosen = [
        UnitDesign("lmul", FORMATS["e4m3"], offset=0),
        UnitDesign("lmul_formula", FORMATS["e5m2"], offset=3, stages=1),
        *designs([mine, widest], [POLICIES["ocp"]]),
    ]
    formats = (mine, widest, FORMATS["e4m3"], FORMATS["e5m2"])
    given = {fmt.name: pairs(fmt, 1 << 14) for fmt in formats}
    assert not any(of_all(tmp_path, {d: c_model(d) for d in chosen}, given).values())


@pytest.mark.parametrize(
    ("design", "right", "wrong"),
    [
        ("lmul-e4m3-ftz", "P = X + Y - 55", "P = X + Y - 56"),  # Mitchell's
        ("lmul-e4m3-ftz", "P < 8", "P <= 8"),  # the smallest normal number flushed
        ("exact-e5m2", " + ((value >> places) & 1)", ""),  # ties go down
        ("lmul_rne-e4m3", "(full / unit & 1)", "0"),
        ("lmul-e4m3", "E = 1,", "E = 0,"),  # subnormals at half their value
        ("mitchell-e5m2", "P > 0x7b", "P > 0x7c"),  # a sum that spells Inf is Inf, too: no bug
        ("lmul-e4m3fnuz", "P ? (uint8_t)(sign | P) : 0", "(uint8_t)(sign | P)"),  # -0 is NaN
    ],
)
def test_planted_bugs_are_found(tmp_path, design, right, wrong):
    of = UnitDesign.parse(design)
    text = c_model(of)
    assert text.count(right) == 1
    models = {of: text.replace(right, wrong)}
    [found] = of_all(tmp_path, models, {of.format.name: pairs(of.format)}).values()
    assert (found == 0) == (design == "mitchell-e5m2")


def test_one_program_of_c_and_one_of_cxx(tmp_path):
    """As users have them: several headers in a file; codes with bits that are not theirs."""
    for design in ("lmul-e2m3", "exact-e2m3", "product-int8"):
        parsed = Design.parse(design)
        (tmp_path / c_file(parsed)).write_text(c_model(parsed))
    text = """
        #include "lmul_e2m3.h"
        #include "exact_e2m3.h"
        #include "lmul_e2m3.h"
        #include "product_int8.h"
        #include <stdio.h>
        int main(void)
        {
            printf("%d %d %d %d\\n", lmul_e2m3(0x08, 0x08), exact_e2m3(0x08, 0x08),
                   lmul_e2m3(0xc8, 0x48), product_int8(-128, -128));
            return 0;
        }
    """
    (tmp_path / "main.c").write_text(text)
    assert CC
    for command in ([CC, "-std=c99"], ["g++", "-std=c++11", "-x", "c++"]):
        arguments = [*command, *WARNINGS, "main.c", "-o", "main"]
        subprocess.run(arguments, cwd=tmp_path, check=True)
        done = subprocess.run("./main", cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == "9 8 9 16384\n"  # 1 times 1 is 9/8 to L-Mul


@pytest.mark.evidence
def test_every_model_is_cxx_too(tmp_path):
    models = designs(list(FORMATS.values()), list(POLICIES.values()))
    (tmp_path / "all.cc").write_text("".join(map(c_model, models)))
    command = ["g++", "-std=c++11", *WARNINGS, "-Wno-unused-function", "-fsyntax-only", "all.cc"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]


def test_head():
    text = c_model(Design.parse("lmul-bf16-s2"))
    head = text.split("*/", 1)[0]
    assert "SPDX-License-Identifier: Apache-2.0" in head
    assert f"Generated by lmul {__version__}" in head
    assert "the design lmul-bf16-s2 as a C model" in head
    assert "X + Y - 16248" in head
    assert "16'h" not in head
    assert max(map(len, text.splitlines())) < 110
    assert re.fullmatch(r"[\n -~]*", text)  # ASCII


def test_every_multiplier_has_one_and_nothing_else():
    named = {d.name: d for d in named_designs()}
    refused = {n for n, d in named.items() if d.level != "multiplier" and n != "product-int8"}
    assert {"product-lmul-e4m3", "pe-int8", "array-int8-8x8-os", "dot-int8-n8"} <= refused
    for name in refused:
        with pytest.raises(ValueError, match=f"^Design '{re.escape(name)}' .* C model"):
            c_model(named[name])
    for name in named.keys() - refused:
        assert f" {named[name].module_name}(" in c_model(named[name])


def test_of_a_product_unit_its_multiplier_is_named():
    message = (
        "Design 'product-lmul-e4m3-o2' multiplies numbers that are unpacked already; the "
        "multiplier lmul-e4m3-o2 has a C model"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        c_model(Design.parse("product-lmul-e4m3-o2"))
