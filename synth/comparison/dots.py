"""Which dot-product units, and PEs and arrays of them, are compared, and what is known of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import FORMATS, INT8
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import POLICIES
from lmul.synth.comparison.designs import has_int8_beside, kinds_of
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.variation import Ratio

__all__ = [
    "DOT_FORMATS",
    "DOT_KINDS",
    "TRIED_TERMS",
    "TRIED_WINDOWS",
    "USUAL_TERMS",
    "USUAL_WINDOWS",
    "DotRow",
    "DotSurvey",
    "array_rows",
    "dot_name",
    "dot_points",
    "dot_rows",
    "pe_rows",
    "unit_kinds",
    "window_points",
]


DOT_FORMATS = ("e4m3", "e5m2", "bf16", "fp16")
USUAL_TERMS = 8
"""How many terms most units of the comparison have."""

USUAL_WINDOWS = {"e4m3": 12, "e5m2": 12, "bf16": 16, "fp16": 24}
"""The windows of the units that are measured whole, by format."""

_OTHERS: Mapping[int, Sequence[str]] = dict.fromkeys((4, 16, 32), ("lmul", "exact"))
_WINDOWS = {"e4m3": (8, 12), "e5m2": (12,), "bf16": (8, 16, 24), "fp16": (24,)}
_OTHER_TERMS = {("e4m3", 12): (2, 4, 16, 32), ("bf16", 16): (2, 4, 16, 32)}
"""Where other numbers of terms are compared, too."""
_INT8_TERMS = (4, USUAL_TERMS, 16, 32)
_BETWEEN: Mapping[str, tuple[Kind, ...]] = {
    "e5m2": ("lmul_rne1",),
    "bf16": ("lmul_coarse", "lmul_fine", "trunc6", "trunc8"),
    "fp16": ("lmul_fine", "trunc8"),
}
"""Kinds between L-Mul and exact in error and cost; compared in a format's usual unit alone."""
_WHOLE: Mapping[tuple[str, int], Mapping[int, Sequence[str]]] = {
    ("e4m3", 12): {USUAL_TERMS: ("lmul", "lmul_rne", "exact"), **_OTHERS},
    ("e5m2", 12): {USUAL_TERMS: ("lmul", "lmul_rne", *_BETWEEN["e5m2"], "exact")},
    ("bf16", 16): {USUAL_TERMS: ("lmul", *_BETWEEN["bf16"], "exact"), **_OTHERS},
    ("fp16", 24): {USUAL_TERMS: ("lmul", *_BETWEEN["fp16"], "exact")},
    (INT8.name, 0): {USUAL_TERMS: (INT8.name,)},
}
"""Units that are measured whole, with one register: by format and window, terms, and kinds."""
_REGISTERS: Mapping[tuple[str, int], Sequence[int]] = {
    ("e4m3", 12): (0, 1, 2, 3),
    ("bf16", 16): (0, 1, 2, 3),
}
"""With how many registers the usual units of L-Mul and the exact ones are measured."""
_SIDE = 4
_ARRAYS: Sequence[tuple[str, str, int, Sequence[int]]] = (
    ("e4m3", "exact", 0, (1, 4)),
    ("e4m3", "fp32", 12, (1, 4, 8)),
    ("bf16", "fp32", 16, (1, 4, 8)),
    (INT8.name, "", 0, (1, 4, 8)),
)
"""Arrays of 4 by 4 whose PEs take one pair a cycle or several: format, sums, window, pairs."""
_PES: Sequence[tuple[str, str, int, Sequence[int]]] = (
    ("e4m3", "exact", 0, (1, 4)),
    ("bf16", "fp32", 16, (1, 4)),
    (INT8.name, "", 0, (1, 4)),
)
"""Of such PEs the same, each alone."""
_MAC_KINDS = ("lmul", "lmul_rne", "exact")
DOT_KINDS: tuple[Kind, ...] = ("lmul", "lmul_rne", "mitchell", "exact")
_POLICY = POLICIES["ftz"]
_STIMULUS = "attention QK"

TRIED_TERMS = (4, 8, 16, 32)
TRIED_WINDOWS = (6, 8, 10, 12, 16, 20, 24)
"""Of the errors, which take no synthesis."""


@dataclass(frozen=True)
class DotRow:
    """The units of one format, window and number of terms.

    Attributes
    ----------
    format : str
    terms, window : int
        ``window`` is 0 of ``int8``.
    names : mapping of str to str
        Designs by kind, without registers.
    """

    format: str
    terms: int
    window: int
    names: Mapping[str, str]


@dataclass(frozen=True)
class DotSurvey:
    """What was measured of dot-product units.

    Attributes
    ----------
    kept : mapping of Point to Measured
        Of :func:`dot_points`, those that are kept in the repository.
    told : str
        Where these come from, a sentence.
    errors : mapping of Point to Measured
        Of :func:`window_points`, in this run.
    """

    kept: Mapping[Point, Measured] = field(default_factory=dict)
    told: str = ""
    errors: Mapping[Point, Measured] = field(default_factory=dict)

    def figure(self, design: str, name: str) -> float | None:
        """A design's figure, such as ``core_gates``; None where it was not measured."""
        for measure in ("gates", "core", "cells", "energy", "error"):
            one = self.kept.get(_point(design, measure))
            for metric in one.metrics if one else ():
                if metric.name == name:
                    return metric.value
        return None

    def usual_ratio(self, fmt: str, twin: str, name: str) -> Ratio | None:
        """L-Mul's figure over a twin's, of the usual unit; None where one was not measured.

        With a register behind the core, but for figures of the core itself. Each was mapped once:
        the ratio has no range. Integers stand beside formats of their width.
        """
        beside = has_int8_beside(fmt) if twin == INT8.name else twin in kinds_of(fmt)
        if fmt not in USUAL_WINDOWS or not beside:
            return None
        stages = 0 if name.startswith("core_") else 1
        mine, its = (
            self.figure(dot_name(kind, fmt, USUAL_TERMS, USUAL_WINDOWS[fmt], stages), name)
            for kind in ("lmul", twin)
        )
        return Ratio(mine / its, mine / its, mine / its) if mine and its else None

    def usual_error(self, fmt: str, kind: str) -> float | None:
        """What the usual unit's sums err by, a share; None where it was not measured."""
        if fmt not in USUAL_WINDOWS:
            return None
        return self.figure(dot_name(kind, fmt, USUAL_TERMS, USUAL_WINDOWS[fmt]), "mred")


def dot_name(kind: str, fmt: str, terms: int, window: int, stages: int = 0) -> str:
    """The name of a unit under ftz, or of integers."""
    if kind == INT8.name:
        return DotDesign("int8", INT8, terms, stages=stages).name
    known = check_kind(kind, FORMATS[fmt])
    return DotDesign(known, FORMATS[fmt], terms, window, _POLICY, stages=stages).name


def unit_kinds(fmt: str) -> Sequence[str]:
    """Kinds of the usual units of a format that are measured whole; integers beside their width."""
    integers = (INT8.name,) if has_int8_beside(fmt) else ()
    return (*_WHOLE[fmt, USUAL_WINDOWS[fmt]][USUAL_TERMS], *integers)


def dot_rows() -> list[DotRow]:
    """What is compared: formats, windows, numbers of terms; integers at the end."""
    found = []
    for fmt in DOT_FORMATS:
        for window in _WINDOWS[fmt]:
            for terms in sorted((USUAL_TERMS, *_OTHER_TERMS.get((fmt, window), ()))):
                known = [kind for kind in DOT_KINDS if kind in kinds_of(fmt)]
                if (window, terms) == (USUAL_WINDOWS.get(fmt), USUAL_TERMS):
                    known += _BETWEEN.get(fmt, ())
                names = {kind: dot_name(kind, fmt, terms, window) for kind in known}
                found.append(DotRow(fmt, terms, window, names))
    integers = [
        DotRow(INT8.name, terms, 0, {INT8.name: dot_name(INT8.name, INT8.name, terms, 0)})
        for terms in _INT8_TERMS
    ]
    return [*found, *integers]


def array_rows() -> list[DotRow]:
    """Output-stationary arrays with a register between product, or group's sum, and accumulator.

    ``window`` is 0 of exact sums and where a PE takes one pair.
    """
    return _mac_rows("array", f"-{_SIDE}x{_SIDE}-os", _ARRAYS)


def pe_rows() -> list[DotRow]:
    """Such PEs, alone."""
    return _mac_rows("pe", "", _PES)


def _mac_rows(
    level: str, size: str, compared: Sequence[tuple[str, str, int, Sequence[int]]]
) -> list[DotRow]:
    found = []
    for fmt, sums, window, pairs in compared:
        for terms in pairs:
            group = (f"-n{terms}" + f"-w{window}" * (window > 0)) * (terms > 1)
            ending = f"{fmt}{size}{group}"
            if fmt == INT8.name:
                names = {fmt: f"{level}-{ending}-s1"}
            else:
                known = [kind for kind in _MAC_KINDS if kind in kinds_of(fmt)]
                policy = _POLICY.name
                names = {kind: f"{level}-{kind}-{ending}-{policy}-{sums}-s1" for kind in known}
            parsed = {kind: MacDesign.parse(name) for kind, name in names.items()}
            shown = next(iter(parsed.values())).window
            found.append(DotRow(fmt, terms, shown, {k: d.name for k, d in parsed.items()}))
    return found


def dot_points() -> list[Point]:
    """What takes long, and is kept: :mod:`lmul.synth.comparison.accepted`.

    Core and error of all; gates, area, delay and energy of some whole units with registers, of
    arrays, and of PEs.
    """
    macs = [
        _point(name, measure)
        for row in (*array_rows(), *pe_rows())
        for name in row.names.values()
        for measure in ("gates", "cells", "energy")
    ]
    units = [point for row in dot_rows() for kind in row.names for point in _points(row, kind)]
    return [*units, *macs]


def _points(row: DotRow, kind: str) -> Iterator[Point]:
    size, usual = (row.format, row.window), row.terms == USUAL_TERMS
    # Mitchell's core is L-Mul's, whose constant is added at the edge: what differs is the error.
    if kind != "mitchell":
        yield _point(row.names[kind], "core")
    if row.window or usual:
        yield _point(row.names[kind], "error")
    if kind in _WHOLE.get(size, {}).get(row.terms, ()):
        compared = usual and kind in ("lmul", "exact")
        for stages in _REGISTERS.get(size, (1,)) if compared else (1,):
            late = dot_name(kind, row.format, row.terms, row.window, stages)
            yield from (_point(late, measure) for measure in ("gates", "cells", "energy"))


def _point(design: str, measure: str) -> Point:
    return Point(design, measure, stimulus=_STIMULUS if measure in _ON_OPERANDS else "")


_ON_OPERANDS = ("core", "energy", "error")


def window_points(terms: Sequence[int] = TRIED_TERMS) -> list[Point]:
    """Errors of all kinds, formats, windows and numbers of terms: seconds."""
    return [
        _point(dot_name(kind, fmt, n, window), "error")
        for fmt in DOT_FORMATS
        for kind in DOT_KINDS
        if kind in kinds_of(fmt)
        for n in terms
        for window in TRIED_WINDOWS
    ]
