"""Circuits at equal clocks that nobody measured."""

from made_up_clocked import made_up_clocked

from lmul.synth.comparison.clocks.kept import ClockSurvey

__all__ = ["CLOCKS"]


CLOCKS = ClockSurvey(
    {
        (name, "60fo4"): made_up_clocked(f"{name}{pipeline}", area, energy)
        for name, pipeline, area, energy in (
            ("pe-lmul-e4m3-ftz", "-s1", 4000, 300),
            ("pe-lmul_rne-e4m3-ftz", "-s1", 4100, 301),
            ("pe-exact-e4m3-ftz", "", 5000, 400),
            ("pe-mitchell-e4m3-ftz", "", 4000, 299),
            ("pe-int8", "", 3600, 250),
            ("dot-lmul-bf16-n8-w16-ftz", "-s6", 27_000, 540),
            ("dot-exact-bf16-n8-w16-ftz", "-s6", 30_000, 600),
            ("array-lmul-e4m3-8x8-os-ftz", "-s1-r2", 400_000, 500),
            ("array-exact-e4m3-8x8-os-ftz", "-r1", 500_000, 560),
        )
    },
    "Kept.",
)
"""At 60 inverter delays: e4m3, and units of bf16."""
