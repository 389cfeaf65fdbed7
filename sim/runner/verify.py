"""Verifies whole families of circuits: every pair, every bit, one simulation a format."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.sim.reference.circuit import Circuit
from lmul.sim.reference.vectors import SEED, WIDE_PAIRS
from lmul.sim.runner.build import Simulation
from lmul.sim.runner.plan import Plan
from lmul.sim.runner.run import Outcome, run
from lmul.sim.runner.wrapper import WRAPPER, wrapper
from lmul.tools.errors import ToolFailed
from lmul.tools.folders import build_root

__all__ = ["Progress", "VerifyResult", "bulk_simulation", "family", "verify", "verify_format"]


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class VerifyResult:
    """One format's circuits against the golden model.

    Attributes
    ----------
    format : FloatFormat
    units : int
        Circuits compared.
    pairs : int
        Operand pairs that each was given.
    products : int
        Results compared, ``units * pairs``.
    mismatches : int
        Results that were wrong in any bit.
    seconds : float
        Generating, building, simulating and comparing.
    examples : tuple of str
        The first wrong results of each circuit, with operands, in hexadecimal.
    """

    format: FloatFormat
    units: int
    pairs: int
    products: int
    mismatches: int
    seconds: float
    examples: tuple[str, ...] = ()


def family(
    fmt: FloatFormat,
    kinds: Iterable[Kind] | None = None,
    policies: Iterable[Policy | str] | None = None,
) -> list[UnitDesign]:
    """The combinational multipliers of a format: every kind that it can have, every policy."""
    chosen = [Policy.parse(policy) for policy in (POLICIES if policies is None else policies)]
    return [
        UnitDesign(kind, fmt, policy=policy)
        for kind in (KINDS if kinds is None else kinds)
        if KINDS[kind].exists_for(fmt)
        for policy in chosen
    ]


def bulk_simulation(
    circuits: Sequence[Circuit], count: int = WIDE_PAIRS, seed: int = SEED
) -> Simulation:
    """The simulation of circuits under one wrapper."""
    sources = {f"{circuit.design.module_name}.v": circuit.verilog for circuit in circuits}
    return Simulation(
        sources | {f"{WRAPPER}.v": wrapper(circuits)},
        WRAPPER,
        ("clk", "done", "unknown"),
        "lmul.sim.benches.bulk",
        Plan(tuple(circuits), count, seed),
    )


def verify_format(
    designs: Sequence[UnitDesign],
    simulator: str = "verilator",
    count: int = WIDE_PAIRS,
    seed: int = SEED,
    verilog: Mapping[UnitDesign, str] | None = None,
) -> VerifyResult:
    """Compare designs of one format with the golden model in one simulation.

    Parameters
    ----------
    designs : sequence of UnitDesign
        Of the same format and number of stages.
    simulator : str
    count : int
        Pairs for formats of more than 8 bits; narrower ones are exhausted.
    seed : int
        Of those pairs.
    verilog : mapping, optional
        Text to simulate in place of a design's own.

    Raises
    ------
    ToolNotFound, ToolFailed
        See :func:`lmul.sim.runner.run.run`; ToolFailed also when the bench fails without comparing.
    """
    start = time.monotonic()
    circuits = [Circuit.of(design, (verilog or {}).get(design)) for design in designs]
    place = build_root() / "sim" / "verify"
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{designs[0].format.name}-", dir=place))
    outcome = run(bulk_simulation(circuits, count, seed), folder, simulator)
    report = comparison(folder, outcome)
    if not outcome.failures:
        shutil.rmtree(folder)
    return VerifyResult(
        designs[0].format,
        len(designs),
        next(iter(report.values()))["results"],
        sum(each["results"] for each in report.values()),
        sum(each["mismatches"] for each in report.values()),
        time.monotonic() - start,
        tuple(f"{name}: {e}" for name, each in report.items() for e in each["examples"]),
    )


def comparison(folder: Path, outcome: Outcome) -> dict[str, dict]:
    """What the bulk bench left in its folder: a design's name to its Comparison."""
    path = folder / "comparison.json"
    if not path.exists():
        first = outcome.failures[0]
        raise ToolFailed(f"The bulk bench compared nothing: {first.error}: {first.message}")
    return json.loads(path.read_text())


def verify(
    formats: Iterable[FloatFormat | str] | None = None,
    kinds: Iterable[Kind] | None = None,
    policies: Iterable[Policy | str] | None = None,
    on_progress: Progress | None = None,
    simulator: str = "verilator",
) -> list[VerifyResult]:
    """Compare every multiplier of the given formats, kinds and policies with the golden model.

    All pairs of formats up to 8 bits, 2**20 of the wider ones
    (:func:`lmul.sim.reference.vectors.pairs`);
    the four presets where ``policies`` is None. The files of a failing format stay under
    ``build/sim/verify``.

    Returns
    -------
    list of VerifyResult
        In the order of ``formats``.

    Raises
    ------
    ValueError, ToolNotFound, ToolFailed
        For an unknown name; see :func:`lmul.sim.runner.run.run`.
    """
    chosen = [_format(fmt) for fmt in (FORMATS if formats is None else formats)]
    kinds = None if kinds is None else list(kinds)
    policies = None if policies is None else list(policies)
    families = [family(fmt, kinds, policies) for fmt in chosen]
    results: dict[int, VerifyResult] = {}
    report = on_progress or (lambda done, total, label: None)
    total = sum(len(designs) > 0 for designs in families)
    report(0, total, "starting")
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        waiting = {
            pool.submit(verify_format, designs, simulator): index
            # The widest take longest: started last, one of them would end alone.
            for index, designs in sorted(
                enumerate(families), key=lambda item: -chosen[item[0]].width
            )
            if designs
        }
        try:
            for future in as_completed(waiting):
                result = future.result()
                results[waiting[future]] = result
                report(len(results), total, f"{result.format.name}: {result.products:,} products")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [results[index] for index in sorted(results)]


def _format(fmt: FloatFormat | str) -> FloatFormat:
    if isinstance(fmt, FloatFormat):
        return fmt
    if fmt not in FORMATS:
        raise ValueError(f"Unknown format {fmt!r}: use {', '.join(FORMATS)}")
    return FORMATS[fmt]
