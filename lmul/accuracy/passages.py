"""Passages with a title each, to be found by it: the first two paragraphs of docstrings.

A docstring's first paragraph, its summary line, is a passage's title; the paragraph after it is
the passage. Those of torch come first, those of Python's library fill up what is missing.
"""

import hashlib
import json
import re

from lmul.accuracy.language.docstrings import docstrings, roots

__all__ = ["fingerprint", "passages"]


_MARKUP = re.compile(r":[\w:]+:`~?([^`]*)`|`+")
_CODE = re.compile(r"[>{}\[\]=_|\\]|--|^(Args|Arguments|Parameters|Returns|Raises)\b")
_TITLE_WORDS, _LEAST_WORDS = range(4, 21), 10

Passage = tuple[str, str]


def passages(count: int) -> list[Passage]:
    """Title and text of passages, no title and no text twice.

    Raises
    ------
    ValueError
        When this machine has fewer.
    """
    found: list[Passage] = []
    seen: set[str] = set()
    for root in roots():
        for _, text in docstrings(root):
            paragraphs = text.split("\n\n", 2)[:2]
            plain = [" ".join(_MARKUP.sub(r"\1", part).split()) for part in paragraphs]
            if len(plain) == 2 and _is_prose(*plain) and not seen.intersection(plain):
                seen.update(plain)
                found.append((plain[0], plain[1]))
            if len(found) == count:
                return found
    raise ValueError(
        f"torch and Python hold only {len(found)} of {count} passages here: ask for so many, with "
        f"--passages {len(found)}"
    )


def fingerprint(found: list[Passage]) -> str:
    """The SHA-256 of passages, so that two machines can tell whether theirs are the same."""
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _is_prose(title: str, text: str) -> bool:
    return (
        len(title.split()) in _TITLE_WORDS
        and len(text.split()) >= _LEAST_WORDS
        and text[0].isupper()
        and not _CODE.search(title)
        and not _CODE.search(text)
    )
