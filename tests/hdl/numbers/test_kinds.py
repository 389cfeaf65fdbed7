"""Kinds: which formats and offsets each takes."""

import re
from typing import get_args

import pytest

from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import KINDS, Kind, of_every_kind


def test_kinds() -> None:
    assert (
        tuple(KINDS)
        == get_args(Kind)
        == (
            *("lmul", "lmul_rne", "lmul_rne1", "lmul_coarse", "lmul_fine", "lmul_formula"),
            *("mitchell", "trunc4", "trunc6", "trunc8", "exact"),
        )
    )


def test_a_table_has_every_kind_and_no_other() -> None:
    whole = dict.fromkeys(KINDS, 1)
    assert dict(of_every_kind("the table", whole)) == whole
    lacks: dict[Kind, int] = {kind: 1 for kind in KINDS if kind != "mitchell"}
    with pytest.raises(LookupError, match=r"^the table has no entry for kind 'mitchell'$"):
        of_every_kind("the table", lacks)
    message = r"^the table has an entry for 'mbm', which is no kind$"
    with pytest.raises(LookupError, match=message):
        of_every_kind("the table", whole | {"mbm": 1})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_check_kind(kind: Kind, fmt: FloatFormat) -> None:
    bits = fmt.mantissa_bits
    needed = ""
    if kind == "lmul_rne" and bits > 3:
        needed = "at most 3"
    if kind == "lmul_rne1" and bits != 2:
        needed = "at least 2" if bits < 2 else "at most 2"
    if kind in ("lmul_coarse", "lmul_fine") and not 6 <= bits <= 10:
        needed = "at least 6" if bits < 6 else "at most 10"
    if kind.startswith("trunc"):
        least, most = (4, 5) if kind == "trunc4" else (6, 10)
        needed = f"at least {least}" if bits < least else f"at most {most}" if bits > most else ""
    if needed:
        message = (
            f"Kind '{kind}' needs a format of {needed} mantissa bits, not '{fmt.name}' with {bits}"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            check_kind(kind, fmt)
    else:
        assert check_kind(kind, fmt) == kind


@pytest.mark.parametrize("kind", ["", "LMUL", "int8", None, 3, ["lmul"]])
def test_unknown_kind(kind: object) -> None:
    message = f"Unknown kind {kind!r}: use {', '.join(KINDS)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_kind(kind, FORMATS["e4m3"])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("kind", ["lmul", "lmul_formula"])
@pytest.mark.parametrize(
    ("name", "paper"),  # 2**(m - l(m)), arXiv 2410.00907 equation 1
    [
        ("e4m3", 1),
        ("e5m2", 1),
        ("e3m4", 2),
        ("e2m1", 1),
        ("bf16", 8),
        ("fp16", 64),
        ("fp32", 2**19),
    ],
)
def test_offset_of_the_paper(kind: Kind, name: str, paper: int) -> None:
    assert resolve_offset(kind, FORMATS[name], None) == paper


@pytest.mark.parametrize("kind", ["lmul_rne", "lmul_coarse", "mitchell", "exact"])
def test_kinds_without_offset(kind: Kind) -> None:
    assert resolve_offset(kind, FORMATS["e4m3"], None) == 0
    message = f"Kind '{kind}' has no offset; only lmul and lmul_formula have one"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        resolve_offset(kind, FORMATS["e4m3"], 0)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_offset_range(fmt: FloatFormat) -> None:
    last = 2**fmt.mantissa_bits - 1
    assert [resolve_offset("lmul", fmt, n) for n in (0, 1, last)] == [0, 1, last]
    for wrong in (-1, last + 1):
        message = f"Offset must be from 0 to {last} for '{fmt.name}', not {wrong}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            resolve_offset("lmul", fmt, wrong)


@pytest.mark.parametrize("offset", [1.0, "1", True])
def test_offset_wrong_type(offset: object) -> None:
    message = f"Offset must be an integer, not {offset!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        resolve_offset("lmul", FORMATS["e4m3"], offset)  # pyright: ignore[reportArgumentType]
