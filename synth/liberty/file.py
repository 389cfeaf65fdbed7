"""Liberty files as they lie there: unpacked, with the files that they include."""

import bz2
import gzip
import hashlib
import lzma
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lmul.synth.liberty.default import NAMED

__all__ = ["LibertyText", "as_paths", "digest", "without_comments"]


Paths = Path | str | Sequence[Path | str]

_PACKED = (
    (b"\x1f\x8b", "gzip", gzip.decompress),
    (b"\xfd7zXZ\x00", "xz", lzma.decompress),
    (b"BZh", "bzip2", bz2.decompress),
)
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
_UNREAD = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x1f\x9d", "a compress (.Z) file"),
)
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_COMMENT_OR_STRING = re.compile(rf"{_STRING}|/\*.*?\*/|//[^\n]*", re.DOTALL)
_CONTINUED = re.compile(r"\\[ \t]*\n")
_INCLUDE = re.compile(r'\binclude_file\s*\(\s*"?([^")]+?)"?\s*\)\s*;?')


@dataclass(frozen=True)
class LibertyText:
    """The text of a Liberty file.

    Attributes
    ----------
    path : Path
        Where it comes from, for messages and for what it includes.
    text : str
        Unpacked, without a byte order mark.
    above : tuple of Path
        The files that include it, outermost first.
    """

    path: Path
    text: str
    above: tuple[Path, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "LibertyText":
        """Read a file: plain, or packed by gzip, xz or bzip2, whatever its name.

        Raises
        ------
        OSError
            When it is missing or can't be read.
        ValueError
            When it is packed otherwise, damaged, or no text.
        """
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "does not exist"
            raise FileNotFoundError(f"Liberty file {str(path)!r} {what}")
        status = path.stat()
        return cls(path, _unpacked(path, status.st_mtime_ns, status.st_size))

    def include(self, name: str) -> "LibertyText":
        """A file that this one includes, looked for beside it.

        Raises
        ------
        ValueError
            When it is missing or can't be used, or includes itself.
        """
        path = self.path.parent / name
        above = (*self.above, self.path)
        if any(path.resolve() == one.resolve() for one in above):
            raise ValueError(f"include_file {name!r}: it includes itself")
        try:
            found = LibertyText.read(path)
        except (OSError, ValueError) as error:
            raise ValueError(f"include_file {name!r}: {error}") from None
        return LibertyText(path, found.text, above)

    @property
    def whole(self) -> str:
        """The text with what it includes in place of the words that include it.

        Raises
        ------
        ValueError
            As :meth:`include`.
        """
        if "include_file" not in self.text:
            return self.text
        return _INCLUDE.sub(lambda match: self.include(match[1]).whole, without_comments(self.text))


def as_paths(files: Paths) -> tuple[Path, ...]:
    """One file or several, as paths; ``"asap7"`` as the one of that embedded library."""
    several = [files] if isinstance(files, Path | str) else files
    return tuple(NAMED.get(str(one), Path(one)) for one in several)


def digest(files: Paths) -> str:
    """SHA-256 of a library's content: of one file its own, of several whatever their order.

    What they include counts too.

    Raises
    ------
    OSError
        When a file can't be read.
    """
    found = sorted(sum_ for path in as_paths(files) for sum_ in _digests(path, ()))
    return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()


def without_comments(text: str) -> str:
    """The text with blanks for comments and for line ends that a backslash takes away.

    Lines keep their numbers.
    """
    if "//" in text or "/*" in text:  # in a string, as in a web address, they are no comment
        text = _COMMENT_OR_STRING.sub(lambda m: m[0] if m[0][0] == '"' else _blank(m), text)
    return _CONTINUED.sub(" \n", text) if "\\" in text else text


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n") or " "


def _digests(path: Path, above: tuple[Path, ...]) -> list[str]:
    """Of a file and of what it includes; what is missing is said by whoever reads the library."""
    status = path.stat()
    own, names = _content(path, status.st_mtime_ns, status.st_size)
    found = [own]
    for name in names:
        included = path.parent / name
        if included.is_file() and included not in (*above, path):
            found += _digests(included, (*above, path))
    return found


@lru_cache(maxsize=64)
def _content(path: Path, modified: int, size: int) -> tuple[str, tuple[str, ...]]:
    own = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        text = _unpacked(path, modified, size)
    except ValueError:
        return own, ()
    if "include_file" not in text:
        return own, ()
    return own, tuple(_INCLUDE.findall(without_comments(text)))


@lru_cache(maxsize=8)
def _unpacked(path: Path, _modified: int, _size: int) -> str:
    data = path.read_bytes()
    for start, packer, unpack in _PACKED:
        if data.startswith(start):
            try:
                data = unpack(data)
            except _BROKEN:
                raise ValueError(f"Liberty file {str(path)!r} is a damaged {packer} file") from None
            break
    for start, what in _UNREAD:
        if data.startswith(start):
            raise ValueError(
                f"Liberty file {str(path)!r} is {what}: unpack it first (plain text, gzip, xz and "
                "bzip2 are read)"
            )
    if b"\0" in data:
        raise ValueError(f"Liberty file {str(path)!r} is no text: it holds zero bytes")
    return data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
