"""The head of a design's Verilog: all that somebody needs who connects it, in words."""

import re
import textwrap
from collections.abc import Iterator, Sequence

from lmul.sim.export.contents import PortText, Words

__all__ = ["comment", "paragraph", "port_lines", "section_lines"]

_WIDTH = 96  # with the slashes before it, 99


def paragraph(text: str, indent: str = "") -> list[str]:
    """Lines of a text, those after the first indented, a formula's terms kept together."""
    kept = re.sub(r" ([-+*/]|\*\*) ", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(
        kept, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def port_lines(ports: Sequence[PortText]) -> Iterator[str]:
    """A table of ports: name, direction, width, meaning."""
    wide = max(len(port.name) for port in ports)
    digits = max(2, *(len(str(port.width)) for port in ports))
    for port in ports:
        head = f"  {port.name:<{wide}}  {port.direction:<6}  {port.width:>{digits}}  "
        yield from paragraph(head + port.meaning, " " * len(head))


def section_lines(title: str, words: Words, indent: str = "") -> Iterator[str]:
    """A title and its text on one line, or with an indented line for each entry below it."""
    if isinstance(words, str):
        text = words if words.endswith((".", ":")) or indent else f"{words}."
        yield from paragraph(f"{indent}{title}: {text}", f"{indent}  ")
        return
    yield f"{indent}{title}"
    for name, inner in words.items():
        yield from section_lines(name, inner, f"{indent}  ")


def comment(lines: Sequence[str]) -> str:
    """The lines as a Verilog comment."""
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)
