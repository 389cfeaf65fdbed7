"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(directory: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write ``files`` (name to content) into ``directory``, all of them or none.

    Every file is first written beside its place under a temporary name; only when all are
    complete are they renamed, so neither a full disk nor an interruption leaves half a file.

    Returns
    -------
    list of Path
        The written files, in the order given.

    Raises
    ------
    OSError
        When the folder can't be made or written; nothing has changed then.
    """
    staged: list[tuple[str, Path]] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            target = directory / name
            handle, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
            staged.append((temporary, target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
        for temporary, target in staged:
            Path(temporary).replace(target)
    except BaseException:
        for temporary, _ in staged:
            with suppress(OSError):
                Path(temporary).unlink()
        raise
    return [target for _, target in staged]
