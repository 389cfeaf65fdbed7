"""The report as Markdown."""

from collections.abc import Mapping, Sequence

from lmul.synth.report.chapters import Chapter, Section
from lmul.synth.tables.table import Table

__all__ = ["markdown"]


def markdown(
    title: str,
    verdict: Sequence[str],
    findings: Sequence[str],
    chapters: Sequence[Chapter],
    tools: Mapping[str, str],
) -> str:
    """The whole report; pictures lie beside it as PNG files."""
    parts = [f"# {title}", *_bullets(verdict)]
    if findings:
        parts += ["## Findings", *_bullets(findings)]
    for chapter in chapters:
        parts.append(f"## {chapter.title}")
        for section in chapter.sections:
            parts += _section(section)
    parts.append("## Made with\n\n" + "\n".join(f"- {k}: {v}" for k, v in tools.items()))
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


def _section(section: Section) -> list[str]:
    if isinstance(section, Table):
        shown = [_markdown_table(section), *section.notes]
    else:
        shown = [f"![{section.title}]({section.name}.png)", section.caption]
    measured = [f"*How measured.* {section.method}"] if section.method else []
    return [f"### {section.title}", *shown, *measured]


def _markdown_table(table: Table) -> str:
    marks = [":--" if i < table.text_columns else "--:" for i in range(len(table.columns))]
    rows = [table.columns, marks, *table.rows]
    lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)
