"""What a table of the report is, and how its cells show shares and errors."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

__all__ = ["NOTHING", "Method", "Table", "error", "percent", "signed"]


NOTHING = "–"
_NO_ERROR_PERCENT = 1e-10  # what float64 leaves when a thousand exact products are summed twice
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(\D|$))")


@dataclass(frozen=True)
class Method:
    """How figures came about, a phrase or a sentence each.

    Attributes
    ----------
    library : str
        The cells that they hold for, or what stands for cells.
    stimulus : str
        The operands.
    method : str
        What was done with them.
    """

    library: str
    stimulus: str
    method: str

    def __str__(self) -> str:
        return f"Library: {self.library}. Stimulus: {self.stimulus}. Method: {self.method}."


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    title : str
    columns : sequence of str
        Headings. The first ``text_columns`` hold words, the others numbers.
    rows : sequence of sequence of str
    notes : sequence of str
        Sentences to stand below.
    strong : set of int
        Columns to be set off.
    wide : set of int
        Columns that a narrow screen leaves out.
    method : Method or None
        How its figures came about.
    command : str
        What makes it anew.
    links : mapping of (row, column) to str
        Where cells lead to, in a page.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    text_columns: int = 1
    strong: frozenset[int] = field(default_factory=frozenset)
    wide: frozenset[int] = field(default_factory=frozenset)
    method: Method | None = None
    command: str = ""
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The stem of its files, and its address in a page."""
        return re.sub(r"\W+", "-", self.title.lower().replace("'", "")).strip("-")

    def filled(self) -> "Table":
        """The table without columns that hold :data:`NOTHING` alone."""
        kept = [
            index
            for index in range(len(self.columns))
            if any(row[index] != NOTHING for row in self.rows)
        ]
        places = {index: place for place, index in enumerate(kept)}
        return replace(
            self,
            columns=[self.columns[index] for index in kept],
            rows=[[row[index] for index in kept] for row in self.rows],
            text_columns=sum(index < self.text_columns for index in kept),
            strong=frozenset(places[index] for index in self.strong & places.keys()),
            wide=frozenset(places[index] for index in self.wide & places.keys()),
            links={
                (row, places[index]): address
                for (row, index), address in self.links.items()
                if index in places
            },
        )

    def json(self) -> str:
        """The title, and each row as an object of cells by heading, as text."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps({"title": self.title, "rows": rows}, indent=2, ensure_ascii=False) + "\n"

    def csv(self) -> str:
        """The cells as comma-separated values: no thousands' marks, and nothing for no figure."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in (self.columns, *self.rows):
            plain = (_THOUSANDS.sub("", cell).replace("\u00a0", " ") for cell in row)
            writer.writerow("" if cell == NOTHING else cell for cell in plain)
        return text.getvalue()


def percent(share: float, digits: int = 0) -> str:
    """A share in percent."""
    return f"{100 * share:.{digits}f}\u00a0%"


def error(share: float) -> str:
    """An error in percent: two decimals, more for what would show as zero."""
    in_percent = 100 * share
    if not math.isfinite(in_percent):
        return NOTHING
    if abs(in_percent) < _NO_ERROR_PERCENT:
        return "0"
    if abs(in_percent) < 0.005:
        return f"{in_percent:.1e}"
    return f"{in_percent:.2f}"


def signed(share: float) -> str:
    """An error in percent, with its sign."""
    text = error(share)
    return text if text in ("0", NOTHING) or text.startswith("-") else f"+{text}"
