"""Replace a result by constants under conditions, at two gates a bit."""

from collections.abc import Sequence

from amaranth import Cat, Const, Module, Signal, Value

__all__ = ["overridden"]


def overridden(
    m: Module, word: Sequence[tuple[Value, Value]], special: Sequence[tuple[Value, int]]
) -> Value:
    """A word, or the constant of a condition that holds.

    Every bit comes out as ``bit & kept | forced``, whatever the number of conditions: bits in
    which all constants agree, and that are kept by the same signal, share both.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word : sequence of (bit, kept)
        From the last bit up; a bit that is not kept is 0.
    special : sequence of (condition, constant)
        The strongest condition last.
    """
    shared: dict[tuple[int, tuple[int, ...]], tuple[Value, Value]] = {}
    result = []
    for place, (bit, kept) in enumerate(word):
        levels = tuple(constant >> place & 1 for _, constant in special)
        key = (id(kept), levels)
        if key not in shared:
            shared[key] = _masks(m, kept, [c for c, _ in special], levels)
        keep, forced = shared[key]
        result.append(bit & keep | forced)
    return Cat(*result)


def _masks(
    m: Module, kept: Value, conditions: Sequence[Value], levels: Sequence[int]
) -> tuple[Value, Value]:
    """What all bits with these levels are kept by, and what sets them."""
    forced: Value = Const(0, 1)
    runs: list[tuple[int, list[Value]]] = []
    for condition, level in zip(conditions, levels, strict=True):
        if runs and runs[-1][0] == level:
            runs[-1][1].append(condition)
        else:
            runs.append((level, [condition]))
    for level, same in runs:
        if level:
            forced = forced | Cat(*same).any()
        else:
            clear = Cat(*same).any()
            kept, forced = kept & ~clear, forced & ~clear
    keep, force = Signal(name="keep"), Signal(name="force")
    m.d.comb += [keep.eq(kept), force.eq(forced)]
    return keep, force
