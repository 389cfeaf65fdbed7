"""The report as one self-contained HTML page, for wide and narrow screens, light and dark."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import resources

from lmul.hdl.numbers.kinds import KINDS
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.pictures.picture import Picture
from lmul.synth.report.cards import Card, energy_cards, gate_cards
from lmul.synth.report.chapters import Chapter
from lmul.synth.tables.table import Method, Table

__all__ = ["html_page"]


_GROUP_STARTS = ' class="group"'
_WIDEST = 64  # per cent of a bar's place; what is left is its figure's

_EXPLAINED: Mapping[str, str] = {kind: info.summary for kind, info in KINDS.items()} | {
    "bare": "the paper's own arithmetic: zero, NaN and overflow wrap",
    "lax": "zeros right, subnormals flushed, overflow saturates; NaN and Inf are not looked for",
    "ftz": "as lax, with NaN and Inf propagated",
    "ocp": "everything: subnormals in and out, Inf and NaN as OCP and IEEE 754 have them",
}


def html_page(
    title: str,
    lead: str,
    verdict: Sequence[str],
    findings: Sequence[str],
    document: ReportDocument,
    chapters: Sequence[Chapter],
) -> str:
    """The page; needs no other file and no network. Without scripts its tables don't sort."""
    css, script = (
        (resources.files("lmul.synth.report") / name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js")
    )
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(lead)}</p>',
        _bullets(verdict),
        _cards(energy_cards(document)),
        _cards(gate_cards(document)),
        "<h2>What else the figures say</h2>",
        _bullets(findings),
        _contents(chapters),
        *(part for chapter in chapters for part in _chapter(chapter)),
        "<h2>Kinds and policies</h2>" + _definitions(_EXPLAINED),
        "<h2>Made with</h2>" + _definitions(document.tools),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + f"\n</main>\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _bullets(lines: Sequence[str]) -> str:
    return f'<ul class="findings">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>'


def _contents(chapters: Sequence[Chapter]) -> str:
    def link(title: str) -> str:
        return f'<a href="#{_anchor(title)}">{escape(title)}</a>'

    items = "".join(
        f"<li>{link(chapter.title)}<ul>"
        + "".join(f"<li>{link(section.title)}</li>" for section in chapter.sections)
        + "</ul></li>"
        for chapter in chapters
    )
    return f'<nav aria-label="Contents"><h2>Contents</h2><ol>{items}</ol></nav>'


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f'<h2 id="{_anchor(chapter.title)}">{escape(chapter.title)}</h2>'
    for section in chapter.sections:
        shown = _table(section) if isinstance(section, Table) else _picture(section)
        told = f' title="{escape(str(section.method))}"' if section.method else ""
        yield (
            f'<section id="{_anchor(section.title)}"{told}><h3>{escape(section.title)}</h3>'
            f"{shown}{_how(section.method)}</section>"
        )


def _anchor(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def _how(method: Method | None) -> str:
    """The same on touch screens and by keyboard, where nothing hovers."""
    if method is None:
        return ""
    pairs = {"Library": method.library, "Stimulus": method.stimulus, "Method": method.method}
    return f'<details class="how"><summary>How measured</summary>{_definitions(pairs)}</details>'


def _cards(cards: Iterable[Card]) -> str:
    drawn = "".join(_card(card) for card in cards)
    return f'<div class="cards">{drawn}</div>' if drawn else ""


def _card(card: Card) -> str:
    widest = max(bar.value for bar in card.bars)
    drawn = "".join(
        f'<div class="bar"><span>{bar.kind}</span><span class="track"><span class="fill" '
        f'style="width:{_WIDEST * bar.value / widest:.1f}%;background:var(--{bar.kind})"></span>'
        f'<span class="number">{bar.shown}</span></span></div>'
        for bar in card.bars
    )
    return (
        f'<section class="card"><h3>{escape(card.title)}</h3>{drawn}'
        f"<p>{escape(card.note)}</p></section>"
    )


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" class="{_class(table, i)} wrap">{escape(column)}</th>'
        for i, column in enumerate(table.columns)
    )
    lines = []
    before = None
    for row in table.rows:
        again = table.text_columns > 1 and row[0] == before
        starts = table.text_columns > 1 and not again and before is not None
        cells = [
            f'<td class="{_class(table, i)}">{escape(cell)}</td>' for i, cell in enumerate(row)
        ]
        if again:
            cells[0] = cells[0].replace('class="', 'class="again ', 1)
        lines.append(f"<tr{_GROUP_STARTS if starts else ''}>{''.join(cells)}</tr>")
        before = row[0]
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    return (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(table.title)}"><table><thead><tr>{head}</tr></thead><tbody>'
        + "\n".join(lines)
        + f"</tbody></table></div>{notes}"
    )


def _class(table: Table, index: int) -> str:
    kind = "text" if index < table.text_columns else "number"
    return f"{kind} strong" if index in table.strong else kind


def _picture(picture: Picture) -> str:
    return (
        '<figure><div class="panels">'
        + "\n".join(picture.svg_panels())
        + f"</div><figcaption>{escape(picture.caption)}</figcaption></figure>"
    )


def _definitions(pairs: Mapping[str, str]) -> str:
    terms = (f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in pairs.items())
    return f"<dl>{''.join(terms)}</dl>"
