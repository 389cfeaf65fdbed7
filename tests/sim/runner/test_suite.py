"""Many designs in one results file; simulators are made up here."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lmul.hdl.designs.design import Design
from lmul.sim.runner.run import Failure
from lmul.sim.runner.simulate import SimulationResult, simulate, write_junit
from lmul.sim.runner.suite import designs_like, simulate_all
from lmul.tools.errors import ToolFailed

NAMES = ["lmul-e4m3", "exact-e4m3-s1", "pe-int8"]


def names(designs: list[Design]) -> list[str]:
    return [design.name for design in designs]


def test_designs_like():
    found = designs_like(["lmul-e4m3-s1", "?xact-e5m2-*", "exact-e5m2-ftz", "lmul-e4m3-ocp-s1"])
    assert names(found) == ["lmul-e4m3-s1", "exact-e5m2-bare", "exact-e5m2-lax", "exact-e5m2-ftz"]


def test_designs_like_nothing():
    with pytest.raises(ValueError, match=r"^No design is named like 'x\*'; 'lmul list' shows all$"):
        designs_like(["lmul-e4m3", "x*"])


def made_up(folder: Path, failing: str = ""):
    def simulated(design: Design) -> SimulationResult:
        suite = ElementTree.Element("testsuite", tests="2", failures="0", errors="0")
        for name in ("corners", "reset"):
            ElementTree.SubElement(suite, "testcase", classname=f"{design.name}.b", name=name)
        failed = (Failure("corners", "Mismatch", "wrong"),) if design.name == failing else ()
        suite.set("failures", str(len(failed)))
        junit = write_junit([suite], folder / design.name / "results.xml")
        return SimulationResult(2, len(failed), junit, None, 9, 0.1, failed)

    return simulated


def test_one_file(tmp_path):
    seen: list[tuple[int, int]] = []
    suite = simulate_all(
        [Design.parse(name) for name in NAMES],
        made_up(tmp_path),
        tmp_path / "results.xml",
        2,
        lambda done, total, label: seen.append((done, total)),
    )
    assert suite.passed and not suite.broken
    assert names(list(suite.results)) == NAMES
    assert seen == [(1, 3), (2, 3), (3, 3)]
    root = ElementTree.parse(tmp_path / "results.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("6", "0", "0")
    classes = [case.get("classname") for case in root.iter("testcase")]
    assert classes == [f"{name}.b" for name in NAMES for _ in range(2)]


def test_what_fails_is_told(tmp_path):
    """A design that can't be simulated is an error in the file, and stops no other."""
    sound = made_up(tmp_path, failing="pe-int8")

    def simulated(design: Design) -> SimulationResult:
        if design.name == "lmul-e4m3":
            raise ToolFailed("no compiler")
        return sound(design)

    designs = [Design.parse(name) for name in NAMES]
    suite = simulate_all(designs, simulated, tmp_path / "r.xml", 1, lambda *_: None)
    assert suite.broken and not suite.passed
    root = ElementTree.parse(tmp_path / "r.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "1")
    [error] = root.iter("error")
    assert error.get("message") == "no compiler"


def test_other_errors_come_through(tmp_path):
    def simulated(design: Design) -> SimulationResult:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match=r"^wrong$"):
        simulate_all([Design.parse("pe-int8")], simulated, tmp_path / "r", 1, lambda *_: None)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("name", "tests"),
    [
        ("lmul-e4m3", "corners, no_memory, all_pairs"),
        ("exact-bf16-s2", "corners, latency, stalls, reset, all_pairs"),
        ("pe-int8", "corners, sums, holds, reset, largest"),
    ],
)
def test_unknown_test(name, tests, tmp_path):
    message = f"No test of {name!r} is called 'other': it has {tests}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        simulate(Design.parse(name), out=tmp_path, tests=["corners", "other"])
    assert list(tmp_path.iterdir()) == []
