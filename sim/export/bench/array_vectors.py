"""The vectors of an array's bench: matrix products cut into beats, and golden results."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.hdl.verilog.axi_layout import AxiLayout
from lmul.sim.export.bench.beats import Beat, beats_of
from lmul.sim.export.bench.layouts import array_layouts, word_fields
from lmul.sim.reference.matrices import golden

__all__ = ["ArrayVectors", "Job", "array_vectors"]


_SEED = 2410_00907
_SMALL = 64  # PEs: more are simulated more slowly, so they get fewer products

_LARGEST = 5  # the place of the longest sum, of the largest products
_LONGEST = 1024

Matrix = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Job:
    """One matrix product.

    Attributes
    ----------
    m, k, n : int
        Its sizes.
    upto : dict of str to int
        Of each stream, how many beats there are up to its end, earlier products counted.
    cycles : int
        From the first beat taken to the last result delivered, while nothing waits.
    """

    m: int
    k: int
    n: int
    upto: dict[str, int]
    cycles: int


@dataclass(frozen=True)
class ArrayVectors:
    """Beats of the streams ``a``, ``b`` and ``out``, as words that benches read.

    Attributes
    ----------
    layouts : dict of str to AxiLayout
        Of all streams.
    beats : dict of str to list of int
        By stream; :func:`~lmul.sim.export.bench.layouts.word_fields` says what is in a word.
    jobs : tuple of Job
        One after the other.
    """

    layouts: dict[str, AxiLayout]
    beats: dict[str, list[int]]
    jobs: tuple[Job, ...]

    def hex(self, stream: str) -> str:
        """The text for ``$readmemh``: a line a beat, the ports' digits between underscores."""
        fields = dict(reversed(word_fields(self.layouts[stream]).items()))
        lines = [f"// {' '.join(fields)}"]
        for word in self.beats[stream]:
            parts = [
                f"{word >> low & ((1 << width) - 1):0{-(-width // 4)}x}"
                for low, width in fields.values()
            ]
            lines.append("_".join(parts))
        return "\n".join(lines) + "\n"


def array_vectors(design: MacDesign) -> ArrayVectors:
    """Matrix products of several shapes, ragged ones among them."""
    rng = random.Random(_SEED)
    layouts = array_layouts(design)
    words: dict[str, list[int]] = {"a": [], "b": [], "out": []}
    jobs = []
    for style, (m, k, n) in enumerate(_shapes(design)):
        a, b = _operands(design, rng, (m, k), style), _operands(design, rng, (k, n), style)
        for beat in beats_of(design, a, b, *_results(design, a, b)):
            words[beat.stream].append(_word(layouts[beat.stream], beat, rng))
        upto = {stream: len(found) for stream, found in words.items()}
        jobs.append(Job(m, k, n, upto, design.cycles(m, k, n)))
    return ArrayVectors(layouts, words, tuple(jobs))


def _results(design: MacDesign, a: Matrix, b: Matrix) -> tuple[Matrix, Matrix]:
    """Codes and flags of whole tiles: the matrices are filled up with zeros.

    So a row that is only there to fill a tile is zero, or NaN against a NaN or Inf.
    """
    rows = -len(a) % design.rows if design.flow == "os" else 0
    padding = (0, rows), (0, -b.shape[1] % design.columns)
    if design.policy.zero == "zero":
        a, b = np.pad(a, (padding[0], (0, 0))), np.pad(b, ((0, 0), padding[1]))
        padding = (0, 0), (0, 0)
    found = golden(design, a, b)
    codes, flags = found.codes.astype(np.uint32).astype(np.int64), found.overflowed.astype(np.int64)
    return np.pad(codes, padding), np.pad(flags, padding)


def _word(layout: AxiLayout, beat: Beat, rng: random.Random) -> int:
    """A beat as a word; lanes that are not kept have any bits."""
    size = 8 * layout.lane_bytes
    values = {"tdata": 0, "tkeep": 0, "tlast": int(beat.last), "tuser": beat.user}
    for place, code in enumerate(beat.lanes):
        bits = rng.getrandbits(size) if code is None else code
        keeps = 0 if code is None else (1 << layout.lane_bytes) - 1
        values["tdata"] |= bits << (place * size)
        values["tkeep"] |= keeps << (place * layout.lane_bytes)
    return sum(values[port] << low for port, (low, _) in word_fields(layout).items())


def _shapes(design: MacDesign) -> Iterator[tuple[int, int, int]]:
    """M, K and N: a single product, a tile, more than one tile each way; K below and above R."""
    rows, columns, terms = design.rows, design.columns, design.terms
    limit = design.k_max if datapath_of(design).limits_k else 1 << 20
    ragged = 1 if terms > 1 else 0  # the last beat has fewer pairs than a PE takes
    yield 1, 1, 1
    yield rows, min(2 * terms, limit), columns
    yield rows + 1, min((rows + 2) * terms - ragged, limit), columns + 1
    if rows * columns <= _SMALL:
        yield max(1, rows - 1), min((2 * rows + 1) * terms - ragged, limit), 2 * columns + 1
        yield 2 * rows + 1, 1, columns
        longest = min(_LONGEST, limit)
        if design.flow == "os" or longest <= 16 * rows * terms:  # else too many tiles
            yield 1, longest, 1  # the largest products


def _operands(design: MacDesign, rng: random.Random, shape: tuple[int, int], style: int) -> Matrix:
    """Codes: middling numbers, or any; then with a few that are no numbers; or the largest."""
    size = shape[0] * shape[1]
    fmt = design.format
    if style == _LARGEST:
        return np.full(shape, fmt.max_code, np.int64)
    if isinstance(fmt, IntegerFormat):
        codes = [rng.getrandbits(fmt.width) for _ in range(size)]
    elif style % 2:
        codes = [_middling(fmt, rng) for _ in range(size)]
    else:
        codes = [_number(rng.getrandbits(fmt.width), fmt) for _ in range(size)]
        if design.policy.specials == "propagate":
            codes[-1] = next((c for c in (fmt.inf_code, fmt.nan_code) if c is not None), codes[-1])
            if size > shape[0] + shape[1] and fmt.nan_code is not None:
                codes[size // 2] = fmt.nan_code
    return np.array(codes, np.int64).reshape(shape)


def _middling(fmt: FloatFormat, rng: random.Random) -> int:
    spread = max(1, fmt.exponent_mask // 6)
    exponent = min(max(fmt.bias + rng.randint(-spread, spread), 0), fmt.exponent_mask - 1)
    sign = rng.getrandbits(1) << fmt.magnitude_bits
    return sign | exponent << fmt.mantissa_bits | rng.getrandbits(fmt.mantissa_bits)


def _number(code: int, fmt: FloatFormat) -> int:
    """The code, or one where it is none of a number."""
    special = code & fmt.magnitude_mask > fmt.max_code or code == fmt.nan_code
    return fmt.bias << fmt.mantissa_bits if special else code
