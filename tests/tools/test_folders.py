"""Where builds and caches go, wherever one stands and whatever can be written."""

import os
import stat
from pathlib import Path

import pytest

from lmul.tools import folders
from lmul.tools.folders import build_root, tool_variables, wasm_environment, without_blanks

NOWHERE = "/proc/nohome"  # nothing can be made in /proc, by root neither
CHECKOUT = '[project]\nname = "lmul"\n'


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    for name in ("LMUL_BUILD", "XDG_CACHE_HOME", "YOWASP_CACHE_DIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(folders.tempfile, "gettempdir", lambda: str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "home"


@pytest.fixture
def checkout(tmp_path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "examples" / "deep").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(CHECKOUT)
    return folder


def test_in_a_checkout_and_below_it(checkout, monkeypatch):
    for place in (checkout, checkout / "examples", checkout / "examples" / "deep"):
        monkeypatch.chdir(place)
        assert build_root() == checkout / "build"


def test_in_another_project(checkout, home, monkeypatch):
    (checkout / "pyproject.toml").write_text(CHECKOUT.replace("lmul", "lmul-user"))
    monkeypatch.chdir(checkout)
    assert build_root() == home / ".cache" / "lmul"


def test_elsewhere(home, tmp_path, monkeypatch):
    assert build_root() == home / ".cache" / "lmul"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert build_root() == tmp_path / "xdg" / "lmul"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_named_folder_goes_before_all(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("LMUL_BUILD", "mine")
    assert build_root() == checkout / "mine"
    monkeypatch.setenv("LMUL_BUILD", "")
    assert build_root() == checkout / "build"


def test_a_checkout_that_cannot_be_written(checkout, home, monkeypatch):
    monkeypatch.chdir(checkout)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != checkout and access(path, mode))
    assert build_root() == home / ".cache" / "lmul"


def test_a_home_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", NOWHERE)
    own = tmp_path / f"lmul-{os.getuid()}"
    assert build_root() == own
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_the_temporary_folder_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", NOWHERE)
    (tmp_path / "other").mkdir()
    (tmp_path / f"lmul-{os.getuid()}").symlink_to(tmp_path / "other")
    with pytest.raises(PermissionError, match="set LMUL_BUILD"):
        build_root()


def test_tools_write_where_they_can(home, tmp_path, monkeypatch):
    assert tool_variables() == {}
    monkeypatch.setenv("HOME", NOWHERE)
    monkeypatch.setenv("LMUL_BUILD", str(tmp_path / "build"))
    place = tmp_path / "build" / "cache" / "home"
    assert tool_variables() == {
        "XDG_CACHE_HOME": str(place),
        "YOWASP_CACHE_DIR": str(place / "YoWASP"),
        "MPLCONFIGDIR": str(place),
    }
    monkeypatch.setenv("YOWASP_CACHE_DIR", "/users/own")
    monkeypatch.setenv("YOWASP_MOUNT", "/users=/own")
    found = wasm_environment()
    assert (found["YOWASP_CACHE_DIR"], found["XDG_CACHE_HOME"]) == ("/users/own", str(place))
    assert "YOWASP_MOUNT" not in found


def test_no_place_at_all(monkeypatch):
    monkeypatch.setenv("HOME", NOWHERE)
    monkeypatch.setenv("LMUL_BUILD", NOWHERE)
    with pytest.raises(OSError, match="nohome"):
        tool_variables()


def test_a_path_without_blanks_is_itself(tmp_path):
    assert without_blanks(tmp_path) == tmp_path


def test_a_path_with_blanks_gets_a_link(tmp_path):
    place = tmp_path / "my own\tfolder"
    place.mkdir()
    (place / "file").write_text("here")
    link = without_blanks(place)
    assert (link / "file").read_text() == "here"
    assert not any(character.isspace() for character in str(link))
    link.unlink()
    assert without_blanks(place) == link and (link / "file").read_text() == "here"
