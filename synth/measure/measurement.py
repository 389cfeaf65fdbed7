"""A measurement to make, and what it gave: measured once, then found again by content.

A result's key is the hash of the point, of the sources that measure, of the files it reads and of
the tools' versions, in :mod:`lmul.tools.cache`. To look a point up nothing is elaborated.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.synth.layout.wires import NONE
from lmul.synth.liberty.default import EMBEDDED
from lmul.synth.liberty.file import digest
from lmul.synth.measure.provenance import file_digest, measuring_digest, tool_versions
from lmul.tools import cache
from lmul.tools.metrics import Metric

__all__ = [
    "ENERGY",
    "FASTEST",
    "FIGURES",
    "MEASURES",
    "STATIONARY",
    "Measured",
    "Point",
    "find",
    "keep",
    "key",
]


MEASURES: Mapping[str, tuple[str, ...]] = {
    "gates": (),
    "split": (),
    "area": ("library",),
    "cells": ("library", "wires"),
    "curve": ("library", "wires"),
    "energy": ("library", "stimulus", "wires"),
    "parts": ("library", "stimulus"),
    "spread": ("library", "stimulus"),
    "clock": ("library", "stimulus", "clock", "wires", "least", "mapping"),
    "luts": ("device", "dsp"),
    "fpga": ("device", "seed", "dsp"),
    "error": ("stimulus",),
    "core": ("library", "stimulus"),
    "check": (),
}
"""What can be measured, and which of a point's further fields it takes."""

_DETAILS = ("split", "parts", "spread", "check")
FIGURES = tuple(measure for measure in MEASURES if measure not in _DETAILS)
"""What gives figures of its own: the others are detail alone."""

STATIONARY = " stationary"
"""What a stimulus of ``energy`` ends in when weights stay for a stretch; a file is as it is."""

FASTEST = "fastest"
"""A clock in place of a period: as short as one was found that the circuit meets."""

ENERGY = "energy"
"""What is to be least at a clock, in place of the area."""

_KIND = "points"  # of the cache
_FIELDS = ("library", "stimulus", "device", "seed", "dsp", "clock", "wires", "least", "mapping")
_NEEDED = ("stimulus", "device", "clock")  # the other fields have a default that means something


@dataclass(frozen=True, order=True)
class Point:
    """One measurement to make.

    Parameters
    ----------
    design : str
        A design's name; the canonical one is put in its place.
    measure : str
        One of :data:`MEASURES`.
    library : tuple of str
        Liberty files' paths, together one library; empty for
        :data:`lmul.synth.liberty.default.EMBEDDED`.
    stimulus : str
        Of ``energy``, ``parts``, ``spread``, ``core`` and ``clock``: ``"uniform"``,
        ``"gaussian"``, ``"attention QK"``, ``"attention AV"``, one of them with :data:`STATIONARY`
        behind it, or an ``.npz`` file's path. Of ``error``: ``"attention QK"``, ``"attention AV"``,
        ``"mantissas"``.
    device : str
        Of ``luts`` a family, of ``fpga`` a device.
    seed : int
        Of ``fpga``: the placer's.
    dsp : bool
        Of ``luts`` and ``fpga``: DSP blocks may be used.
    clock : str
        Of ``clock``, such as ``"60fo4"``: :func:`lmul.synth.timing.search.clock.period_ps`;
        or :data:`FASTEST`.
    wires : str
        Of ``cells``, ``curve``, ``energy`` and ``clock``: one of
        :data:`lmul.synth.layout.wires.SETTINGS`; empty for none.
    least : str
        Of ``clock``: :data:`ENERGY`; empty for the area.
    mapping : str
        Of ``clock``: the name of the only way to map it; empty for all that are searched.

    Raises
    ------
    TypeError, ValueError
        For an unknown measure; for a wrong design name; for a field that the measure has no use
        for, or one that it needs.
    """

    design: str
    measure: str
    library: tuple[str, ...] = ()
    stimulus: str = ""
    device: str = ""
    seed: int = 0
    dsp: bool = False
    clock: str = ""
    wires: str = ""
    least: str = ""
    mapping: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "design", Design.parse(self.design).name)
        if self.wires == NONE:
            object.__setattr__(self, "wires", "")
        if self.measure not in MEASURES:
            raise ValueError(f"Unknown measure {self.measure!r}: use {', '.join(MEASURES)}")
        taken = MEASURES[self.measure]
        for name in _FIELDS:
            value = getattr(self, name)
            if value and name not in taken:
                raise ValueError(f"Measure {self.measure!r} takes no {name}, not {value!r}")
            if not value and name in taken and name in _NEEDED:
                raise ValueError(f"Measure {self.measure!r} needs a {name}")
        if self.stimulus.endswith(f".npz{STATIONARY}"):
            raise ValueError(f"A stimulus file is taken as it is, not{STATIONARY}")

    @property
    def liberty(self) -> tuple[Path, ...]:
        """The library's files."""
        return tuple(Path(file) for file in self.library) or (EMBEDDED,)

    @property
    def label(self) -> str:
        """For progress and failures: what is measured of what."""
        library = "+".join(Path(file).name for file in self.library)
        further = [library, Path(self.stimulus).name, self.device, self.clock]
        further += [f"seed {self.seed}"] * (self.measure == "fpga") + ["DSPs"] * self.dsp
        further += [f"{self.wires} wires"] * bool(self.wires)
        further += [f"least {self.least}"] * bool(self.least) + [self.mapping]
        told = ", ".join(part for part in further if part)
        return f"{self.measure} of {self.design}" + (f" ({told})" if told else "")


@dataclass(frozen=True)
class Measured:
    """What a point gave.

    Attributes
    ----------
    metrics : tuple of Metric
        Its figures under the names that reports use.
    detail : mapping
        What is no single figure, as JSON can hold it: by :mod:`lmul.synth.measure.measure`.
    """

    metrics: tuple[Metric, ...]
    detail: Mapping[str, Any]


def find(point: Point) -> Measured | None:
    """The kept result of a point, or None; nothing is measured.

    Raises
    ------
    OSError
        When a file that the point names can't be read.
    """
    kept = cache.find(_KIND, key(point))
    return _read(kept) if kept else None


def keep(point: Point, result: Measured) -> Measured:
    """Keep the result of a point for :func:`find`, and return it as it is read from the cache.

    Raises
    ------
    OSError
        When the cache can't be written.
    """
    document = {
        "point": asdict(point),
        "metrics": [asdict(metric) for metric in result.metrics],
        "detail": result.detail,
    }
    text = json.dumps(document, allow_nan=False)
    cache.keep(_KIND, key(point), text)
    return _read(text)


def _read(text: str) -> Measured:
    kept = json.loads(text)
    return Measured(tuple(Metric(**one) for one in kept["metrics"]), kept["detail"])


def key(point: Point) -> str:
    """The hash of all that a point's result depends on.

    A library and a stimulus file count by their content; the stimulus's name too, since results
    carry it.

    Raises
    ------
    OSError
        When one of them can't be read.
    """
    facts: dict[str, Any] = asdict(point)
    facts["sources"] = measuring_digest()
    facts["tools"] = tool_versions(point.measure)
    if "library" in MEASURES[point.measure]:
        facts["library"] = digest(point.liberty)
    if point.stimulus.endswith(".npz"):
        path = Path(point.stimulus)
        facts["stimulus"] = [path.name, file_digest(path)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
