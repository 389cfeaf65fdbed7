"""What is kept is taken again while it is whole, and made again when it is not."""

import subprocess
from pathlib import Path

import pytest

from lmul.hdl.designs.design import Design
from lmul.hdl.verilog import cache as verilog_cache
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.emit import emit
from lmul.tools.cache import cache_folder, find, keep, kept, object_cache
from lmul.tools.sources import source_files


@pytest.fixture(autouse=True)
def build(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))
    return tmp_path / "build"


def flip(path: Path, place: int) -> None:
    """One bit of a file, as a bad disk or a bad hand leaves it."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_a_text_is_found_as_it_was_kept(build):
    assert find("synth", "a1") is None
    for text in ("one\nµ\r\n", "", "\n"):
        keep("synth", "a1", text)
        assert find("synth", "a1") == text
    assert find("synth", "a2") is None and find("fpga", "a1") is None
    assert [path.relative_to(build) for path in build.rglob("a1")] == [Path("cache/synth/a1")]


def test_no_flipped_bit_is_a_result():
    keep("synth", "a1", "delay 0.936")
    place = cache_folder("synth") / "a1"
    for byte in range(place.stat().st_size):
        flip(place, byte)
        assert find("synth", "a1") is None
        flip(place, byte)
    assert find("synth", "a1") == "delay 0.936"


def test_a_cut_an_empty_and_an_exchanged_file_are_no_results():
    keep("synth", "a1", "delay 0.936")
    keep("synth", "a2", "delay 0.384")
    place, other = (cache_folder("synth") / key for key in ("a1", "a2"))
    for content in (place.read_bytes()[:-1], b"", b"\n", other.read_bytes()):
        place.write_bytes(content)
        assert find("synth", "a1") is None
    assert find("synth", "a2") == "delay 0.384"


def test_a_built_folder_is_made_once_and_again_when_damaged():
    made = []

    def make(folder: Path) -> None:
        assert not list(folder.iterdir())
        made.append(folder)
        (folder / "program").write_text("program")
        (folder / "inner").mkdir()
        (folder / "inner" / "data").write_text("data")

    folder = kept("sim", ["a"], make)
    assert kept("sim", ["a"], make) == folder and len(made) == 1
    (folder / "left by a run").write_text("")
    kept("sim", ["a"], make)
    assert len(made) == 1
    stamp = next(folder.glob("*.json"))
    damages = [
        lambda: flip(folder / "program", 3),
        lambda: flip(folder / "inner" / "data", 0),
        lambda: (folder / "program").unlink(),
        lambda: stamp.write_text("[]"),
        lambda: stamp.write_text(""),
        stamp.unlink,
    ]
    for times, damage in enumerate(damages, start=2):
        damage()
        assert kept("sim", ["a"], make) == folder and len(made) == times
        assert (folder / "program").read_text() == "program"
    kept("sim", ["b"], make)
    assert len(made) == len(damages) + 2


def test_a_build_that_failed_is_no_build():
    def fails(folder: Path) -> None:
        (folder / "build.log").write_text("no")
        raise RuntimeError("no")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            kept("sim", ["a"], fails)
    assert (kept("sim", ["a"], lambda folder: None) / "build.log").exists() is False


def test_damaged_verilog_is_elaborated_again():
    design = Design.parse("product-lmul-e2m1")
    text = verilog_of(design)
    [place] = cache_folder("verilog").iterdir()
    place.write_bytes(place.read_bytes().replace(b"^", b"|"))  # as good Verilog as before
    assert verilog_of(design) == text == emit(design)


@pytest.mark.parametrize(
    ("module", "again"), [("lmul.hdl.arithmetic.adders", True), ("lmul.sim.golden.codec", False)]
)
def test_kept_verilog_is_that_of_these_sources(module, again, tmp_path, monkeypatch):
    design = Design.parse("product-lmul-e2m1")
    verilog_of(design)
    assert len(list(cache_folder("verilog").iterdir())) == 1
    files = source_files()
    other = tmp_path / "other.py"
    other.write_text(files[module].read_text() + "\n")
    monkeypatch.setattr(verilog_cache, "source_files", lambda: files | {module: other})
    verilog_cache._sources.cache_clear()
    verilog_of(design)
    assert len(list(cache_folder("verilog").iterdir())) == 1 + again
    verilog_cache._sources.cache_clear()


def test_a_damaged_object_is_compiled_again(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    variables = object_cache(work, "sim", "1")
    compiler = tmp_path / "compiler"
    compiler.write_text('#!/bin/sh\necho run >> ../runs\necho object > "$2"\n')
    compiler.chmod(0o755)
    command = ["./objcache", str(compiler), "-o", "verilated.o"]

    def compiled() -> int:
        subprocess.run(command, cwd=work, env={"PATH": "/usr/bin:/bin"} | variables, check=True)
        assert (work / "verilated.o").read_text() == "object\n"
        return (tmp_path / "runs").read_text().count("run")

    assert (compiled(), compiled()) == (1, 1)
    [place] = Path(variables["LMUL_OBJECTS"]).glob("*verilated.o")
    flip(place, 0)
    assert (compiled(), compiled()) == (2, 2)
    place.unlink()
    assert (compiled(), compiled()) == (3, 3)
