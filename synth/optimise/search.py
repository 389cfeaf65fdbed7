"""All that is searched for a format, in one table: constants and tables, error and gates."""

from collections.abc import Callable
from dataclasses import dataclass

from lmul.hdl.numbers.formats import FloatFormat
from lmul.synth.optimise.candidates import (
    MOST_BIAS,
    Errors,
    Judged,
    best,
    best_constant,
    best_table,
    judge,
    meets,
)
from lmul.synth.optimise.circuits import STEPS, FoundCircuit, find_circuit
from lmul.synth.optimise.drift import drift
from lmul.synth.optimise.pairs import Objective, Pairs
from lmul.synth.optimise.trial import multiplier_gates

__all__ = ["MOST_TOP_BITS", "ROUNDS", "Row", "circuits", "constants_and_tables"]


MOST_TOP_BITS = 4
_COARSEST, _FINEST = 3, 7  # places of a correction: from 2**-3, of 0.172 at most, to bf16's last
ROUNDS = 30
"""Rounds in which synthesis counts circuits: some three seconds each."""

_PLACES = _SUMMED = 6  # of tables that are found with their gates
_NARROWEST = _SUMMED  # mantissa bits
_SEEDS = (1, 2)
_EASED = 0.97  # of the target, annealing is asked for: what it finds misses it by a little
_SHOWN = 5  # circuits that are counted in the whole multiplier

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Row:
    """One correction, its errors and its gates.

    Attributes
    ----------
    name : str
    judged : Judged
    gates : int
        Of the multiplier under ftz.
    found : FoundCircuit or None
        Where the table was found together with its gates; otherwise synthesis made them.
    """

    name: str
    judged: Judged
    gates: int
    found: FoundCircuit | None = None


def constants_and_tables(
    fmt: FloatFormat,
    pairs: Pairs,
    objective: Objective,
    top: int | None = None,
    on_progress: Progress | None = None,
) -> list[Row]:
    """The best constant; the best table for each number of top bits and each step.

    Parameters
    ----------
    fmt : FloatFormat
    pairs : Pairs
    objective : str
    top : int or None
        Top bits of the tables, 0 for the constant alone; None is all of them.

    Raises
    ------
    ValueError
        When ``top`` is out of range.
    """
    most = min(MOST_TOP_BITS, fmt.mantissa_bits)
    if top is not None and not 0 <= top <= most:
        raise ValueError(f"Top bits must be from 0 to {most} for {fmt.name!r}, not {top!r}")
    finest = min(fmt.mantissa_bits, _FINEST)
    sizes = range(1, most + 1) if top is None else [top] if top else []
    shapes = [
        (bits, places) for bits in sizes for places in range(min(_COARSEST, finest), finest + 1)
    ]
    rows: list[Row] = []

    def add(name: str, judged: Judged) -> None:
        if on_progress:
            on_progress(len(rows), len(shapes) + 1, name)
        rows.append(Row(name, judged, multiplier_gates(fmt, judged.correction)))

    constant = best_constant(fmt, pairs, objective)
    add(f"constant {constant.correction.tables[0][0][0]}", constant)
    for bits, places in shapes:
        judged = best_table(fmt, pairs, objective, bits, places)
        add(f"table of {bits} top bits, steps 2^-{places}", judged)
    return rows


def circuits(
    fmt: FloatFormat,
    pairs: Pairs,
    target: float,
    rounds: int = ROUNDS,
    steps: int = STEPS,
    on_progress: Progress | None = None,
) -> list[Row]:
    """Tables found together with their gates, for a mean relative error, the fewest gates first.

    The mantissas' top three bits choose, and the carry into these. Annealing finds circuits and
    counts gates as they stand; those are then changed further, and synthesis counts them. Both keep
    what they find: a search that was stopped goes on where it was.

    Parameters
    ----------
    fmt : FloatFormat
    pairs : Pairs
    target : float
        The mean of relative errors' magnitudes that no table may exceed.
    rounds : int
        How many times synthesis counts circuits.
    steps : int
        Changes that each annealing tries.

    Raises
    ------
    ValueError
        When the format is too narrow, or no table found meets the target.
    """
    bits = fmt.mantissa_bits
    if bits < _NARROWEST:
        raise ValueError(
            f"Circuits are searched from {_NARROWEST} mantissa bits on, not for {fmt.name!r} with "
            f"{bits}"
        )
    errors = Errors(fmt, pairs, 3, _PLACES, _SUMMED, by_carry=True)
    if (floor := best(errors, "mred").mred) > target:
        raise ValueError(
            f"No table by 3 top bits and the carry has a mean error of {target:.2%}: the best has "
            f"{floor:.2%}"
        )
    total = len(_SEEDS) + rounds

    def told(done: int, what: str) -> None:
        if on_progress:
            on_progress(done, total, what)

    starts: list[FoundCircuit] = []
    for seed in _SEEDS:
        told(len(starts), f"annealing {seed}")
        starts.append(find_circuit(errors, _EASED * target, seed, steps))
    starts = [found for found in starts if meets(errors, found.correction, target)]
    if not starts:
        raise ValueError(
            f"No circuit was found with a mean error of {target:.2%} and a bias within "
            f"{MOST_BIAS:.1%}: ask for a larger error"
        )
    found = drift(errors, starts, target, rounds, lambda done, what: told(len(_SEEDS) + done, what))
    rows = []
    for place, one in enumerate(found[:_SHOWN], 1):
        gates = multiplier_gates(fmt, one.correction, one.circuit)
        rows.append(Row(f"circuit {place}", judge(fmt, pairs, one.correction), gates, one))
    return sorted(rows, key=lambda row: row.gates)
