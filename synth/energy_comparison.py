"""Energy of L-Mul beside its twins in one format, at multiplier and PE level, as a table."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lmul.hdl.design import Design
from lmul.hdl.formats import FORMATS
from lmul.hdl.kinds import KINDS
from lmul.synth.energy import Energy, measure
from lmul.synth.paper_energy import FP8_NOTE
from lmul.synth.report_table import NOTHING, Table, percent

__all__ = ["compared_designs", "comparison", "comparison_table"]

_INT8_WIDTH = 8  # the integer twin stands beside formats of its own width
_RNE_BITS = 3  # lmul_rne has no room beyond

Progress = Callable[[int, int, str], None]


def compared_designs(fmt: str = "e4m3", policy: str = "ftz") -> list[Design]:
    """Multipliers of all kinds, then PEs; int8 beside 8-bit formats."""
    kinds = [k for k in KINDS if k != "lmul_rne" or FORMATS[fmt].mantissa_bits <= _RNE_BITS]
    names = [f"{kind}-{fmt}-{policy}" for kind in kinds]
    integer = FORMATS[fmt].width == _INT8_WIDTH
    names += ["product-int8"] * integer
    names += [f"pe-{kind}-{fmt}-{policy}" for kind in kinds]
    names += ["pe-int8"] * integer
    return [Design.parse(name) for name in names]


def comparison(
    liberty: Path | None = None,
    stimulus: str = "gaussian",
    fmt: str = "e4m3",
    policy: str = "ftz",
    on_progress: Progress | None = None,
) -> list[Energy]:
    """Measure :func:`compared_designs`.

    Raises
    ------
    Exception
        As :func:`lmul.synth.energy.measure`.
    """
    found = []
    designs = compared_designs(fmt, policy)
    for done, design in enumerate(designs):
        if on_progress:
            on_progress(done, len(designs), f"energy of {design.name}")
        found += measure(design, stimulus, liberty=liberty)
    return found


def comparison_table(found: Sequence[Energy]) -> Table:
    """Each design's energy, and what it saves against the exact twin of its level.

    Parameters
    ----------
    found : sequence of Energy
        Of one library, in the order of :func:`comparison`.
    """
    exact = {(e.level, e.stimulus): e for e in found if _kind(e) == "exact"}
    # The bare integer product stands beside multipliers: it has nothing to unpack or pack.
    integer = {
        ("multiplier" if e.level == "product" else e.level): e for e in found if _kind(e) == "int8"
    }
    rows = []
    for one in found:
        twin = exact.get((one.level, one.stimulus))
        rows.append(
            (
                one.design,
                one.stimulus,
                f"{one.total:.0f}",
                f"{one.with_glitches:.0f}",
                NOTHING if _kind(one) in ("exact", "int8") else _saved(one, twin),
                NOTHING if _kind(one) == "int8" else _saved(one, integer.get(one.level)),
                ", ".join(f"{part} {value:.0f}" for part, value in one.parts.items()) or NOTHING,
            )
        )
    first = found[0]
    return Table(
        "Energy of an operation, fJ",
        (
            "design",
            "stimulus",
            "zero delay",
            "with glitches",
            "saved against exact",
            "against int8",
            "by part",
        ),
        rows,
        notes=(
            f"Library {first.library}, {first.transition:.0f} ps transition at the ports, "
            f"{first.frequency / 1e6:g} MHz, no wires, no load behind outputs. Netlists compared "
            "with the golden model in the same run. With glitches: unit delays. int8 at "
            "multiplier level is the bare product.",
            "The paper claims 95 % (fp16 products, an integer addition against a multiplication) "
            "and 80 % (fp32 multiply-accumulate, the accumulator's addition left as it is). The "
            f"baselines here are the exact twin of the same format, and int8. {FP8_NOTE}",
        ),
        text_columns=2,
        strong=frozenset({4}),
    )


def _kind(one: Energy) -> str:
    return Design.parse(one.design).kind


def _saved(one: Energy, twin: Energy | None) -> str:
    return NOTHING if twin is None else percent(1 - one.total / twin.total)
