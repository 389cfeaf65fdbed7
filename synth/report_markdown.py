"""The report as Markdown."""

from collections.abc import Sequence

from lmul.synth.pictures import Picture
from lmul.synth.report_tables import Table

__all__ = ["markdown"]


def markdown(
    title: str,
    findings: Sequence[str],
    tables: Sequence[Table],
    pictures: Sequence[Picture],
    tools: dict[str, str],
) -> str:
    """The whole report; pictures lie beside it as PNG files."""
    parts = [f"# {title}", "\n".join(f"- {text}" for text in findings)]
    for table in tables:
        parts.append(f"## {table.title}\n\n{_markdown_table(table)}")
        parts += table.notes
    for picture in pictures:
        parts.append(f"## {picture.title}\n\n![{picture.title}]({picture.name}.png)")
        parts.append(picture.caption)
    parts.append("## Made with\n\n" + "\n".join(f"- {k}: {v}" for k, v in tools.items()))
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    marks = [":--" if i < table.text_columns else "--:" for i in range(len(table.columns))]
    rows = [table.columns, marks, *table.rows]
    lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)
