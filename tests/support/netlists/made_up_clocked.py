"""A circuit at a clock that nobody measured, for tests of tables."""

from lmul.synth.measure.clocked import Clocked
from lmul.synth.measure.variation import Spread

__all__ = ["made_up_clocked"]


def made_up_clocked(
    design: str, area: float, energy: float | None, delay: float = 4800.0
) -> Clocked:
    return Clocked(
        design=design,
        clock_ps=4860.0,
        fo4_ps=81.0,
        library="made up",
        stimulus="attention QK",
        mappings=["han_carlson-4-map-2916"],
        delays=[delay],
        area=Spread(area, area * 39 / 40, area, area * 41 / 40),
        sequential=Spread(900, 900, 900, 900),
        energy=None if energy is None else Spread(energy, 0.98 * energy, energy, 1.02 * energy),
        opensta=[delay],
        fastest_ps=3000.0,
        tried=9,
    )
