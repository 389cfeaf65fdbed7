"""Files written whole or not at all."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(directory: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write ``files`` (name to content) into ``directory``, all of them or none.

    A name may be a path below the folder, such as ``"circuits/one.html"``; folders are made.

    Every file is first written beside its place under a temporary name; only when all are
    complete are they renamed, so neither a full disk nor an interruption leaves half a file.
    Text is written as UTF-8, its line ends as they are.

    Returns
    -------
    list of Path
        The written files, in the order given.

    Raises
    ------
    ValueError
        When a name is no path below the folder.
    OSError
        When the folder can't be made or written; nothing has changed then, and the error
        names the folder or the file that was in the way.
    """
    for name in files:
        if "\\" in name or any(part in ("", ".", "..") for part in name.split("/")):
            raise ValueError(f"A file's name must be a path below its folder, not {name!r}")
    below = [directory / inner for name in files for inner in reversed(Path(name).parents)]
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    place = directory  # what an error is about
    try:
        for folder in dict.fromkeys([*reversed(directory.parents), directory, *below]):
            if not folder.is_dir():
                try:
                    folder.mkdir()
                    made.append(folder)
                except FileExistsError:
                    if not folder.is_dir():  # else another writer was first
                        raise
        for name, content in files.items():
            place = directory / name
            if place.is_dir():
                raise IsADirectoryError(21, "Is a directory")
            temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
            staged.append((temporary, place))
            # "x": a new file always, with the permissions of its user's umask.
            with temporary.open("xb") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
        for temporary, place in staged:
            temporary.replace(place)
    except BaseException as error:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink()
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            reason = f"{error.strerror}; nothing was written"
            raise OSError(error.errno, reason, str(place)) from error
        raise
    return [target for _, target in staged]
