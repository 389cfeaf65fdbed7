"""L-Mul among its relatives: what others add to the same sum, by error and gates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS
from lmul.hdl.products.corrected import CorrectionGates
from lmul.sim.accuracy.pairs import ErrorStats, accuracy
from lmul.synth.gates.count import count
from lmul.synth.optimise.candidates import Judged, best_constant, best_table, judge
from lmul.synth.optimise.pairs import pairs_on
from lmul.synth.optimise.trial import multiplier_gates

__all__ = ["PUBLISHED", "RELATED_FORMATS", "Published", "Relative", "relatives"]


RELATED_FORMATS = ("bf16", "fp16", "e3m4", "e4m3", "e5m2", "e2m1")

_SKARUPKE = (0x3F800000 - 0x3F76D000) / (1 << 23)  # what his constant leaves of the bias
_MBM = 5 / 64
_SUMMED = 6  # the last place that the corrected kinds add

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Relative:
    """One way to multiply by adding, or what it stands beside.

    Attributes
    ----------
    name, source : str
    mred, bias, worst : float
        Over all mantissa pairs, packed into the format.
    gates : callable or None
        Counts those of the multiplier under ftz; None where the project has no circuit of it.
    """

    name: str
    source: str
    mred: float
    bias: float
    worst: float
    gates: Callable[[], int] | None


@dataclass(frozen=True)
class Published:
    """What others print, not measured here."""

    name: str
    format: str
    mred: float
    source: str


PUBLISHED = (
    Published("UniCore, tables of 4 by 4", "bf16", 0.01448, "UniCore, ISCA 2026"),
    Published("UniCore, tables of 8 by 8", "bf16", 0.00762, "UniCore, ISCA 2026"),
    Published("UniCore's software", "e4m3", 0.0200, "UniCore, ISCA 2026"),
    Published("UniCore's RTL", "e4m3", 0.0233, "UniCore, ISCA 2026"),
)


def relatives(fmt: FloatFormat) -> list[Relative]:
    """All of a format, the largest mean error first.

    Raises
    ------
    ValueError
        When the mantissa has more than ten bits: there are too many pairs.
    """
    found = [_mbm(fmt), *_constants(fmt), *_tables(fmt), *_kinds(fmt)]
    return sorted(found, key=lambda row: -row.mred)


def _constants(fmt: FloatFormat) -> Iterator[Relative]:
    """Constants in the place of L-Mul's."""
    pairs = pairs_on("uniform", fmt)
    best = best_constant(fmt, pairs, "mred")
    [[[constant]]] = best.correction.tables
    skarupke = round(_SKARUPKE * (1 << fmt.mantissa_bits))
    yield _of(f"mitchell-{fmt.name}-ftz", "Mitchell, PAM", "Mitchell 1962; Kosson and Jaggi 2023")
    yield _of(
        f"lmul-{fmt.name}-ftz",
        f"L-Mul, the paper's constant {fmt.paper_offset}",
        "arXiv 2410.00907",
    )
    if constant:
        name = f"L-Mul, the best constant {constant}"
        yield _of(f"lmul-{fmt.name}-ftz-o{constant}", name, "this project")
    name = f"L-Mul, Skarupke's constant {skarupke}"
    yield _of(f"lmul-{fmt.name}-ftz-o{skarupke}", name, "0x3f76d000 for fp32")
    if fmt.mantissa_bits > _SUMMED:
        # What the corrected kinds save in their last places, L-Mul may save, too.
        step = round(constant / (1 << (fmt.mantissa_bits - _SUMMED)))
        bits = tuple(-2 if step >> place & 1 else -1 for place in range(step.bit_length()))
        short = judge(fmt, pairs, Correction((((step,),),), _SUMMED, _SUMMED))
        name = f"L-Mul, constant {step}/{1 << _SUMMED}, no carries below 2^-{_SUMMED}"
        yield _judged(fmt, name, short, CorrectionGates((), bits))


def _tables(fmt: FloatFormat) -> Iterator[Relative]:
    """The best tables of UniCore's and of larger shapes, their gates left to synthesis."""
    pairs = pairs_on("uniform", fmt)
    places = min(fmt.mantissa_bits, 7)
    for top in range(2, min(4, fmt.mantissa_bits + 1)):
        side = 1 << top
        name = f"table of {side} by {side}, steps 2^-{places}"
        yield _judged(fmt, name, best_table(fmt, pairs, "mred", top, places), None)


def _kinds(fmt: FloatFormat) -> Iterator[Relative]:
    for kind, info in KINDS.items():
        if not info.is_surveyed and info.exists_for(fmt):
            yield _of(f"{kind}-{fmt.name}-ftz", kind, "this project")
    if KINDS["lmul_rne"].exists_for(fmt):
        yield _of(f"lmul_rne-{fmt.name}-ftz", "lmul_rne, exactly rounded", "this project")
    yield _of(f"exact-{fmt.name}-ftz", "exact, rounded to nearest even", "IEEE 754")


def _of(design: str, name: str, source: str) -> Relative:
    unit = UnitDesign.parse(design)
    found = accuracy(unit.kind, unit.format, unit.offset).packed
    return Relative(name, source, found.mred, found.bias, found.worst, lambda: count(unit).gates)


def _judged(
    fmt: FloatFormat, name: str, found: Judged, circuit: CorrectionGates | None
) -> Relative:
    return Relative(
        name,
        "this project",
        found.mred,
        found.bias,
        found.worst,
        lambda: multiplier_gates(fmt, found.correction, circuit),
    )


def _mbm(fmt: FloatFormat) -> Relative:
    """MBM: 5/64 is added to the sum of significands, whether the mantissas carry or not.

    That is about a twelfth, the mean of what Mitchell's product lacks (Saadat, Bokhari and
    Parameswaran, TCAD 2018). Not rounded to the format's last place.
    """
    one = 1 << fmt.mantissa_bits
    man = np.arange(one) / one
    total = np.add.outer(man, man)
    product = np.where(total < 1, 1 + total, 2 * total) + _MBM
    stats = ErrorStats()
    stats.add(product / np.multiply.outer(1 + man, 1 + man) - 1)
    source = "Saadat and others, TCAD 2018"
    return Relative("MBM's constant 5/64", source, stats.mred, stats.bias, stats.worst, None)
