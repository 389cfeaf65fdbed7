"""Which files a measurement's key is made of."""

import subprocess
import sys
from pathlib import Path

import pytest

from lmul.synth.measure import provenance
from lmul.synth.measure.measurement import Point, key
from lmul.synth.measure.provenance import MEASURING
from lmul.tools.sources import files_digest, source_files, sources_of


@pytest.fixture(scope="module")
def files() -> dict[str, Path]:
    return source_files()


@pytest.fixture(scope="module")
def measuring(files) -> dict[str, Path]:
    return sources_of(MEASURING, files)


def test_what_measures_counts(measuring):
    assert set(measuring) >= {
        *(
            "lmul.hdl.numbers.formats",
            "lmul.hdl.mac.pe",
            "lmul.hdl.products.registry",
            "lmul.hdl.verilog.emit",
        ),
        *("lmul.sim.golden.multiply", "lmul.tools.yosys", "lmul.sim.accuracy/attention.npz"),
        *(
            "lmul.synth.gates.count",
            "lmul.synth.measure.variation",
            "lmul.synth.energy.array",
            "lmul.synth.fpga.place",
        ),
        *("lmul.synth.liberty/cells.lib", "lmul.synth.gatesim/cell_delays.h"),
    }


def test_what_shows_does_not(files, measuring):
    shows = {
        *("lmul.commands.measure.report", "lmul.synth.tables.cells", "lmul.synth.report.findings"),
        *("lmul.synth.report.html", "lmul.synth.report/report.css", "lmul.synth.pictures.picture"),
        *("lmul.synth.sweep.table", "lmul.sim.benches.bulk"),
    }
    assert shows <= set(files)
    assert not shows & set(measuring)


@pytest.mark.parametrize(
    ("name", "counts"), [("lmul.hdl.mac.pe", True), ("lmul.synth.tables.cells", False)]
)
def test_a_comma_changes_the_key_where_it_counts(name, counts, files, tmp_path, monkeypatch):
    point = Point("lmul-e4m3-ftz", "gates")
    before = key(point)
    other = tmp_path / "other.py"
    other.write_bytes(files[name].read_bytes() + b"\n# ,\n")
    monkeypatch.setattr(provenance, "source_files", lambda: files | {name: other})
    provenance.measuring_digest.cache_clear()
    try:
        assert (key(point) != before) is counts
    finally:
        provenance.measuring_digest.cache_clear()


def test_a_file_leads_to_what_it_imports_or_names(tmp_path):
    texts = {
        "p.top": "from p import one\nfrom p.two import x\n\ndef f():\n    import p.late\n",
        "p.one": "NAMES = {'k': 'p.by_name'}\nopen(__file__[:-6] + 'table.bin')",
        "p.two": "READS = 'table.csv'",
        "p.late": "from p import name_of_the_package\nimport p.top\nimport q.inner",
        "q": "from q import beside",  # a face that imports
        "q.inner": "",
        "q.beside": "",
        "p.by_name": "",
        "p.other": "import p.top",
        "p": "",
        "p/table.csv": "1",
        "p/page.css": "",
    }
    files = {}
    for number, (name, text) in enumerate(texts.items()):
        files[name] = tmp_path / f"{number}"
        files[name].write_text(text)
    found = sources_of("p.top", files)
    assert list(found) == sorted({*texts} - {"p.other", "p/page.css"})
    before = files_digest(found)
    files["p/table.csv"].write_text("2")
    assert files_digest(found) != before


@pytest.mark.slow  # measures in a process of its own
def test_nothing_is_loaded_that_does_not_count():
    # What the front door loads itself is no part of a measurement; what comes on top is.
    script = """
        import sys
        import lmul
        front = set(sys.modules)
        from lmul.synth.measure.measurement import Point
        from lmul.synth.measure.measure import measure
        measure(Point("lmul-e2m1-ftz", "gates"))
        measure(Point("lmul-e2m1-ftz", "energy", stimulus="uniform"))
        measure(Point("pe-int8", "split"))
        measure(Point("array-int8-1x1-os", "energy", stimulus="uniform"))
        measure(Point("lmul-e2m1", "error", stimulus="mantissas"))
        print(*(name for name in set(sys.modules) - front if name.startswith("lmul.")))
    """
    text = "\n".join(line.strip() for line in script.splitlines())
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert {
        "lmul.synth.gates.count",
        "lmul.hdl.array.os_array",
        "lmul.synth.energy.array",
    } <= loaded
    files = source_files()
    passed_through = loaded - set(sources_of(MEASURING, files))
    assert passed_through <= {"lmul.hdl", "lmul.synth"}  # front doors
