"""What a package is made of, whatever the design: text and facts, before they become files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Bench", "Contents", "PortText", "Section"]


Words = str | Mapping[str, "Words"]


@dataclass(frozen=True)
class PortText:
    """One port and its meaning."""

    name: str
    direction: Literal["input", "output"]
    width: int
    meaning: str


@dataclass(frozen=True)
class Section:
    """One subject, for the head of the Verilog in words and for the manifest as data.

    Attributes
    ----------
    key : str
        In the manifest; empty: it is not there under a key of its own.
    title : str
        In the head.
    words : str or dict of str to words
    data : object
        What the manifest has; None: the words.
    """

    key: str
    title: str
    words: Words
    data: Any = None


@dataclass(frozen=True)
class Bench:
    """A self-checking bench in plain Verilog.

    Attributes
    ----------
    text : str
        Of the module ``MODULE_tb``.
    vectors : dict of str to str
        The files that it reads, name to content.
    facts : dict
        For the manifest.
    """

    text: str
    vectors: Mapping[str, str]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Contents:
    """A design's Verilog, what there is to say of it, and its bench.

    Attributes
    ----------
    verilog : str
    computes : str
        What comes out, in a sentence or two.
    ports : tuple of PortText
        In the order in which people read them.
    sections : tuple of Section
        What else there is to know.
    parameters : dict
        For the manifest.
    bench : Bench
    """

    verilog: str
    computes: str
    ports: tuple[PortText, ...]
    sections: tuple[Section, ...]
    parameters: Mapping[str, Any]
    bench: Bench
