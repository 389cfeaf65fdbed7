"""What docs/dot.md says of arrays and PEs that take several pairs a cycle is what is kept."""

import re

import pytest
from dot_page import PAGE, SURVEY, rows

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.comparison.dots import (
    DotRow,
    array_rows,
    pe_rows,
)

ARRAYS = "| format | sums | N |"


@pytest.mark.parametrize("cells", rows(ARRAYS), ids=lambda cells: "-".join(cells[:3]))
def test_a_row_of_arrays(cells):
    [row] = [row for row in array_rows() if _array_of(row) == cells[:3]]

    def each(kind: str, name: str) -> float | None:
        value = SURVEY.figure(row.names[kind], name) if kind in row.names else None
        shared = 1 if "energy" in name else row.terms * _PES
        return None if value is None else value / shared

    def number(kind: str, name: str) -> str:
        value = each(kind, name)
        return "–" if value is None else f"{value:,.0f}"

    def share(kind: str, name: str) -> str:
        mine, its = each(kind, name), each("exact", name)
        return "–" if mine is None or its is None else f"{100 * mine / its:.0f} %"

    if row.format == "int8":
        wanted = [x for name in _COSTS for x in ("–", number("int8", name), "–")] + ["–"] * 4
    else:
        wanted = [
            *(
                cell
                for name in _COSTS
                for cell in (number("lmul", name), number("exact", name), share("lmul", name))
            ),
            share("lmul", "energy_without_glitches_fj"),
            *(share("lmul_rne", name) for name in _COSTS),
        ]
    assert cells[3:] == wanted


_PES = 16
_COSTS = ("gates", "area_um2", "energy_fj")


def _array_of(row: DotRow) -> list[str]:
    design = MacDesign.parse(next(iter(row.names.values())))
    sums = "int32" if row.format == "int8" else str(design.resolved_accumulator)
    return [row.format, f"{sums}, W {row.window}" if row.window else sums, str(row.terms)]


def _alone(kind: str, fmt: str, name: str) -> list[float]:
    """A figure of a pair, of a PE that takes one and of one that takes four."""
    found = []
    for row in pe_rows():
        if row.format == fmt:
            value = SURVEY.figure(row.names[kind], name)
            assert value is not None
            found.append(value if "energy" in name else value / row.terms)
    assert [row.terms for row in pe_rows() if row.format == fmt] == [1, 4]
    return found


def test_pes_alone():
    wanted = []
    for row in pe_rows():
        for kind in row.names if row.terms > 1 else ():
            cells = [*_array_of(row)[:2], f"`{kind}`"]
            for name in ("area_um2", "energy_fj"):
                one, four = _alone(kind, row.format, name)
                cells += [f"{one:,.0f}", f"{four:,.0f}", f"{100 * four / one:.0f} %"]
            wanted.append(cells)
    assert rows("| format | sums | kind |") == wanted
    said = PAGE[PAGE.index("- In e4m3 a pair of L-Mul's has") :].split("\n\n")[0]
    gates, takes = said.split("\n")
    counts = [f"{n:,.0f}" for fmt in ("e4m3", "bf16") for n in _alone("lmul", fmt, "gates")]
    assert re.findall(r"\b\d[\d,]*\d\b", gates) == [*counts[1::-1], *counts[:1:-1]]
    assert re.findall(r"(\d+) %", takes) == [
        f"{100 * mine / its:.0f}"
        for name in ("area_um2", "energy_fj")
        for fmt in ("e4m3", "bf16")
        for mine, its in zip(_alone("lmul", fmt, name), _alone("exact", fmt, name), strict=True)
    ]


def test_all_arrays_are_shown():
    assert [row[:3] for row in rows(ARRAYS)] == [_array_of(row) for row in array_rows()]
