"""What a report is made of: chapters of tables and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmul.synth.pictures import Picture
from lmul.synth.report_table import Table

__all__ = ["Chapter", "Section"]

Section = Table | Picture


@dataclass(frozen=True)
class Chapter:
    """Tables and pictures of one question, in the order of reading.

    Attributes
    ----------
    title : str
    sections : sequence of Table or Picture
        Not empty.
    """

    title: str
    sections: Sequence[Section]

    @classmethod
    def of(cls, title: str, *sections: Section) -> "Chapter":
        """A chapter of those sections that hold anything."""
        return cls(title, [s for s in sections if (s.rows if isinstance(s, Table) else s.panels)])
