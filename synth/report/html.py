"""The report as one self-contained HTML page, for wide and narrow screens, light and dark."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from urllib.parse import quote

from lmul.synth.pictures.picture import Picture
from lmul.synth.report.chapters import Chapter, Section
from lmul.synth.report.verdict import HOW_SURE
from lmul.synth.report.words import THREATS, WORDS
from lmul.synth.tables.table import Method, Table

__all__ = ["definitions", "fold", "how_measured", "html_page", "section_html", "whole_page"]


_SHAPES = {"": "■", "o": "●", "s": "■", "^": "▲", "v": "▼", "D": "◆", "P": "✚"}
_SHAPES |= {"h": "⬢", "X": "✖", "d": "♦", "<": "◀", ">": "▶", "p": "⬟"}
"""matplotlib's markers as characters."""

_RANGE = re.compile(r" (\(\d+–\d+\))$")
_GROUP_STARTS = ' class="group"'


def html_page(
    title: str,
    lead: str,
    verdict: Sequence[str],
    opening: Chapter,
    findings: Sequence[str],
    chapters: Sequence[Chapter],
    tools: Mapping[str, str],
) -> str:
    """The page; needs no other file and no network. Without scripts its tables don't sort."""
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(lead)}</p>',
        _bullets(verdict, "verdict"),
        f'<p class="note">{escape(HOW_SURE)}</p>',
        *map(section_html, opening.sections),
        *how_measured(opening.methods),
        "<h2>What else the figures say</h2>",
        _bullets(findings),
        "<h2>All tables and pictures</h2>",
        *(_chapter(chapter) for chapter in chapters),
        fold("What could make these figures mislead", "", _bullets(THREATS)),
        fold("Words", "kinds, policies, units", definitions(WORDS)),
        fold("Made with", "versions, scripts, operands", definitions(tools)),
    ]
    return whole_page(title, body)


def whole_page(title: str, body: Sequence[str]) -> str:
    """A page of its own, in the report's style, of parts in HTML."""
    css, script = (
        (resources.files("lmul.synth.report") / name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js")
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + f"\n</main>\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _bullets(lines: Sequence[str], name: str = "findings") -> str:
    return f'<ul class="{name}">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>'


def fold(title: str, inside: str, content: str) -> str:
    """A chapter that opens by a click, with a line on what is inside."""
    told = f'<span class="inside">{escape(inside)}</span>' if inside else ""
    return (
        f'<details class="chapter"><summary><h2>{escape(title)}</h2>{told}</summary>'
        f"{content}</details>"
    )


def _chapter(chapter: Chapter) -> str:
    shown = [*map(section_html, chapter.sections), *map(_detail, chapter.detail)]
    inside = " · ".join(section.title for section in chapter.all_sections)
    return fold(chapter.title, inside, "\n".join([*shown, *how_measured(chapter.methods)]))


def section_html(section: Section) -> str:
    """A table or picture below its title."""
    return (
        f'<section id="{section.name}"><h3>{escape(section.title)}</h3>{_shown(section)}</section>'
    )


def _detail(section: Section) -> str:
    return (
        f'<details class="detail" id="{section.name}"><summary><h3>{escape(section.title)}</h3>'
        f"</summary>{_shown(section)}</details>"
    )


def _shown(section: Section) -> str:
    return _table(section) if isinstance(section, Table) else _picture(section)


def how_measured(methods: Mapping[Method, Sequence[str]]) -> Iterator[str]:
    """How a chapter's figures were measured, each way once."""
    if not methods:
        return
    shown = ""
    for method, titles in methods.items():
        of = {"Of": "; ".join(titles)} if len(methods) > 1 else {}
        shown += definitions(
            of | {"Library": method.library, "Stimulus": method.stimulus, "Method": method.method}
        )
    yield f'<details class="how"><summary>How measured</summary>{shown}</details>'


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" class="{_class(table, i)} wrap">{escape(column)}</th>'
        for i, column in enumerate(table.columns)
    )
    lines = []
    before = None
    for number, row in enumerate(table.rows):
        again = table.text_columns > 1 and row[0] == before
        starts = table.text_columns > 1 and not again and before is not None
        cells = [
            f'<td class="{_class(table, i)}">{_cell(cell, table.links.get((number, i)))}</td>'
            for i, cell in enumerate(row)
        ]
        if again:
            cells[0] = cells[0].replace('class="', 'class="again ', 1)
        lines.append(f"<tr{_GROUP_STARTS if starts else ''}>{''.join(cells)}</tr>")
        before = row[0]
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    left = '<span class="left">A wider screen shows more columns. </span>' if table.wide else ""
    made = f"Made anew by <code>{escape(table.command)}</code>. " if table.command else ""
    csv = (
        f'<p class="note">{left}{made}<a download="{table.name}.csv" '
        f'href="data:text/csv;charset=utf-8,{quote(table.csv())}">CSV</a></p>'
    )
    return (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(table.title)}"><table><thead><tr>{head}</tr></thead><tbody>'
        + "\n".join(lines)
        + f"</tbody></table></div>{notes}{csv}"
    )


def _cell(cell: str, address: str | None) -> str:
    """A cell, a link perhaps, whose range, in brackets behind a figure, a line does not break."""
    shown = _RANGE.sub(r' <span class="range">\1</span>', escape(cell))
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown


def _class(table: Table, index: int) -> str:
    names = ["text" if index < table.text_columns else "number"]
    names += ["strong"] * (index in table.strong) + ["wide"] * (index in table.wide)
    return " ".join(names)


def _picture(picture: Picture) -> str:
    count, columns = len(picture.panels), picture.columns
    last = count - (-(-count // columns) - 1) * columns  # in the last row, which they fill
    panels = [
        f'<div style="grid-column:span {columns if index >= count - last else last}">{svg}</div>'
        for index, svg in enumerate(picture.svg_panels())
    ]
    entries = (
        f'<li><span style="color:{colour}">{_SHAPES[marker]}</span> {escape(label)}</li>'
        for label, (colour, marker) in picture.key.items()
    )
    key = f'<ul class="key">{"".join(entries)}</ul>' if picture.key else ""
    return (
        f'<figure>{key}<div class="panels" style="--tracks:{columns * last}">'
        + "\n".join(panels)
        + f"</div><figcaption>{escape(picture.caption)}</figcaption></figure>"
    )


def definitions(pairs: Mapping[str, str]) -> str:
    """A list of words and what they mean."""
    terms = (f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in pairs.items())
    return f"<dl>{''.join(terms)}</dl>"
