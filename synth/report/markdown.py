"""The report as Markdown."""

from collections.abc import Mapping, Sequence

from lmul.synth.pictures.picture import Picture
from lmul.synth.report.chapters import Chapter, Section
from lmul.synth.report.verdict import HOW_SURE
from lmul.synth.report.words import THREATS, WORDS
from lmul.synth.tables.table import Table

__all__ = ["markdown"]


def markdown(
    title: str,
    verdict: Sequence[str],
    opening: Chapter,
    findings: Sequence[str],
    chapters: Sequence[Chapter],
    tools: Mapping[str, str],
) -> str:
    """The whole report; pictures lie beside it as PNG files, tables as CSV."""
    parts = [f"# {title}", *_bullets(verdict), HOW_SURE]
    for section in opening.sections:
        parts += [f"### {section.title}", *_section(section)]
    if findings:
        parts += ["## What else the figures say", *_bullets(findings)]
    for chapter in chapters:
        parts.append(f"## {chapter.title}")
        for section in chapter.sections:
            parts += [f"### {section.title}", *_section(section)]
        for section in chapter.detail:
            parts.append(f"<details><summary>{section.title}</summary>")
            parts += [*_section(section), "</details>"]
        told = chapter.methods
        for method, titles in told.items():
            of = f" ({'; '.join(titles)})" if len(told) > 1 else ""
            parts.append(f"*How measured{of}.* {method}")
    parts += ["## What could make these figures mislead", *_bullets(THREATS)]
    parts += ["## Words", *_bullets([f"**{word}**: {told}" for word, told in WORDS.items()])]
    parts += ["## Made with", *_bullets([f"{name}: {told}" for name, told in tools.items()])]
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


def _section(section: Section) -> list[str]:
    if isinstance(section, Table):
        made = [f"Made anew by `{section.command}`."] if section.command else []
        return [_markdown_table(section), *section.notes, *made, f"[CSV]({section.name}.csv)"]
    return _picture(section)


def _picture(picture: Picture) -> list[str]:
    return [f"![{picture.title}]({picture.name}.png)", picture.caption]


def _markdown_table(table: Table) -> str:
    marks = [":--" if i < table.text_columns else "--:" for i in range(len(table.columns))]
    rows = [table.columns, marks, *table.rows]
    lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)
