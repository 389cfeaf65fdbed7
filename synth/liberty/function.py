"""Boolean functions as Liberty writes them: ``(!A) | (B & C)``, ``(A B)'``, ``A * B + C``."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["CellFunction"]


_TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w\[\]]*)|([01])(?!\w)|([!'^&*|+()]))")


class CellFunction:
    """A Boolean function of named pins.

    Parameters
    ----------
    text : str
        In Liberty's syntax: ``!x`` and ``x'`` negate; ``^``; ``&``, ``*`` or a space; ``|`` or
        ``+``: in this order, the first binding tightest.

    Attributes
    ----------
    text : str
        As given.
    inputs : tuple of str
        The names in it, each once, in order of appearance.
    parenthesised : str
        The same function with ``!``, ``&``, ``^``, ``|`` and all parentheses, so that no reader's
        order of operators matters.

    Raises
    ------
    ValueError
        When the text is no such function.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.inputs, self._evaluate, self.parenthesised = _compile(text)

    def __call__(self, values: Mapping[str, Any], ones: Any) -> Any:
        """The function's value.

        Parameters
        ----------
        values : mapping of str to int, bool or numpy array
            The inputs, by name. Integers and integer arrays hold one independent case a bit.
        ones : int, bool or numpy scalar
            The value with every case true: 1 for one case, ``True`` for booleans,
            ``numpy.uint64(2**64 - 1)`` for words of 64 cases.

        Raises
        ------
        KeyError
            When an input is missing.
        """
        return self._evaluate(values, ones)

    def truth_table(self) -> tuple[int, ...]:
        """Its 2^n values; input i of :attr:`inputs` is bit i of the index."""
        rows = range(1 << len(self.inputs))
        return tuple(
            self({name: row >> i & 1 for i, name in enumerate(self.inputs)}, 1) for row in rows
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellFunction) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"CellFunction({self.text!r})"


@lru_cache(maxsize=4096)  # a library writes the same few functions at every drive strength
def _compile(text: str) -> tuple[tuple[str, ...], Callable[[Mapping[str, Any], Any], Any], str]:
    tokens, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if not match:
            raise ValueError(f"{text!r} is no Boolean function: {stripped[position]!r} in it")
        tokens.append(match[0].strip())
        position = match.end()
    reader = _Reader(text, tokens)
    term = reader.sum()
    if reader.tokens:
        raise ValueError(f"{text!r} is no Boolean function: {reader.tokens[0]!r} too much")
    # Only names of the dictionary `index` below and operators stand in the source.
    inputs = tuple(reader.index)
    function = eval(f"lambda v, ones: {term.python}", {"names": inputs})
    return inputs, function, term.liberty


class _Term(NamedTuple):
    """A part of a function, as Python source and in Liberty's own syntax."""

    python: str
    liberty: str

    @classmethod
    def of(cls, operator: str, terms: "list[_Term]") -> "_Term":
        if len(terms) == 1:
            return terms[0]
        both = (f" {operator} ".join(each) for each in zip(*terms, strict=True))
        return cls(*(f"({text})" for text in both))

    @property
    def inverted(self) -> "_Term":
        twice = self.liberty.startswith("!")  # of a name, or of all that follows in parentheses
        return _Term(f"(ones ^ {self.python})", self.liberty[1:] if twice else f"!{self.liberty}")


class _Reader:
    """Recursive descent, one method a level."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.index: dict[str, int] = {}

    def _next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def sum(self) -> _Term:
        terms = [self.product()]
        while self._next() in ("|", "+") and self.tokens:
            self.tokens.pop(0)
            terms.append(self.product())
        return _Term.of("|", terms)

    def product(self) -> _Term:
        factors = [self.difference()]
        while (token := self._next()) and token not in "|+)":
            if token in "&*":
                self.tokens.pop(0)
            factors.append(self.difference())
        return _Term.of("&", factors)

    def difference(self) -> _Term:
        parts = [self.literal()]
        while self._next() == "^":
            self.tokens.pop(0)
            parts.append(self.literal())
        return _Term.of("^", parts)

    def literal(self) -> _Term:
        if not self.tokens:
            raise ValueError(f"{self.text!r} is no Boolean function: it ends too early")
        token = self.tokens.pop(0)
        if token == "!":
            found = self.literal().inverted
        elif token == "(":
            found = self.sum()
            if self._next() != ")":
                raise ValueError(f"{self.text!r} is no Boolean function: a ')' is missing")
            self.tokens.pop(0)
        elif token in ("0", "1"):
            found = _Term("ones" if token == "1" else "(ones ^ ones)", token)
        elif token[0].isalpha() or token[0] == "_":
            index = self.index.setdefault(token, len(self.index))
            found = _Term(f"v[names[{index}]]", token)
        else:
            raise ValueError(f"{self.text!r} is no Boolean function: {token!r} in the wrong place")
        while self._next() == "'":
            self.tokens.pop(0)
            found = found.inverted
        return found
