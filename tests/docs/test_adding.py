"""docs/adding.md: what it says to add is added to a copy of the project, and works there."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding.md").read_text()
BLOCK = re.compile(
    r"```python\n# (?P<path>[\w/]+\.py)(?:, (?P<place>[\w ]+))?\n(?P<text>.*?)```", re.S
)

INDENT = 8 * " "  # of a table's entries


def blocks(heading: str) -> list[tuple[str, str, str]]:
    """Path, place and text of each change in a section of the page."""
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    return [
        (found["path"], found["place"] or "", found["text"]) for found in BLOCK.finditer(section)
    ]


def put(folder: Path, path: str, place: str, text: str) -> None:
    """Make one change, where its first line says."""
    file = folder / path
    if not place:
        assert not file.exists()
        file.write_text(text)
        return
    old = file.read_text()
    where, _, name = place.partition(" ")
    if place == "among the imports":
        at = starts(old, r"from lmul")
    elif where == "before":
        at, text = starts(old, rf"{name}\b"), f"{text}\n\n"
    elif name == "Kind":
        opening = "Kind = Literal["
        at, text = starts(old, re.escape(opening)) + len(opening), f"{text.strip()} "
    else:
        at, text = ends(old, name), textwrap.indent(text, INDENT)
    file.write_text(old[:at] + text + old[at:])


def starts(text: str, pattern: str) -> int:
    """Where the first line begins that begins so."""
    found = re.search(rf"^{pattern}", text, re.M)
    assert found is not None, pattern
    return found.start()


def ends(text: str, table: str) -> int:
    """Where the line behind a table's last entry begins: before the brackets that close it."""
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if re.match(rf" *{table}\b.*[\[{{(]$", line))
    indent = re.match(" *", lines[first])
    assert indent is not None
    last = next(
        n for n, line in enumerate(lines) if n > first and re.match(rf"{indent[0]}[\]}})]+$", line)
    )
    while re.fullmatch(r" *[\]}),]+\n", lines[last - 1]) and not lines[last - 1].startswith(INDENT):
        last -= 1
    return sum(map(len, lines[:last]))


def copy_with(folder: Path, changes: list[tuple[str, str, str]]) -> Path:
    """A copy of the sources as they are installed, with changes; what is to stand in PYTHONPATH."""
    keep = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lmul", folder / "lmul", ignore=keep)
    for part in ("hdl", "sim", "synth"):
        shutil.copytree(ROOT / part, folder / "lmul" / part, ignore=keep)
    for path, place, text in changes:
        inside = path if path.startswith("lmul/") else f"lmul/{path}"
        put(folder, inside, place, text)
    return folder


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy."""
    environment = os.environ | {"PYTHONPATH": str(folder), "LMUL_BUILD": str(folder / "build")}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


TRIAL = """
    import inspect, json
    from itertools import product
    from types import SimpleNamespace
    import numpy as np
    import lmul
    from amaranth.sim import Simulator, Delay
    from lmul.hdl import Multiplier
    from lmul.hdl.designs.catalogue import describe
    from lmul.hdl.numbers.product_range import product_range
    from lmul.sim.explain.derivation import derive
    from lmul.sim.export import package
    from lmul.sim.export.c.model import why_no_c_model
    from lmul.synth.report import chapters as report
    from lmul.synth.tables.table import Table

    TABLE = "lmul.synth.tables.reach"

    def cut(x, y, bits):  # by floats, which hold such products
        value = np.abs(x * y)
        unit = 2.0 ** (np.floor(np.log2(np.where(value, value, 1))) - bits)
        return np.copysign(np.floor(value / unit) * unit, x * y)

    small, wide = lmul.FORMATS["e2m3"], lmul.FORMATS["bf16"]
    codes = np.arange(1 << small.width)
    x, y = (lmul.decode(side, small) for side in (codes[:, None], codes))
    found = lmul.product(codes[:, None], codes, small, "cut", "normalize")
    ranges = product_range(small, "cut", lmul.POLICIES["ocp"])
    largest = ranges.largest * 2.0**ranges.lsb

    rng = np.random.default_rng(1)
    a, b = (lmul.encode(rng.normal(size=s), wide) for s in ((3, 1), (1, 4)))
    outer = cut(lmul.decode(a, wide), lmul.decode(b, wide), 7)
    matmul = lmul.decode(lmul.matmul(a, b, wide, "cut"), "fp32")

    tiny, policy = lmul.FORMATS["e2m1"], lmul.POLICIES["ocp"]
    pairs = list(product(range(16), repeat=2))
    want = [int(lmul.multiply(*pair, tiny, "cut")) for pair in pairs]
    derived = [derive(*pair, tiny, "cut", policy).code for pair in pairs]
    unit, rtl = Multiplier(tiny, "cut", policy), []

    async def bench(ctx):
        for one, other in pairs:
            ctx.set(unit.x, one)
            ctx.set(unit.y, other)
            await ctx.delay(1e-9)
            rtl.append(ctx.get(unit.p))

    simulator = Simulator(unit)
    simulator.add_testbench(bench)
    simulator.run()

    design = lmul.Design.parse("pe-cut-e2m1")
    # Of the report's other tables none has anything to show.
    others = lambda *_, **__: Table("", [""], [])
    for name, value in list(vars(report).items()):
        if inspect.ismodule(value):
            setattr(report, name, SimpleNamespace(**dict.fromkeys(vars(value), others)))
        elif inspect.isfunction(value) and value.__module__ != TABLE and (
            value.__module__.startswith(
                ("lmul.synth.clocks", "lmul.synth.tables", "lmul.synth.pictures")
            )
        ):
            setattr(report, name, others)
    document = SimpleNamespace(
        formats=["e4m3"], rows=[], errors=None, full=True, dots=None, clocks=None
    )
    print(json.dumps({
        "example": float(lmul.decode(lmul.multiply(
            lmul.encode(1.125, "e4m3"), lmul.encode(1.625, "e4m3"), "e4m3", "cut"), "e4m3")),
        "products": bool((found == cut(x, y, 3)).all()),
        "largest": [largest, float(found.max())],
        "matmul": bool((matmul == outer).all()),
        "derived": derived == want,
        "rtl": rtl == want and len(set(want)) > 10,
        "described": describe(design),
        "verilog": package(design)["pe_cut_e2m1.v"][:900],
        "c": why_no_c_model(lmul.Design.parse("cut-e4m3")),
        "format": [lmul.Design.parse("lmul-e3m3").format.max, lmul.FORMATS["e3m3"].nan_code],
        "tables": [
            [c.title, s.title, s.rows] for c in report.chapters(document) for s in c.sections
        ],
    }))
"""


def test_pages_count_their_files():
    for heading, files in (("A kind of product", 4), ("A format", 1), ("A table of the report", 2)):
        assert len({path for path, _, _ in blocks(heading)}) == files


@pytest.mark.slow
def test_what_is_added_works(tmp_path):
    headings = ("A kind of product", "A format", "A table of the report")
    copy = copy_with(tmp_path, [change for heading in headings for change in blocks(heading)])
    done = run(copy, TRIAL)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # 1.125 * 1.625 = 1.828125 = 1.110101 in binary: cut to 1.110.
    assert found["example"] == 1.75
    for check in ("products", "matmul", "derived", "rtl"):
        assert found[check], check
    assert found["largest"] == [56.0, 56.0]  # 7.5 * 7.5 = 56.25 = 1.110000|01 * 2**5
    assert "exact product, cut" in found["described"]
    assert "the exact product, cut to 1 mantissa bits toward zero" in " ".join(
        found["verilog"].replace("//", "").split()
    )
    assert found["c"].startswith("is of a kind that is not written in C; lmul, ")
    assert found["format"] == [15.0, 0b111_100]
    assert found["tables"] == [["Formats", "Reach", [["e4m3", "448", "0.00195312"]]]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "module"),
    [("PRODUCTS", "lmul.sim.golden.arithmetic"), ("DERIVATIONS", "lmul.sim.explain.derivation")],
)
def test_a_gap_is_no_other_kind(table, module, tmp_path):
    changes = [c for c in blocks("A kind of product") if c[1] != f"in {table}"]
    done = run(copy_with(tmp_path, changes), f"import {module}")
    assert done.returncode == 1
    assert done.stderr.endswith(f"LookupError: {module}.{table} has no entry for kind 'cut'\n")
