"""The report as Markdown."""

from collections.abc import Mapping, Sequence

from lmul.synth.pictures import Picture
from lmul.synth.report_table import Table

__all__ = ["markdown"]


def markdown(
    title: str,
    findings: Sequence[str],
    sections: Sequence[Table | Picture],
    tools: Mapping[str, str],
) -> str:
    """The whole report; pictures lie beside it as PNG files."""
    parts = [f"# {title}", "\n".join(f"- {text}" for text in findings)]
    for section in sections:
        parts.append(f"## {section.title}")
        if isinstance(section, Table):
            parts += [_markdown_table(section), *section.notes]
        else:
            parts += [f"![{section.title}]({section.name}.png)", section.caption]
    parts.append("## Made with\n\n" + "\n".join(f"- {k}: {v}" for k, v in tools.items()))
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    marks = [":--" if i < table.text_columns else "--:" for i in range(len(table.columns))]
    rows = [table.columns, marks, *table.rows]
    lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)
