"""The points of a sweep's grids, and which combinations there are not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FORMATS, INT8, IntegerFormat
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.policy import Policy
from lmul.synth.fpga.devices import DEVICES
from lmul.synth.fpga.luts import FAMILIES
from lmul.synth.measure.errors import STIMULI as ERROR_STIMULI
from lmul.synth.measure.errors import why_no_error
from lmul.synth.measure.measurement import FASTEST, MEASURES, STATIONARY, Point
from lmul.synth.sweep.spec import DEFAULT, ENERGY_STIMULI, Grid, SweepSpec

__all__ = ["Expansion", "expand"]


_DEFAULT_STIMULUS = {
    "energy": "gaussian",
    "core": "gaussian",
    "clock": "attention QK",
    "error": "attention QK",
}

# A point's field, and the key of a grid that lists its values.
_LISTS = {
    "library": "libraries",
    "stimulus": "stimuli",
    "device": "devices",
    "clock": "clocks",
    "least": "least",
    "seed": "seeds",
    "dsp": "dsp",
}


@dataclass(frozen=True)
class Expansion:
    """A sweep's points.

    Attributes
    ----------
    points : sequence of Point
        Each once, in the order of the grids.
    left_out : mapping of str to int
        Combinations that there are not, by the reason.
    """

    points: Sequence[Point]
    left_out: Mapping[str, int]


def expand(spec: SweepSpec) -> Expansion:
    """All points of a sweep; what can't be combined is left out and counted.

    At level multiplier, ``int8`` is its bare product: it has nothing to unpack or pack.
    """
    left_out: Counter[str] = Counter()
    points = [
        point
        for grid in spec.grids
        for design in _designs(grid, left_out)
        for measure in grid["measures"]
        for point in _points(design, measure, grid, left_out)
    ]
    return Expansion(list(dict.fromkeys(points)), dict(left_out))


def _designs(grid: Grid, left_out: Counter[str]) -> list[Design]:
    if "designs" in grid:
        return [Design.parse(name) for name in grid["designs"]]
    found: dict[Design, None] = {}
    for level, kind in product(grid["levels"], grid["kinds"]):
        keys = _keys_of(level, kind)
        for values in product(*(grid[key] for key in keys)):
            try:
                design = _design(level, kind, dict(zip(keys, values, strict=True)))
            except ValueError as error:
                left_out[str(error)] += 1
            else:
                found[design] = None
    return list(found)


def _keys_of(level: str, kind: str) -> list[str]:
    """The keys of a grid that a design of this level and kind depends on."""
    keys = [] if kind == INT8.name else ["formats"]
    if kind != INT8.name and level != "product":
        keys.append("policies")
    if kind != INT8.name and level in ("pe", "array"):
        keys += ["accumulators", "k_max"]
    if level == "array":
        keys += ["sizes", "flows"]
    if level in ("pe", "array", "dot"):
        keys += ["terms"] + ["windows"] * (kind != INT8.name)
    if level == "dot" and kind != INT8.name:
        keys.append("sticky")
    if level in ("pe", "array"):
        keys.append("carries")
    if level in ("multiplier", "pe", "array", "dot") and (level, kind) != ("multiplier", INT8.name):
        keys.append("stages")
    return keys


def _design(level: str, kind: Any, values: Mapping[str, Any]) -> Design:
    fmt = INT8 if kind == INT8.name else FORMATS[values["formats"]]
    policy = Policy.parse(values.get("policies", "ocp"))
    stages = values.get("stages", 0)
    if level in ("product", "multiplier"):
        if isinstance(fmt, IntegerFormat):
            return MacDesign("product", "int8", fmt)
        unit = "product" if level == "product" else "multiplier"
        return UnitDesign(check_kind(kind, fmt), fmt, unit, policy, stages=stages)
    if level == "dot":
        window, sticky = values.get("windows", 0), values.get("sticky", False)
        return DotDesign(kind, fmt, values["terms"], window, policy, sticky, stages)
    given = values.get("accumulators", DEFAULT)
    accumulator = default_accumulator(fmt) if given == DEFAULT else Accumulator(given)
    rows, columns = values.get("sizes", (1, 1))
    terms = values.get("terms", 1)
    aligned = terms > 1 and accumulator.format is not None  # else a window has no bearing
    return MacDesign(
        "array" if level == "array" else "pe",
        kind,
        fmt,
        policy,
        None if kind == INT8.name else accumulator,
        values.get("k_max", DEFAULT_K_MAX),
        rows=rows,
        columns=columns,
        flow=values.get("flows", "os"),
        terms=terms,
        window=values.get("windows", 0) if aligned else 0,
        stages=stages,
        carries=values.get("carries", 0),
    )


def _points(design: Design, measure: str, grid: Grid, left_out: Counter[str]) -> Iterator[Point]:
    taken = [name for name in MEASURES[measure] if name in _LISTS]  # sweeps are without wires
    lists = [grid[_LISTS[name]] or (_DEFAULT_STIMULUS[measure],) for name in taken]
    for values in product(*lists):
        fields: dict[str, Any] = dict(zip(taken, values, strict=True))
        if reason := _why_not(design, measure, fields):
            left_out[reason] += 1
        else:
            yield Point(design.name, measure, **fields)


def _why_not(design: Design, measure: str, fields: Mapping[str, Any]) -> str | None:
    stimulus: str = fields.get("stimulus", "")
    if measure == "core" and not isinstance(design, DotDesign):
        return "core is measured of dot-product units"
    if isinstance(design, DotDesign) and stimulus.endswith(STATIONARY):
        return "dot-product units have no stationary weights"
    if measure == "clock":
        return _why_no_clock(design, fields)
    if measure in ("energy", "core") and not stimulus.endswith(
        (*ENERGY_STIMULI, STATIONARY, ".npz")
    ):
        return f"{measure} has no stimulus {stimulus!r}"
    if measure == "error" and stimulus not in ERROR_STIMULI:
        return f"error has no stimulus {Path(stimulus).name!r}"
    device: str = fields.get("device", "")
    if measure == "luts" and device not in FAMILIES:
        return f"luts has no family {device!r}"
    if measure == "fpga":
        if device not in DEVICES:
            return f"fpga has no device {device!r}"
        if fields["dsp"] and not DEVICES[device].has_dsps:
            return f"{device} has no DSP blocks"
    return why_no_error(design, stimulus) if measure == "error" else None


def _why_no_clock(design: Design, fields: Mapping[str, Any]) -> str | None:
    stimulus = fields["stimulus"]
    if stimulus not in ENERGY_STIMULI and not stimulus.endswith(".npz"):
        return f"clock has no stimulus {stimulus!r}"
    if getattr(design, "stages", 0):
        return "a clock's search chooses registers: stages 0 stands for all"
    array, fastest = design.level == "array", fields["clock"] == FASTEST
    if array and (fastest or fields["least"]):
        what = "how fast an array can be" if fastest else "the least energy of an array"
        return f"{what} is not searched for"
    return f"{FASTEST} goes without the least energy" if fastest and fields["least"] else None
