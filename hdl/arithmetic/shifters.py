"""Shifters: left by a signal, right with the bits that fall out kept as one, and up to the top."""

from collections.abc import Iterator
from dataclasses import dataclass

from amaranth import Cat, Const, Module, Mux, Signal, Value

from lmul.hdl.arithmetic.adders import bit_signal
from lmul.hdl.arithmetic.delay import UNCUT, Cuts
from lmul.hdl.arithmetic.fields import _NO

__all__ = ["Kept", "shift_left", "shift_right", "shift_right_sticky", "shift_to_top"]


_DECODER = {1: 1, 2: 6, 3: 15}
"""Gates to decode so many bits."""

_MOST_BITS = max(_DECODER)


def shift_left(
    m: Module, word: Value, places: Value, low: int, high: int, zero: Value | None = None
) -> Value:
    """Bits ``low`` to ``high - 1`` of ``word << places``, or none of them.

    In stages, those for the short shifts first: the word grows as late as it can. A stage takes
    one to three bits of ``places``, decoded: each bit of its result is an OR of as many bits as
    can come to lie there, and for most bits that is one.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word, places : Value
        Unsigned.
    low, high : int
        What is kept; the caller knows that nothing is set above ``high``.
    zero : Value or None
        Where it is 1, no bit is set: the last stage selects nothing.
    """
    bits: list[Value] = list(word)
    start = 0
    plan = _plan(len(word), len(places), low, high)
    for stage, taken in enumerate(plan):
        alive = Const(1, 1)
        if zero is not None and stage == len(plan) - 1:
            alive = ~zero
        lines = _decode(m, places[start : start + taken], alive)
        bits = [
            bit_signal(m, Cat(bits[source] & lines[line] for line, source in terms).any())
            for terms in _terms(len(bits), start, taken, high)
        ]
        start += taken
    bits += [Const(0, 1)] * (high - len(bits))
    return Cat(*bits[low:high])


def _decode(m: Module, word: Value, alive: Value) -> list[Value]:
    """A line for each value of ``word``, all of them 0 unless ``alive``."""
    lines = [alive]
    for bit in word:
        lines = [bit_signal(m, line & way) for way in (~bit, bit) for line in lines]
    return lines


def _terms(width: int, start: int, taken: int, high: int) -> list[list[tuple[int, int]]]:
    """For each bit behind a stage: the lines that select a bit for it, and which bit."""
    distance, ways = 1 << start, 1 << taken
    reach = min(width + (ways - 1) * distance, high)
    return [
        [
            (line, place - line * distance)
            for line in range(ways)
            if 0 <= place - line * distance < width
        ]
        for place in range(reach)
    ]


def _plan(width: int, places: int, low: int, high: int) -> tuple[int, ...]:
    """The bits of ``places`` that each stage takes: those with the fewest gates in all.

    Where most bits of a stage are ORs, ABC makes fewer gates of plain multiplexers than are counted
    here, and of a decoder's lines more.
    """
    plans = (plan for plan in _compositions(places) if _is_sparse(plan, width))
    return min(plans, key=lambda plan: _cost(plan, width, low, high))


def _is_sparse(plan: tuple[int, ...], width: int) -> bool:
    """Whether wide stages have two bits to choose from in half of their places at most."""
    start = 0
    for taken in plan:
        distance = 1 << start
        if taken > 1 and 2 * (width - distance) > distance:
            return False
        width, start = width + ((1 << taken) - 1) * distance, start + taken
    return True


def _compositions(total: int) -> Iterator[tuple[int, ...]]:
    """The ways to write ``total`` as a sum of numbers from 1 to 3, few large ones last."""
    if not total:
        yield ()
    for last in range(1, min(total, _MOST_BITS) + 1):
        for rest in _compositions(total - last):
            yield (*rest, last)


def _cost(plan: tuple[int, ...], width: int, low: int, high: int) -> int:
    """The gates of a shifter: ANDs and ORs of what is needed, and the decoders."""
    stages, start = [], 0
    for taken in plan:
        stages.append(_terms(width, start, taken, high))
        width, start = len(stages[-1]), start + taken
    needed: set[int] = set(range(low, min(high, width)))
    gates = sum(_DECODER[taken] for taken in plan)
    for terms in reversed(stages):
        gates += sum(2 * len(terms[place]) - 1 for place in needed)
        needed = {source for place in needed for _, source in terms[place]}
    return gates


@dataclass(frozen=True)
class Kept:
    """What is left of a significand after its shift."""

    bits: Value
    """The kept bits."""
    guard: Value
    """The first bit shifted out."""
    sticky: Value
    """Whether any later one is set."""


def shift_right(m: Module, word: Value, dropped: int, places: Value) -> Kept:
    """``word >> (dropped + places)`` with what rounding needs of the rest.

    A stage for each bit of ``places``, the longest first; what leaves the word by then is
    gathered into the sticky bit.

    Parameters
    ----------
    m : Module
        Where intermediate signals are driven.
    word : Value
    dropped : int
        Bits that are always shifted out, at least 0.
    places : Value
        Further places, unsigned.
    """
    if dropped == 0:  # the guard needs a place below the word
        word, dropped = Cat(Const(0, 1), word), 1
    lost = [word[: dropped - 1].any()] if dropped > 1 else []
    word = word[dropped - 1 :]
    for stage in reversed(range(len(places))):
        distance, by = 1 << stage, places[stage]
        lost.append(by & word[:distance].any())
        shifted = Signal(len(word), name=f"shifted_{distance}")
        m.d.comb += [
            shifted[place].eq(
                Mux(by, word[place + distance], word[place])
                if place + distance < len(word)
                else word[place] & ~by
            )
            for place in range(len(word))
        ]
        word = shifted
    return Kept(word[1:], word[0], Cat(*lost).any() if lost else Const(0, 1))


def shift_to_top(m: Module, word: Value, most: Value, cuts: Cuts = UNCUT) -> tuple[Value, Value]:
    """Shift a word to the left until its highest bit is set, or by ``most`` places.

    In stages, the longest first: one shifts where its bits at the top are empty, and ``most`` still
    allows it. ``cuts`` may have registers at ``"shifting"``, half way.

    Returns
    -------
    tuple of Value
        The word, and by how many places it was shifted. A word of zeros stays one.
    """
    bits = list(word)
    stages = (len(bits) - 1).bit_length()
    limits = [*most[:stages], *[Const(0, 1)] * (stages - len(most))]
    # Once a stage is left out that ``most`` has, all that follow are allowed.
    free: Value = most[stages:].any() if len(most) > stages else Const(0, 1)
    places: list[Value] = []
    for stage in reversed(range(stages)):
        if stage == stages // 2 - 1:
            word, rest, free, taken = cuts.at(
                m, "shifting", word=Cat(*bits), limits=Cat(*limits), free=free, by=Cat(*places)
            )
            bits, limits, places = [*word], [*rest], [*taken]
        distance = 1 << stage
        top = len(bits) - distance
        empty = bit_signal(m, ~Cat(*bits[top:]).any())
        by = bit_signal(m, empty & (free | limits[stage]))
        free = bit_signal(m, free | limits[stage] & ~empty)
        below = [Const(0, 1)] * distance + bits
        bits = [
            # At the top all bits are zero where the shift takes place.
            bit_signal(m, bit | by & lower if place >= top else Mux(by, lower, bit))
            for place, (bit, lower) in enumerate(zip(bits, below, strict=False))
        ]
        places.insert(0, by)
    return Cat(*bits), Cat(*places)


def shift_right_sticky(
    m: Module, word: Value, places: Value, nothing: Value = _NO, keeps_lost: bool = True
) -> Value:
    """``word >> places``, with the last bit set where anything was shifted out.

    In stages, the longest first. Where ``nothing`` is 1, the word is taken for 0. Without
    ``keeps_lost``, what is shifted out leaves no trace.
    """
    stages = len(word).bit_length()
    far: Value = bit_signal(m, places[stages:].any()) if len(places) > stages else _NO
    gone = bit_signal(m, far | nothing)
    lost: Value = _NO
    for stage in reversed(range(min(stages, len(places)))):
        distance, by = 1 << stage, places[stage]
        if keeps_lost:
            lost = bit_signal(m, lost | ((by | far) & word[:distance].any()))
        if keeps_lost and stage == stages - 1:
            lost = bit_signal(m, lost | (far & word[distance:].any()))
        # The first stage selects neither the one nor the other of what is gone.
        moves, stays = bit_signal(m, by & ~gone), bit_signal(m, ~(by | gone))
        padded = Cat(word, Const(0, distance))
        word = Cat(
            bit_signal(m, (padded[place + distance] & moves) | (word[place] & stays))
            for place in range(len(word))
        )
        far = gone = _NO
    return Cat(word[0] | (lost & ~nothing), word[1:]) if keeps_lost else word
