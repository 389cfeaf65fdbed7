"""What takes long to make, kept by the hash of all that goes into it.

Kept are texts (:func:`find`, :func:`keep`) and folders of built programs (:func:`kept`), each in
a folder of its kind below ``cache`` of :func:`lmul.tools.folders.build_root`. Each carries the
hash of its own content: what was damaged or exchanged since is made again, never used.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lmul.tools.files import write_whole
from lmul.tools.folders import build_root

__all__ = ["cache_folder", "find", "keep", "kept", "locked", "object_cache"]

_STAMP = "built.json"  # a built folder's files with their hashes; written last

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
if [ -f "$kept.sum" ] && [ "$(sha256sum < "$kept")" = "$(cat "$kept.sum")" ]; then
  exec cp "$kept" "$object"
fi
"$@" || exit
cp "$object" "$kept.$$" && sha256sum < "$kept.$$" > "$kept.sum.$$" &&
  mv "$kept.$$" "$kept" && mv "$kept.sum.$$" "$kept.sum"
"""


def cache_folder(kind: str) -> Path:
    """The folder of one kind of kept things, ``"synth"`` or ``"sim/verilator"``; absolute."""
    return build_root() / "cache" / kind


def find(kind: str, key: str) -> str | None:
    """The text kept under ``key``; None when there is none, or none that is whole."""
    try:
        data = (cache_folder(kind) / key).read_bytes()
    except OSError:
        return None
    digest, _, content = data.partition(b"\n")
    return content.decode() if digest == _digest(key, content) else None


def keep(kind: str, key: str, text: str) -> None:
    """Keep a text, where :func:`find` finds it.

    Raises
    ------
    OSError
        When the cache can't be written.
    """
    content = text.encode()
    write_whole(cache_folder(kind), {key: _digest(key, content) + b"\n" + content})


def _digest(key: str, content: bytes) -> bytes:
    # With the key in it, a file that was copied over another is no result either.
    return hashlib.sha256(key.encode() + b"\n" + content).hexdigest().encode()


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold ``folder``, made if need be, against other processes and threads of this project."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def kept(kind: str, facts: object, make: Callable[[Path], None]) -> Path:
    """The folder of ``facts``, made if there is none yet, or none that is whole.

    A lock stands before each, so that parallel runs share builds and never meet in one folder.

    Parameters
    ----------
    kind : str
        See :func:`cache_folder`.
    facts : object
        All that the outcome depends on; of JSON's types.
    make : callable
        Given the empty folder. When it raises, its files stay for who looks for the reason, and
        are gone at the next try.
    """
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
    with locked(cache_folder(kind) / key) as folder:
        stamp = folder / _STAMP
        if not _whole(folder, stamp):
            shutil.rmtree(folder)
            folder.mkdir()
            make(folder)
            write_whole(folder, {_STAMP: json.dumps(_hashes(folder))})
        return folder


def _whole(folder: Path, stamp: Path) -> bool:
    """Whether all that was built is there as it was; what a program left beside it may be there."""
    try:
        built = json.loads(stamp.read_bytes())
        return isinstance(built, dict) and _hashes(folder, built) == built
    except (OSError, ValueError):
        return False


def _hashes(folder: Path, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """SHA-256 of files below a folder by their path in it; of ``names``, or of all."""
    if names is None:
        paths = [path for path in folder.rglob("*") if path.is_file()]
    else:
        paths = [folder / name for name in names]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def object_cache(folder: Path, kind: str, version: str) -> dict[str, str]:
    """Put ``objcache`` into a build's folder; the variables that it needs.

    Parameters
    ----------
    folder : Path
        Where make runs.
    kind : str
        See :func:`cache_folder`.
    version : str
        Of all tools that make the objects.
    """
    name = hashlib.sha256(version.encode()).hexdigest()[:24]
    objects = cache_folder(kind) / "objects" / name
    objects.mkdir(parents=True, exist_ok=True)
    (folder / "objcache").write_text(_OBJCACHE)
    (folder / "objcache").chmod(0o755)
    return {"LMUL_OBJECTS": str(objects), "OBJCACHE": "./objcache"}
