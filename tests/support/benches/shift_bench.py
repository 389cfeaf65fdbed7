"""A multiplier behind a shift wrapper: inputs that try all pairs, and what is seen at ``so``."""

import numpy as np

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.golden.multiply import multiply


def de_bruijn(bits):
    """A sequence of 0 and 1 in which every word of ``bits`` bits stands once, and a word more."""
    word, sequence = 0, [0] * bits
    seen = {0}
    while True:
        for bit in (1, 0):
            following = (word << 1 | bit) & ((1 << bits) - 1)
            if following not in seen:
                break
        else:
            return np.array(sequence)
        seen.add(following)
        sequence.append(bit)
        word = following


def stream_in(name):
    """A bit a cycle, such that every pair of operands is an input once."""
    return de_bruijn(2 * _widths(name)[0])


def stream_out(name, stream):
    """The golden model's bit of each cycle, read before the clock's edge."""
    width, bits = _widths(name)
    given = np.zeros(len(stream), np.int64)
    for cycle in range(1, len(stream)):
        given[cycle] = (given[cycle - 1] << 1 | stream[cycle - 1]) & ((1 << 2 * width) - 1)
    x, y = (part.astype(np.uint8) for part in (given & ((1 << width) - 1), given >> width))
    p = _products(name, x, y)
    wanted = np.zeros(len(stream), np.int64)
    for place in range(bits):
        # Into its register, into the chain, and on to the chain's end.
        late = 2 + bits - 1 - place
        wanted[late:] ^= p[:-late] >> place & 1
    return wanted


def settled(name):
    """The first cycle in which all that is seen comes from bits that were shifted in."""
    return _widths(name)[1] + 2


def _widths(name):
    """Of an operand and of the product."""
    design = Design.parse(name)
    if isinstance(design, UnitDesign):
        return design.format.width, design.format.width
    return 8, 16


def _products(name, x, y):
    design = Design.parse(name)
    if isinstance(design, UnitDesign):
        fmt, kind = design.format, design.kind
        return multiply(x, y, fmt, kind, design.policy, design.offset).astype(np.int64)
    return x.view(np.int8).astype(np.int64) * y.view(np.int8)
