"""Words of 64 streams: integers become bits, and bits of 64 streams one word."""

from math import gcd

import numpy as np
import numpy.typing as npt

__all__ = ["LANES", "ONES", "Ints", "Words", "ones_in", "pack", "spread", "unpack_ints"]


LANES = 64
ONES = np.uint64(0xFFFF_FFFF_FFFF_FFFF)

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def pack(values: npt.NDArray[np.integer], width: int) -> list[Words]:
    """Bit i of every value, in words: lane j of word w is stream ``64 * w + j``.

    Parameters
    ----------
    values : integer array, shape (cycles, streams)
        ``streams`` a multiple of 64. Bits from ``width`` on are left out.
    width : int

    Returns
    -------
    list of uint64 arrays, shape (cycles, streams / 64); bit 0 first
    """
    values = np.ascontiguousarray(values)
    return [
        np.packbits((values >> bit & 1).astype(np.uint8), axis=-1, bitorder="little").view("<u8")
        for bit in range(width)
    ]


def unpack_ints(bits: list[Words]) -> Ints:
    """The unsigned integers whose bits were packed, shape (cycles, streams); at most 63 bits."""
    total: Ints | None = None
    for place, words in enumerate(bits):
        lanes = np.unpackbits(
            np.ascontiguousarray(words).view(np.uint8), axis=-1, bitorder="little"
        )
        part = lanes.astype(np.int64) << place
        total = part if total is None else total | part
    assert total is not None
    return total


def spread(steps: int, words: int, wanted: int) -> npt.NDArray[np.uint8]:
    """A sample of about ``wanted`` words of all steps: 1 for those in it, shape (steps, words).

    Every word is in it at some step, and so is every phase of a pattern that repeats.
    """
    stride = max(1, steps * words // max(1, wanted))
    while gcd(stride, words) > 1:
        stride -= 1
    chosen = np.zeros(steps * words, np.uint8)
    chosen[::stride] = wanted > 0
    return chosen.reshape(steps, words)


def ones_in(words: Words) -> int:
    """How many bits are set."""
    return int(np.bitwise_count(words).sum(dtype=np.int64))
