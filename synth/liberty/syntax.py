"""Liberty's syntax: a text as nested groups of attributes, before anyone asks what they mean.

A parser of its own. For the 10 MB of sky130hd it takes 0.4 s, where the packaged ones take 1.8
(eda-liberty-parser 0.1.1, which reads a file with a byte order mark as an empty library) and 4.5 s
(liberty-parser 0.0.29, licensed GPL-3.0, which this project is not); neither follows
``include_file``, neither tells the line of what a group holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lmul.synth.liberty.file import LibertyText, without_comments

__all__ = ["Group", "parse", "split"]


# One statement: `name : value ;`, `name (arguments) ;`, `name (arguments) {` or `}`. A quoted
# string may hold anything, line ends and escaped quotes included; a forgotten semicolon is forgiven
# at a line's end, as other readers do.
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_STATEMENT = re.compile(
    rf"""\s*(?:
        (?P<name>[A-Za-z_][\w.\-]*)\s*(?:
            :\s*(?P<value>{_STRING}|[^;{{}}"\n]+?)[ \t]*(?:;|(?=\s*\n)|(?=\s*\}}))
          | \((?P<arguments>[^()"]*(?:{_STRING}[^()"]*)*)\)\s*(?P<open>[{{;]?)
        )
      | (?P<close>\}}) | ;
    )""",
    re.VERBOSE | re.DOTALL,
)
_ARGUMENT = re.compile(rf"({_STRING})|([^\s,\"\\]+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TRUE, _FALSE = ("true", "1"), ("false", "0")


@dataclass(slots=True)
class Group:
    """``kind (arguments) { … }``.

    Attributes
    ----------
    kind : str
        ``"library"``, ``"cell"``, ``"pin"`` and so on.
    arguments : tuple of str
        What stands in the parentheses, without quotes.
    values : dict of str to str
        Simple attributes, ``name : value``, without quotes; the last of equal names.
    lists : dict of str to str
        Complex attributes, ``name (…)``, by name: the text between the parentheses; the last of
        equal names.
    groups : list of Group
        The groups in it, in order.
    line : int
        Where it begins in its file, counted from 1.
    file : str
        Its file, when that is one that the library includes; else empty.
    """

    kind: str
    arguments: tuple[str, ...]
    line: int
    file: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    groups: list["Group"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The first argument, empty when there is none."""
        return self.arguments[0] if self.arguments else ""

    @property
    def where(self) -> str:
        """The line at which it begins, for messages."""
        return f"line {self.line}" + (f" of {self.file!r}" if self.file else "")

    def of_kind(self, *kinds: str) -> Iterator["Group"]:
        """The groups in it of these kinds."""
        return (group for group in self.groups if group.kind in kinds)

    def is_true(self, name: str) -> bool:
        """A simple attribute that is true or false, in any case and as 1 or 0; false without it.

        Raises
        ------
        ValueError
            When it is something else.
        """
        text = self.values.get(name, "false")
        if text.strip().lower() in _TRUE:
            return True
        if text.strip().lower() in _FALSE:
            return False
        raise ValueError(f"{self.where}: {name} must be true or false, not {text!r}")


def parse(source: LibertyText) -> list[Group]:
    """The libraries of a Liberty text: one, or several in files that were put together.

    Raises
    ------
    ValueError
        With the line, when a statement can't be read; when a group is never closed, or closed
        twice; when something stands outside a library; when a file that it includes can't be
        used; when the text holds no group at all.
    """
    root = Group("", (), 0)
    _read(source, root, "")
    if not root.groups:
        raise ValueError("it holds no group")
    for group in root.groups:
        if group.kind != "library" and root.groups[0].kind == "library":
            raise ValueError(f"{group.where}: {_named(group)} stands outside the library")
    return root.groups


def _read(source: LibertyText, root: Group, file: str) -> None:
    """Read a text's statements into a group."""
    text = without_comments(source.text)
    at = f" of {file!r}" if file else ""
    open_groups = [root]
    here = root
    line, counted, end = 1, 0, 0
    for match in _STATEMENT.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        name, value, arguments, brace, close = match.groups()
        if value is not None:
            here.values[name] = _unquoted(value) if value[0] == '"' else value
        elif brace == "{":
            start = match.start("name")
            line += text.count("\n", counted, start)
            counted = start
            group = Group(name, split(arguments), line, file)
            here.groups.append(group)
            open_groups.append(group)
            here = group
        elif name == "include_file":
            where = f"line {_line(text, match.start('name'))}{at}"
            try:
                included = source.include(" ".join(split(arguments)))
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
            _read(included, here, str(included.path))
        elif name:
            here.lists[name] = arguments
        elif close:
            if here is root:
                raise ValueError(f"line {_line(text, end)}{at}: a '}}' closes nothing")
            open_groups.pop()
            here = open_groups[-1]
    rest = text[end:].strip()
    if rest:
        start = text.index(rest[0], end)
        found = rest.split("\n", 1)[0][:40].strip()
        raise ValueError(f"line {_line(text, start)}{at}: {found!r} is no Liberty statement")
    if here is not root:
        raise ValueError(f"the {_named(here)} of {here.where} is never closed")


def split(arguments: str) -> tuple[str, ...]:
    """What stands in parentheses, at its commas and spaces, without quotes."""
    return tuple(
        _unquoted(quoted) if quoted else plain for quoted, plain in _ARGUMENT.findall(arguments)
    )


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def _named(group: Group) -> str:
    return f"{group.kind} ({group.name})"


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
