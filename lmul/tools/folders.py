"""Where builds and caches lie: ``build`` of a checkout, else the user's cache folder."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["build_root", "tool_variables", "wasm_environment", "without_blanks"]

_OURS = re.compile(r'^name = "lmul"$', re.MULTILINE)


def build_root() -> Path:
    """Where builds and caches go; absolute, and not always there yet.

    ``LMUL_BUILD`` where it is set. Else, in a checkout of lmul and in any folder below it, the
    checkout's ``build``. Elsewhere, or where that can't be written, ``lmul`` in the user's cache
    folder (``~/.cache``); where that can't be written either, a folder of the user's own beside
    other temporary files.

    Raises
    ------
    PermissionError
        When the last of these is not the user's own.
    """
    if named := os.environ.get("LMUL_BUILD"):
        return Path(named).absolute()
    for folder in _checkouts():
        place = folder / "build"
        if os.access(place if place.exists() else folder, os.W_OK | os.X_OK):
            return place
    cache = user_cache_path("lmul")
    return cache if _writable(cache.parent) else _temporary()


def tool_variables() -> dict[str, str]:
    """Variables for tools that keep files in the user's cache folder, where it can't be written.

    The tools that are compiled to WebAssembly keep their machine code, matplotlib its list of
    fonts. Nothing is set where they can write, nor what the user has set.

    Raises
    ------
    OSError
        When there is no other place for them either.
    """
    if _writable(user_cache_path("lmul").parent):
        return {}
    home = build_root() / "cache" / "home"
    home.mkdir(parents=True, exist_ok=True)
    wanted = {"XDG_CACHE_HOME": home, "YOWASP_CACHE_DIR": home / "YoWASP", "MPLCONFIGDIR": home}
    return {
        name: str(folder)
        for name, folder in wanted.items()
        if name == "XDG_CACHE_HOME" or name not in os.environ
    }


def wasm_environment() -> dict[str, str]:
    """The variables of a process that runs a tool compiled to WebAssembly."""
    # A mount list of someone's shell would hide the working directory from the tool.
    ours = {name: value for name, value in os.environ.items() if name != "YOWASP_MOUNT"}
    return ours | tool_variables()


def without_blanks(path: Path) -> Path:
    """The same file or folder by a path that make and shells can't take for two.

    A path with blanks in it gets a link with none, in a temporary folder, made anew when it is
    gone; any other path is returned as it is.

    Raises
    ------
    OSError
        When the link can't be made.
    """
    if not any(character.isspace() for character in str(path)):
        return path
    # The link's name is that of its target alone, since programs that are kept name it.
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    link = _temporary() / "links" / name
    link.parent.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        link.symlink_to(path)
    return link


def _checkouts() -> Iterator[Path]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        project = folder / "pyproject.toml"
        if project.is_file() and _OURS.search(project.read_text(errors="replace")):
            yield folder


def _writable(folder: Path) -> bool:
    """Whether files can be made in ``folder``, which is made if need be."""
    if not folder.is_absolute():  # no home is known
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """A folder of this user alone, its path without blanks."""
    temporary = tempfile.gettempdir()
    if any(character.isspace() for character in temporary):
        temporary = "/tmp"
    folder = Path(temporary) / f"lmul-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # Whoever else could write here could have their programs run by this user.
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022 or not folder.is_dir():
        reason = "Another user's folder; set LMUL_BUILD to one for builds and caches"
        raise PermissionError(1, reason, str(folder))
    return folder
