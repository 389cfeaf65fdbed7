"""Files are written whole or not at all, whatever is in the way."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

from lmul.tools.files import write_whole


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: a file's content, None for a folder."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None
        for p in sorted(folder.rglob("*"))
    }


def test_writes_text_and_bytes(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    written = write_whole(target, {"x.v": "µ\n\r\n", "y.bin": b"\x00\xff"})
    assert written == [target / "x.v", target / "y.bin"]
    assert tree(target) == {"x.v": "µ\n\r\n".encode(), "y.bin": b"\x00\xff"}


def test_replaces(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("old")
    write_whole(tmp_path, {"x": "new"})
    assert tree(tmp_path) == {"x": b"new"}


def test_permissions_follow_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        (written,) = write_whole(tmp_path, {"x": ""})
    finally:
        os.umask(before)
    assert written.stat().st_mode & 0o777 == 0o640


def test_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_whole(Path("out/deep"), {"x": "1"}) == [Path("out/deep/x")]
    assert write_whole(Path(), {"y": "2"}) == [Path("y")]
    assert tree(tmp_path) == {"out": None, "out/deep": None, "out/deep/x": b"1", "y": b"2"}


def test_another_writer_makes_the_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path.mkdir

    def late(folder: Path, *rest: Any, **more: Any) -> None:
        made(folder)
        made(folder, *rest, **more)

    monkeypatch.setattr(Path, "mkdir", late)
    assert write_whole(tmp_path / "a" / "b", {"c/x": "1"}) == [tmp_path / "a" / "b" / "c" / "x"]


def test_another_writer_puts_a_file_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path.mkdir

    def late(folder: Path, *rest: Any, **more: Any) -> None:
        folder.write_text("in the way")
        made(folder, *rest, **more)

    monkeypatch.setattr(Path, "mkdir", late)
    with pytest.raises(OSError, match="File exists; nothing was written"):
        write_whole(tmp_path / "a", {"x": "1"})


def test_folders_below(tmp_path: Path) -> None:
    files = {"x": "1", "a/y": "2", "a/b/z": "3"}
    assert write_whole(tmp_path / "out", files) == [tmp_path / "out" / name for name in files]
    there = tree(tmp_path / "out")
    assert there == {"a": None, "a/b": None, "a/b/z": b"3", "a/y": b"2", "x": b"1"}
    (tmp_path / "out" / "c").write_text("in the way")
    with pytest.raises(OSError, match="nothing was written"):
        write_whole(tmp_path / "out", {"x": "new", "d/y": "new", "c/y": "new"})
    assert tree(tmp_path / "out") == there | {"c": b"in the way"}


def test_file_in_place_of_folder(tmp_path: Path) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("mine")
    for folder in (blocked, blocked / "deep"):
        with pytest.raises(OSError, match="nothing was written") as caught:
            write_whole(folder, {"x": "1"})
        assert re.search(r"^\[Errno \d+\] (File exists|Not a directory);", str(caught.value))
        assert "\n" not in str(caught.value)
    assert tree(tmp_path) == {"out": b"mine"}


def test_folder_in_place_of_file(tmp_path: Path) -> None:
    (tmp_path / "y").mkdir()
    (tmp_path / "x").write_text("old")
    message = f"[Errno 21] Is a directory; nothing was written: '{tmp_path / 'y'}'"
    with pytest.raises(IsADirectoryError, match=f"^{re.escape(message)}$"):
        write_whole(tmp_path, {"x": "new", "y": "1"})
    assert tree(tmp_path) == {"x": b"old", "y": None}


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full at the second file: new folders go, the old file stays."""
    (tmp_path / "x").write_text("old")
    real = Path.open

    def full(path: Path, *args: Any):
        return real(Path("/dev/full"), "wb") if ".y." in path.name else real(path, *args)

    monkeypatch.setattr(Path, "open", full)
    for folder in (tmp_path, tmp_path / "new" / "deep"):
        message = f"[Errno 28] No space left on device; nothing was written: '{folder / 'y'}'"
        with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
            write_whole(folder, {"x": "new", "y": "1" * 100_000})
    monkeypatch.undo()
    assert tree(tmp_path) == {"x": b"old"}


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def interrupted(path: Path, *args: Any):
        if ".y." in path.name:
            raise KeyboardInterrupt
        return real(path, *args)

    monkeypatch.setattr(Path, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path, {"x": "1", "y": "2"})
    monkeypatch.undo()
    assert tree(tmp_path) == {}


def test_unwritable_folder() -> None:
    # Not tmp_path: root's is closed to the user that this test becomes.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        user = os.geteuid()
        message = f"[Errno 13] Permission denied; nothing was written: '{folder / 'x'}'"
        try:
            if user == 0:  # root may write anywhere
                os.seteuid(65534)
            with pytest.raises(PermissionError, match=f"^{re.escape(message)}$"):
                write_whole(folder, {"x": "1"})
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
        assert tree(folder) == {}


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a//b", "a/../../b", "a/", "./a", "/etc/passwd", "a\\b"]
)
def test_wrong_name(tmp_path: Path, name: str) -> None:
    message = f"A file's name must be a path below its folder, not {name!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        write_whole(tmp_path / "new", {"x": "1", name: "2"})
    assert tree(tmp_path) == {}
