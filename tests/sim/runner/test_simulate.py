"""Simulations of single designs on both simulators, and what they leave behind."""

from xml.etree import ElementTree

import pytest
from outside import NEEDS_ICARUS

from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.runner.simulate import simulate


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tests", "vectors"),
    [
        ("lmul-e4m3-s1-o3", 5, 65536),
        pytest.param("lmul-fp16-zfgsp", 3, 1 << 20, marks=pytest.mark.evidence),
        pytest.param("exact-e4m3-s2", 5, 65536, marks=pytest.mark.evidence),
        pytest.param("lmul_rne-e5m2-ftz-s3", 5, 65536, marks=pytest.mark.evidence),
        pytest.param("product-exact-fp32", 3, None, marks=pytest.mark.evidence),
    ],
)
def test_verilator(name, tests, vectors, tmp_path):
    result = simulate(UnitDesign.parse(name), out=tmp_path)
    assert result.failed == ()
    assert result.tests == tests
    assert result.vectors == vectors if vectors else result.vectors > 60000


@NEEDS_ICARUS
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "exact-e2m1-lax",
        "lmul-e3m2-s3",
        "product-lmul-e2m3",
        pytest.param("lmul-e4m3", marks=pytest.mark.evidence),
        pytest.param("lmul_formula-e5m2-ftz", marks=pytest.mark.evidence),
    ],
)
def test_icarus(name, tmp_path):
    result = simulate(UnitDesign.parse(name), "icarus", out=tmp_path)
    assert result.failed == ()
    assert result.tests == (5 if name.endswith("s3") else 3)
    assert result.vectors > 250


@pytest.mark.evidence
def test_waves_progress_junit(tmp_path):
    seen = []
    design = UnitDesign.parse("mitchell-e2m1-s1")
    result = simulate(design, waves=True, out=tmp_path, on_progress=lambda *x: seen.append(x[:2]))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert result.waves is not None and result.waves.read_text().count("$var") > 8
    root = ElementTree.parse(result.junit).getroot()
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["corners", "latency", "stalls", "reset", "all_pairs"]
    assert (root.get("tests"), root.get("failures")) == ("5", "0")
    assert not list((tmp_path / "mitchell-e2m1-s1-verilator").rglob("*.bin"))


@NEEDS_ICARUS
@pytest.mark.slow
def test_waves_icarus(tmp_path):
    result = simulate(UnitDesign.parse("mitchell-e2m1"), "icarus", waves=True, out=tmp_path)
    assert result.failures == 0
    assert result.waves is not None and result.waves.stat().st_size > 100
