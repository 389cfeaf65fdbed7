"""What takes long to build, kept under ``build/cache`` by the hash of all that goes into it.

A lock stands before each, so that parallel runs share builds and never meet in one folder.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lmul.hdl.errors import ToolFailed

__all__ = ["check_path", "first_error", "kept", "locked", "object_cache"]

_OBJCACHE = """\
#!/bin/sh
# Keeps objects that many builds share and that take longer to compile than a circuit: Verilator's
# own library, and cocotb's main program, which depends on the circuit's ports alone.
object=
previous=
for word in "$@"; do
  [ "$previous" = -o ] && object=$word
  previous=$word
done
case $object in
  verilated*.o) header=/dev/null ;;
  verilator.o) header=Vtop.h ;;
  *) exec "$@" ;;
esac
key=$( (printf '%s ' "$@"; cat "$header") | sha256sum | cut -c -24)
kept=$LMUL_OBJECTS/$key-$object
if [ -f "$kept" ]; then
  exec cp "$kept" "$object"
fi
"$@" || exit
cp "$object" "$kept.$$" && mv "$kept.$$" "$kept"
"""


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold ``folder``, made if need be, against other processes and threads of this project."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def kept(cache: Path, facts: object, make: Callable[[Path], None]) -> Path:
    """The folder of ``facts`` below ``cache``, made if there is none yet.

    Parameters
    ----------
    cache : Path
    facts : object
        All that the outcome depends on; of JSON's types.
    make : callable
        Given the empty folder. When it raises, its files stay for who looks for the reason, and
        are gone at the next try.
    """
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
    stamp = cache / key / "built"
    with locked(cache / key) as folder:
        if not stamp.exists():
            shutil.rmtree(folder)
            folder.mkdir()
            make(folder)
            stamp.touch()
        return folder


def object_cache(folder: Path, cache: Path, version: str) -> dict[str, str]:
    """Put ``objcache`` into a build's folder; the variables that it needs.

    Parameters
    ----------
    folder : Path
        Where make runs.
    cache : Path
    version : str
        Of all tools that make the objects.
    """
    objects = cache / "objects" / hashlib.sha256(version.encode()).hexdigest()[:24]
    objects.mkdir(parents=True, exist_ok=True)
    (folder / "objcache").write_text(_OBJCACHE)
    (folder / "objcache").chmod(0o755)
    return {"LMUL_OBJECTS": str(objects)}


def check_path(cache: Path) -> None:
    """Raise ToolFailed where Verilator's makefiles can't build."""
    if any(character.isspace() for character in str(cache)):
        raise ToolFailed(
            f"Verilator can't build in a folder with blanks in its path, {str(cache)!r}: "
            "set LMUL_BUILD to another"
        )


def first_error(log: Path) -> str:
    """The first line of a log that reports an error, with the log's path."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in lines:
        if "error" in line.lower() and not line.startswith(("c++", "g++")):
            return f"{line.strip()} (log: {log})"
    return f"see {log}"
