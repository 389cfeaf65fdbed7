"""What a sweep shall measure: a TOML file of grids, each a list of values a key."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import most_stages
from lmul.hdl.designs.mac import FLOWS, MAX_PLACES, MAX_SIDE
from lmul.hdl.designs.parts import MAX_TERMS, MAX_WINDOW, MIN_WINDOW
from lmul.hdl.numbers.accumulator import Accumulator
from lmul.hdl.numbers.formats import FORMATS, INT8
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.numbers.policy import Policy
from lmul.synth.fpga.devices import DEVICES
from lmul.synth.fpga.luts import FAMILIES
from lmul.synth.liberty.default import NAMED
from lmul.synth.measure.measurement import ENERGY, FASTEST, FIGURES, STATIONARY
from lmul.synth.stimuli.stimulus import NAMES
from lmul.synth.timing.search.clock import check_period

__all__ = ["DEFAULT", "ENERGY_STIMULI", "Grid", "SweepSpec", "read_spec"]


LEVELS = ("product", "multiplier", "pe", "array", "dot")
DEFAULT = "default"
"""The accumulator that a format usually has."""
ENERGY_STIMULI = tuple(name for name in NAMES if name != "attention")
"""Of ``energy``, besides files and what ends in ``measurement.STATIONARY``."""

_EMBEDDED_NAME = "embedded"
_LEAST = {"area": "", ENERGY: ENERGY}

Grid = Mapping[str, tuple[Any, ...]]
"""Key to values; every key that can be left out has its default."""

_SIZE = re.compile(r"([1-9]\d*)x([1-9]\d*)")
_MOST_STAGES = most_stages("exact")  # of dot-product units, which have the most


@dataclass(frozen=True)
class SweepSpec:
    """A sweep.

    Attributes
    ----------
    name : str
        The file's stem.
    grids : sequence of Grid
    """

    name: str
    grids: Sequence[Grid]


def read_spec(path: Path) -> SweepSpec:
    """Read a sweep's file. Paths in it start from its folder.

    A grid, ``[[grid]]``, has lists under these keys; all their combinations are measured.
    ``measures``, always; ``levels``, ``kinds`` and ``formats`` (``int8`` is a kind and has no
    format); ``policies`` (ocp); ``accumulators`` (default) and ``k_max`` (1024) of PEs and arrays;
    ``sizes`` and ``flows`` (os) of arrays; ``terms`` and ``windows`` of dot-product units, and of
    PEs and arrays (a pair at a time where left out; a window is for float sums), ``sticky`` (false)
    of dot-product units; ``stages`` (0), pipeline registers, of all but product units; ``carries``
    (0), the places between kept ones, of PEs and arrays with exact sums; or ``designs``, by name,
    in place of all of these.
    ``libraries`` (embedded; asap7; files, several in a list of their own are one library) of
    cells, curve, energy and clock; ``stimuli`` of energy (gaussian), clock and error (attention
    QK); ``clocks`` of clock, periods such as 60fo4 or 5, or fastest, for which registers are a
    choice of the search's, and ``least`` (area; or energy), what it searches the least of;
    ``devices`` and ``dsp`` (false) of luts and fpga, ``seeds`` (1) of fpga.

    Raises
    ------
    OSError
        When the file can't be read.
    ValueError
        When it is no TOML; for an unknown key or value, a key that is missing, and one that
        nothing in its grid has a use for.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML: {error}") from None
    for name in document:
        if name != "grid":
            raise ValueError(f"{path}: unknown key {name!r}: a sweep has [[grid]] tables only")
    tables = document.get("grid")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path}: a sweep needs one or more [[grid]] tables")
    grids = []
    for number, table in enumerate(tables, 1):
        try:
            grids.append(_grid(table, path.parent))
        except ValueError as error:
            raise ValueError(f"{path}: grid {number}: {error}") from None
    return SweepSpec(path.stem, grids)


def _grid(table: Mapping[str, object], folder: Path) -> Grid:
    for key in table:
        if key not in _CHECKS:
            raise ValueError(f"unknown key {key!r}: use {', '.join(_CHECKS)}")
    found = {key: _values(key, table[key], folder) for key in _CHECKS if key in table}
    if "measures" not in found:
        raise ValueError(f"measures is missing: use {', '.join(FIGURES)}")
    if "designs" in found:
        for key in _DESIGN_KEYS:
            if key in found:
                raise ValueError(f"{key} can't stand beside designs, which says it all")
    else:
        _check_design_keys(found)
    _check_use(found)
    if "clock" in found["measures"] and "clocks" not in found:
        raise ValueError(
            f"clocks is missing, for clock: use periods, such as 60fo4 or 5 (ns), or {FASTEST}"
        )
    if {"luts", "fpga"} & set(found["measures"]) and "devices" not in found:
        raise ValueError(
            f"devices is missing: use {', '.join(FAMILIES)} for luts, {', '.join(DEVICES)} for fpga"
        )
    return {**_DEFAULTS, **found}


def _check_design_keys(found: Grid) -> None:
    for key, choices in (("levels", LEVELS), ("kinds", (*KINDS, INT8.name))):
        if key not in found:
            raise ValueError(f"{key} is missing (or designs): use {', '.join(choices)}")
    if "formats" not in found and set(found["kinds"]) != {INT8.name}:
        raise ValueError(f"formats is missing: use {', '.join(FORMATS)}")
    if "array" in found["levels"] and "sizes" not in found:
        raise ValueError("sizes is missing, for arrays: use RxC, such as 8x8")
    if "dot" in found["levels"]:
        for key, what in (("terms", "pairs at once"), ("windows", "bits")):
            if key not in found and (key == "terms" or set(found["kinds"]) != {INT8.name}):
                raise ValueError(f"{key} is missing, for dot-product units: use numbers of {what}")


def _check_use(found: Grid) -> None:
    """Every key must bear on something: one that does not is a mistake."""
    asked = {*found["measures"], *found.get("levels", LEVELS)}
    for key, users in _USERS.items():
        if key in found and not asked & set(users):
            *others, last = users
            told = f"{', '.join(others)} and {last}" if others else last
            raise ValueError(f"{key} is for {told}, and the grid has none")


def _values(key: str, values: object, folder: Path) -> tuple[Any, ...]:
    if not isinstance(values, list) or not values:
        raise ValueError(f"{key} must be a list of one value or more, not {values!r}")
    try:
        return tuple(dict.fromkeys(_CHECKS[key](value, folder) for value in values))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{key}: {error}") from None


Check = Callable[[Any, Path], Any]


def _one_of(choices: Sequence[str]) -> Check:
    def check(value: Any, _folder: Path) -> str:
        if value not in choices:
            raise ValueError(f"unknown value {value!r}: use {', '.join(choices)}")
        return value

    return check


def _integer(low: int, high: int) -> Check:
    def check(value: Any, _folder: Path) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"must be an integer from {low} to {high}, not {value!r}")
        return value

    return check


def _boolean(value: Any, _folder: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _accumulator(value: Any, _folder: Path) -> str:
    return value if value == DEFAULT else Accumulator(value).name


def _size(value: Any, _folder: Path) -> tuple[int, int]:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if not match or max(map(int, match.groups())) > MAX_SIDE:
        raise ValueError(f"unknown value {value!r}: use RxC, from 1x1 to {MAX_SIDE}x{MAX_SIDE}")
    return int(match[1]), int(match[2])


def _clock(value: Any, _folder: Path) -> str:
    return value if value == FASTEST else check_period(value)


def _library(value: Any, folder: Path) -> tuple[str, ...]:
    if value == _EMBEDDED_NAME:
        return ()
    if isinstance(value, str) and value in NAMED:
        return (value,)
    what = f"{', '.join(NAMED)}, a file, or a list of files that are one library"
    if value == []:
        raise ValueError(f"must be {what}, not []")
    files = value if isinstance(value, list) else [value]
    return tuple(_file(file, folder, what) for file in files)


def _stimulus(value: Any, folder: Path) -> str:
    known = (*ENERGY_STIMULI, "mantissas")
    name = value.removesuffix(STATIONARY) if isinstance(value, str) else value
    if value in known or name in ENERGY_STIMULI:
        return value
    if isinstance(value, str) and value.endswith(".npz"):
        return _file(value, folder, "an .npz file")
    raise ValueError(
        f"unknown value {value!r}: use {', '.join(known)} or FILE.npz; energy's may end "
        f"in {STATIONARY.strip()!r}"
    )


def _file(value: Any, folder: Path, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be {what}, not {value!r}")
    path = (folder / Path(value).expanduser()).absolute()
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}: use {what}")
    return str(path)


_DESIGN_KEYS: Mapping[str, Check] = {
    "levels": _one_of(LEVELS),
    "kinds": _one_of((*KINDS, INT8.name)),
    "formats": _one_of(tuple(FORMATS)),
    "policies": lambda value, _folder: Policy.parse(value).name,
    "accumulators": _accumulator,
    "k_max": _integer(1, 1 << 24),
    "sizes": _size,
    "flows": _one_of(FLOWS),
    "terms": _integer(1, MAX_TERMS),
    "windows": _integer(MIN_WINDOW, MAX_WINDOW),
    "sticky": _boolean,
    "stages": _integer(0, _MOST_STAGES),
    "carries": _integer(0, MAX_PLACES),
}
_CHECKS: Mapping[str, Check] = {
    "measures": _one_of(FIGURES),
    **_DESIGN_KEYS,
    "designs": lambda value, _folder: Design.parse(value).name,
    "libraries": _library,
    "stimuli": _stimulus,
    "clocks": _clock,
    "least": lambda value, folder: _LEAST[_one_of(tuple(_LEAST))(value, folder)],
    "devices": _one_of((*FAMILIES, *DEVICES)),
    "seeds": _integer(0, (1 << 31) - 1),
    "dsp": _boolean,
}
_DEFAULTS: Grid = {
    "policies": ("ocp",),
    "accumulators": (DEFAULT,),
    "k_max": (1024,),
    "flows": ("os",),
    "terms": (1,),
    "windows": (0,),
    "sticky": (False,),
    "stages": (0,),
    "carries": (0,),
    "libraries": ((),),
    "stimuli": (),
    "clocks": (),
    "least": ("",),
    "seeds": (1,),
    "dsp": (False,),
}
_USERS: Mapping[str, tuple[str, ...]] = {
    "policies": ("multiplier", "pe", "array", "dot"),
    "accumulators": ("pe", "array"),
    "k_max": ("pe", "array"),
    "sizes": ("array",),
    "flows": ("array",),
    "terms": ("pe", "array", "dot"),
    "windows": ("pe", "array", "dot"),
    "sticky": ("dot",),
    "stages": ("multiplier", "pe", "array", "dot"),
    "carries": ("pe", "array"),
    "libraries": ("area", "cells", "curve", "energy", "clock", "core"),
    "stimuli": ("energy", "clock", "error", "core"),
    "clocks": ("clock",),
    "least": ("clock",),
    "devices": ("luts", "fpga"),
    "seeds": ("fpga",),
    "dsp": ("luts", "fpga"),
}
