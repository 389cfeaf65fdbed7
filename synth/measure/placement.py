"""What ``lmul fpga`` says of designs: placed and routed from several seeds, measured as points."""

from collections.abc import Iterable, Sequence

from lmul.hdl.designs.design import Design
from lmul.synth.fpga.devices import check_device
from lmul.synth.fpga.luts import LutCount
from lmul.synth.fpga.nextpnr import Routed, placer_version
from lmul.synth.fpga.place import PlacedDesign
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.measure.runs import Progress, all_points

__all__ = ["default_seeds", "place"]


_SEEDS = 5
_SEEDS_OF_ARRAYS = 1


def default_seeds(level: str) -> int:
    """How many seeds a design of a level gets: an array takes minutes each."""
    return _SEEDS_OF_ARRAYS if level == "array" else _SEEDS


def place(
    designs: Iterable[Design | str],
    device: str,
    seeds: int | None = None,
    dsp: bool = False,
    jobs: int | None = None,
    on_progress: Progress | None = None,
) -> list[PlacedDesign]:
    """Place and route designs from several seeds, 1, 2, and so on; what is kept is found again.

    Parameters
    ----------
    designs : iterable of Design or str
    device, dsp
        As for :func:`lmul.synth.fpga.place.place_seed`.
    seeds : int, optional
        How many; five, and one for an array, when left out.
    jobs, on_progress
        As for :func:`lmul.synth.measure.runs.run_points`.

    Returns
    -------
    list of PlacedDesign
        In the order of ``designs``.

    Raises
    ------
    TypeError, ValueError
        As :func:`lmul.synth.fpga.place.place_seed`; when ``seeds`` or ``jobs`` is no positive
        integer.
    ToolNotFound, ToolFailed
        As :func:`lmul.synth.fpga.place.place_seed`.
    """
    placer_version(check_device(device, dsp))
    if seeds is not None and (isinstance(seeds, bool) or not isinstance(seeds, int)):
        raise TypeError(f"Seeds must be a positive integer, not {seeds!r}")
    if seeds is not None and seeds < 1:
        raise ValueError(f"Seeds must be a positive integer, not {seeds!r}")
    points = {
        design: [
            Point(design.name, "fpga", device=device, seed=seed, dsp=dsp)
            for seed in range(1, 1 + (seeds or default_seeds(design.level)))
        ]
        for design in map(Design.parse, designs)
    }
    found = all_points([point for some in points.values() for point in some], jobs, on_progress)
    return [_placed([found[point] for point in some]) for some in points.values()]


def _placed(found: Sequence[Measured]) -> PlacedDesign:
    first = found[0].detail
    seeds = {
        int(seed): Routed(**{**one, "used": {name: tuple(n) for name, n in one["used"].items()}})
        for result in found
        for seed, one in result.detail["seeds"].items()
    }
    cells, wrapper = (LutCount(**first[name]) for name in ("cells", "wrapper"))
    return PlacedDesign(**{**first, "cells": cells, "wrapper": wrapper, "seeds": seeds})
