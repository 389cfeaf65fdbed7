from lmul.hdl.designs.design import Design
from lmul.synth.measure.measurement import Measured, Point
from lmul.synth.sweep.pictures import pareto_pictures, pareto_text
from lmul.tools.metrics import Metric


def found(figures: dict[str, tuple[float, float, float]]) -> dict[Point, Measured]:
    """Energy, delay and error by design; areas of 1."""
    results = {}
    for name, (energy, delay, error) in figures.items():

        def of(name: str, *values: tuple[str, float], library: str | None = "toy") -> Measured:
            level = Design.parse(name).level
            return Measured(
                tuple(Metric(name, level, n, v, library=library) for n, v in values), {}
            )

        tile = "attention QK"
        results[Point(name, "energy", stimulus=tile)] = of(name, ("energy_fj", energy))
        results[Point(name, "cells")] = of(name, ("area_um2", 1.0), ("delay_ps", delay))
        results[Point(name, "error", stimulus=tile)] = of(name, ("mred", error), library=None)
        if not name.startswith("pe"):
            results[Point(name, "error", stimulus="mantissas")] = of(
                name, ("mred", 0.5), library=None
            )
    return results


FIGURES = {
    "lmul-e4m3": (10.0, 30.0, 0.06),
    "lmul-e4m3-ftz": (10.0, 20.0, 0.06),
    "exact-e4m3": (30.0, 25.0, 0.02),
    "mitchell-e4m3": (20.0, 25.0, 0.07),  # beaten by lmul in both
    "pe-lmul-e4m3": (100.0, 60.0, 0.01),
}


def test_text_names_the_best():
    text = pareto_text(found(FIGURES))
    energy, _, delay = text.split("# ")[1:]
    assert energy.startswith("Error against energy\n")
    assert (
        "**multipliers, attention QK** (toy; fJ an operation, attention QK; error of products"
        in energy
    )
    assert energy.splitlines()[-3:-1] == [
        "1. lmul-e4m3, lmul-e4m3-ftz: 10; 6",
        "2. exact-e4m3: 30; 2",
    ]
    assert "PEs" not in text  # a single one can't be compared
    assert "mantissas" not in energy  # errors on the same operands come first
    assert delay.splitlines()[-1] == "1. lmul-e4m3-ftz: 20; 1"


def test_pictures_by_what_can_be_compared():
    pictures = {one.name: one for one in pareto_pictures(found(FIGURES))}
    assert [title for title, _ in pictures["error-energy"].panels] == ["multipliers, attention QK"]
    assert [title for title, _ in pictures["error-area"].panels] == [
        "multipliers, attention QK",
        "multipliers, mantissas",
    ]
    assert [title for title, _ in pictures["area-delay"].panels] == ["multipliers"]
    svg = pictures["error-energy"].svg()
    assert "fJ an operation, attention QK" in svg and "lmul" in svg


def test_too_little_for_pictures():
    cells = {point: one for point, one in found(FIGURES).items() if point.measure == "error"}
    assert pareto_pictures(cells) == [] and pareto_text(cells) == ""
