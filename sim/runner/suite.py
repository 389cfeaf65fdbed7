"""Simulates many designs, some at a time, into one JUnit file."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree

from lmul.hdl.designs.catalogue import named_designs
from lmul.hdl.designs.design import Design
from lmul.sim.runner.simulate import SimulationResult, write_junit
from lmul.tools.errors import ToolFailed

__all__ = ["Suite", "designs_like", "simulate_all"]


@dataclass(frozen=True)
class Suite:
    """What the benches of several designs reported.

    Attributes
    ----------
    results : dict of Design to SimulationResult or ToolFailed
        In the order of the designs; an error where a simulator did not get to a result.
    junit : Path
        All results in one file, in JUnit's format; a test's class is ``DESIGN.BENCH``.
    """

    results: dict[Design, SimulationResult | ToolFailed]
    junit: Path

    @property
    def broken(self) -> bool:
        """Whether a design could not be simulated."""
        return any(isinstance(result, ToolFailed) for result in self.results.values())

    @property
    def passed(self) -> bool:
        """Whether every design was simulated, and none of its tests failed."""
        return all(
            not isinstance(result, ToolFailed) and result.passed for result in self.results.values()
        )


def designs_like(names: Iterable[str]) -> list[Design]:
    """The designs of some names; one with ``*``, ``?`` or ``[`` stands for all listed ones like it.

    Each once, in the order given.

    Raises
    ------
    ValueError
        For a wrong name; for a pattern that no listed design is like.
    """
    found: dict[Design, None] = {}
    for name in names:
        if any(sign in name for sign in "*?["):
            like = [design for design in named_designs() if fnmatchcase(design.name, name)]
            if not like:
                raise ValueError(f"No design is named like {name!r}; 'lmul list' shows all")
            found.update(dict.fromkeys(like))
        else:
            found[Design.parse(name)] = None
    return list(found)


def simulate_all(
    designs: Sequence[Design],
    simulate: Callable[[Design], SimulationResult],
    junit: Path,
    jobs: int,
    on_progress: Callable[[int, int, str], None],
) -> Suite:
    """Simulate designs, ``jobs`` of them at a time, and write one results file.

    Parameters
    ----------
    designs : sequence of Design
    simulate : callable
        See :func:`lmul.sim.runner.simulate.simulate`. A ToolFailed that it raises is a result;
        the other designs are simulated all the same.
    junit : Path
        The file to write.
    jobs : int
    on_progress : callable
        Called with (done, total, label) as designs are done.
    """
    found: dict[Design, SimulationResult | ToolFailed] = {}
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(simulate, design): design for design in designs}
        try:
            for future in as_completed(waiting):
                design = waiting[future]
                error = future.exception()
                if error is not None and not isinstance(error, ToolFailed):
                    raise error
                found[design] = future.result() if error is None else error
                on_progress(len(found), len(designs), design.name)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    results = {design: found[design] for design in designs}
    suites = [suite for design, result in results.items() for suite in _suites(design, result)]
    return Suite(results, write_junit(suites, junit))


def _suites(design: Design, result: SimulationResult | ToolFailed) -> list[ElementTree.Element]:
    if not isinstance(result, ToolFailed):
        return list(ElementTree.parse(result.junit).getroot().iter("testsuite"))
    suite = ElementTree.Element("testsuite", name=design.name, tests="1", failures="0", errors="1")
    case = ElementTree.SubElement(suite, "testcase", classname=design.name, name="simulation")
    ElementTree.SubElement(case, "error", type="ToolFailed", message=str(result))
    return [suite]
