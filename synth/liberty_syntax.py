"""Liberty's syntax: a text as nested groups of attributes, before anyone asks what they mean.

A parser of its own, because the packaged one (liberty-parser 0.0.29) takes 15 s for the 10 MB of
sky130hd, where this takes about one, and is licensed GPL-3.0, which this project is not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Group", "parse"]

# One statement: `name : value ;`, `name (arguments) ;`, `name (arguments) {` or `}`. A quoted
# string may hold anything, line ends included; a forgotten semicolon is forgiven at a line's end,
# as other readers do.
_STATEMENT = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_]\w*)\s*(?:
            :\s*(?P<value>"[^"]*"|[^;{}"\n]+?)[ \t]*(?:;|(?=\s*\n)|(?=\s*\}))
          | \((?P<arguments>[^()"]*(?:"[^"]*"[^()"]*)*)\)\s*(?P<open>[{;]?)
        )
      | (?P<close>\}) | ; | \\(?=\s*\n)
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_COMMENT_OR_STRING = re.compile(r'"[^"]*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
_ARGUMENT = re.compile(r'"([^"]*)"|([^\s,"\\]+)')


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
        Where it begins in the file, counted from 1.
    """

    kind: str
    arguments: tuple[str, ...]
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    groups: list["Group"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The first argument, empty when there is none."""
        return self.arguments[0] if self.arguments else ""

    def of_kind(self, *kinds: str) -> Iterator["Group"]:
        """The groups in it of these kinds."""
        return (group for group in self.groups if group.kind in kinds)


def parse(text: str) -> Group:
    """The first group of a Liberty text, which is its library.

    Raises
    ------
    ValueError
        With the line, when a statement can't be read; when a group is never closed, or closed
        twice; when the text holds no group at all.
    """
    if "//" in text:  # in a string, as in a web address, they are no comment
        text = _COMMENT_OR_STRING.sub(lambda m: m[0] if m[0][0] == '"' else _blank(m), text)
    elif "/*" in text:
        text = _COMMENT.sub(_blank, text)
    root = Group("", (), 0)
    open_groups = [root]
    here = root
    line, counted, end = 1, 0, 0
    for match in _STATEMENT.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        name, value, arguments, brace, close = match.groups()
        if value is not None:
            here.values[name] = value.strip('"')
        elif brace == "{":
            start = match.start("name")
            line += text.count("\n", counted, start)
            counted = start
            group = Group(name, split(arguments), line)
            here.groups.append(group)
            open_groups.append(group)
            here = group
        elif name:
            here.lists[name] = arguments
        elif close:
            if here is root:
                raise ValueError(f"line {_line(text, end)}: a '}}' closes nothing")
            open_groups.pop()
            here = open_groups[-1]
    rest = text[end:].strip()
    if rest:
        start = text.index(rest[0], end)
        found = rest.split("\n", 1)[0][:40].strip()
        raise ValueError(f"line {_line(text, start)}: {found!r} is no Liberty statement")
    if here is not root:
        raise ValueError(f"the {here.kind} ({here.name}) of line {here.line} is never closed")
    if not root.groups:
        raise ValueError("it holds no group")
    return root.groups[0]


def split(arguments: str) -> tuple[str, ...]:
    """What stands in parentheses, at its commas and spaces, without quotes."""
    return tuple(quoted or plain for quoted, plain in _ARGUMENT.findall(arguments))


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n") or " "  # so that lines keep their numbers


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
