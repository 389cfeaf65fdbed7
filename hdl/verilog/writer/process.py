"""What a process makes of a bit, as a choice between values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lmul.hdl.netlist.rtlil import Assign, Bit, Process, Switch, Word

__all__ = ["Choice", "Condition", "Tree", "choices", "groups"]


@dataclass(frozen=True)
class Condition:
    """Whether one of the patterns fits the word: 0, 1 or - for each bit, the highest first."""

    test: Word
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """``then`` where the condition holds, else ``other``."""

    condition: Condition
    then: "Tree"
    other: "Tree"


Tree = Choice | Word
"""A value that a process chooses."""


def choices(process: Process, before: dict[Bit, Word]) -> dict[Bit, Tree]:
    """The value of each bit after a process; those that it does not drive are as ``before``."""
    return _run(process.body, dict(before))


def _run(body: Iterable[Assign | Switch], values: dict[Bit, "Tree"]) -> dict[Bit, "Tree"]:
    for statement in body:
        if isinstance(statement, Assign):
            for target, value in zip(statement.target, statement.value, strict=True):
                values[target] = (value,)
            continue
        result = dict(values)
        for patterns, inner in reversed(statement.cases):
            chosen = _run(inner, dict(values))
            for bit, then in chosen.items():
                other = result.get(bit, then)
                if not patterns:
                    result[bit] = then
                elif then != other:
                    result[bit] = Choice(Condition(statement.test, patterns), then, other)
        values = result
    return values


def groups(trees: Iterable[tuple[Bit, "Tree"]]) -> Iterator[tuple[Word, "Tree"]]:
    """Neighbouring bits that the same conditions choose, as words."""
    waiting: list[tuple[Bit, Tree]] = []
    for bit, tree in trees:
        if waiting:
            last, before = waiting[-1]
            near = bit.wire == last.wire and bit.place == last.place + 1
            if not near or _shape(bit, tree) != _shape(last, before):
                yield _join(waiting)
                waiting = []
        waiting.append((bit, tree))
    if waiting:
        yield _join(waiting)


def _shape(bit: Bit, tree: "Tree") -> object:
    if isinstance(tree, Choice):
        return tree.condition, _shape(bit, tree.then), _shape(bit, tree.other)
    return tree == (bit,)  # a register holds, or something else


def _join(bits: list[tuple[Bit, "Tree"]]) -> tuple[Word, "Tree"]:
    return tuple(bit for bit, _ in bits), _joined([tree for _, tree in bits])


def _joined(trees: list["Tree"]) -> "Tree":
    first = trees[0]
    if isinstance(first, Choice):
        alike = [tree for tree in trees if isinstance(tree, Choice)]
        return Choice(
            first.condition,
            _joined([tree.then for tree in alike]),
            _joined([tree.other for tree in alike]),
        )
    return tuple(bit for tree in trees if not isinstance(tree, Choice) for bit in tree)
