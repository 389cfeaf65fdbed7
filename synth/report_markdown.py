"""The report as Markdown, and as tables on the console."""

from collections.abc import Sequence

from lmul.synth.pictures import Picture
from lmul.synth.report_tables import Table
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

__all__ = ["console_table", "markdown"]


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


def console_table(table: Table, notes: bool = True) -> RenderableType:
    """A table for rich's console; a rule separates groups of equal first cells."""
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold", pad_edge=False)
    for index, column in enumerate(table.columns):
        drawn.add_column(
            column,
            justify="left" if index < table.text_columns else "right",
            style="bold" if index in table.strong else None,
        )
    for row, following in zip(table.rows, [*table.rows[1:], None], strict=True):
        ends = following is not None and following[0] != row[0] and table.text_columns > 1
        drawn.add_row(*row, end_section=ends)
    if not notes:
        return drawn
    return Group(drawn, *(Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in table.notes))
