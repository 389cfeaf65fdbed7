"""Tables found together with their gates: what the search promises, and the tables kept of it."""

import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.products.corrected import CIRCUITS
from lmul.synth.optimise.candidates import Errors, best, judge
from lmul.synth.optimise.circuits import FoundCircuit, correction_of, find_circuit
from lmul.synth.optimise.drift import drift
from lmul.synth.optimise.pairs import pairs_on
from lmul.synth.optimise.search import circuits
from lmul.synth.optimise.sums import corrected_sum
from lmul.synth.optimise.trial import multiplier_gates

BF16 = FORMATS["bf16"]
TARGETS: dict[Kind, float] = {"lmul_coarse": 0.012, "lmul_fine": 0.008}
"""What each kind's table was searched for."""


def errors_of(kind: Kind) -> Errors:
    correction = KINDS[kind].correction
    assert correction is not None
    pairs = pairs_on("uniform", BF16)
    c = correction
    return Errors(BF16, pairs, c.top_bits, c.places, c.summed, c.by_carry)


@pytest.mark.parametrize("kind", TARGETS)
def test_kept_circuits_are_the_kinds_tables(kind: Kind) -> None:
    assert correction_of(CIRCUITS[kind], errors_of(kind)) == KINDS[kind].correction


@pytest.mark.evidence
def test_annealing_finds_what_it_says_and_the_same_again() -> None:
    errors = errors_of("lmul_coarse")
    found = find_circuit(errors, 0.0125, seed=3, steps=300_000)
    assert found.correction == correction_of(found.circuit, errors)
    floor = best(errors, "mred").mred
    mitchell = 0.0385  # without any correction
    assert floor <= judge(BF16, errors.pairs, found.correction).mred < mitchell / 2
    assert len(found.circuit.gates) < 60
    assert find_circuit(errors, 0.0125, seed=3, steps=300_000) == found


@pytest.mark.slow
def test_the_sum_that_is_counted_is_the_kinds() -> None:
    """All pairs of mantissas: the search counts gates of what the kind computes."""
    text = "\n".join(corrected_sum(kind, errors_of(kind), CIRCUITS[kind]) for kind in TARGETS)
    built = netlists(text, list(TARGETS))
    x, y = np.repeat(np.arange(128), 128), np.tile(np.arange(128), 128)
    for kind in TARGETS:
        correction = KINDS[kind].correction
        assert correction is not None
        out = built[kind](x=x, y=y)
        wanted = [correction.code_sum(int(a), int(b), 7) for a, b in zip(x, y, strict=True)]
        assert np.array_equal(out["c"].astype(int) * 128 + out["s"], wanted)


@pytest.mark.evidence
@pytest.mark.parametrize("kind", TARGETS)
def test_from_the_kept_circuit_the_search_finds_its_table(kind: Kind) -> None:
    errors, correction = errors_of(kind), KINDS[kind].correction
    assert correction is not None
    kept = FoundCircuit(correction, CIRCUITS[kind])
    found = drift(errors, [kept], TARGETS[kind], rounds=2)[0]
    assert found.correction == correction
    gates = [multiplier_gates(BF16, one.correction, one.circuit) for one in (kept, found)]
    assert gates[0] == gates[1]


def test_what_can_not_be_searched() -> None:
    e3m4 = FORMATS["e3m4"]
    with pytest.raises(ValueError, match=r"^Circuits are searched from 6 mantissa bits on, not fo"):
        circuits(e3m4, pairs_on("uniform", e3m4), 0.01)
    with pytest.raises(
        ValueError,
        match=r"^No table by 3 top bits and the carry has a mean error of 0\.10%: the be",
    ):
        circuits(BF16, pairs_on("uniform", BF16), 0.001)
