"""What `lmul sim` says of designs that were simulated."""

from collections.abc import Iterator
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.sim.runner.simulate import SimulationResult
from lmul.sim.runner.suite import Suite
from lmul.tools.errors import ToolFailed

__all__ = ["simulation_json", "simulation_lines"]


def simulation_lines(suite: Suite, simulator: str, seed: int) -> Iterator[str]:
    """A line on each design, one on each failure below it, and where the files are."""
    for design, result in suite.results.items():
        if isinstance(result, ToolFailed):
            yield f"{design.name}: not simulated: {result}"
            continue
        what = "sums" if design.level in ("pe", "array") else "products"
        yield (
            f"{design.name}: {_verdict(result)}, {result.tests} tests, {result.failures} failures, "
            f"{result.vectors:,} {what} compared, {simulator}, {result.seconds:.1f} s"
        )
        for failure in result.failed:
            yield f"failed: {failure.test}: {failure.message}"
        if result.waves:
            yield f"waves:   {result.waves}"
    if len(suite.results) > 1:
        good = sum(_verdict(result) == "passed" for result in suite.results.values())
        yield f"{good} of {len(suite.results)} designs passed"
    yield f"results: {suite.junit} (seed {seed})"


def simulation_json(suite: Suite, simulator: str, seed: int) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "schema": 1,
        "simulator": simulator,
        "seed": seed,
        "junit": str(suite.junit),
        "passed": suite.passed,
        "designs": [_design_json(design, result) for design, result in suite.results.items()],
    }


def _verdict(result: SimulationResult | ToolFailed) -> str:
    if isinstance(result, ToolFailed):
        return "not simulated"
    return "passed" if result.passed else "failed"


def _design_json(design: Design, result: SimulationResult | ToolFailed) -> dict[str, Any]:
    told: dict[str, Any] = {"design": design.name, "verdict": _verdict(result)}
    if isinstance(result, ToolFailed):
        return told | {"message": str(result)}
    return told | {
        "tests": result.tests,
        "failures": result.failures,
        "compared": result.vectors,
        "seconds": round(result.seconds, 3),
        "waves": str(result.waves) if result.waves else None,
        "failed": [
            {"test": failure.test, "error": failure.error, "message": failure.message}
            for failure in result.failed
        ],
    }
