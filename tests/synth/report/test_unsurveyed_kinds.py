"""Kinds that the report leaves out: it measures none of them and simulates none."""

import pytest

from lmul.hdl.numbers.formats import FORMATS
from lmul.hdl.numbers.kinds import KINDS
from lmul.sim.runner.verify import family
from lmul.synth.comparison.designs import REPORT_FORMATS, kinds_of, report_designs
from lmul.synth.report import build


@pytest.mark.parametrize("fmt", REPORT_FORMATS)
def test_what_is_simulated_was_counted(fmt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report holds the very texts that it counted against the golden model."""
    asked = []

    def verify_format(designs, simulator, verilog):
        asked.extend(designs)
        raise InterruptedError

    monkeypatch.setattr(build, "verify_format", verify_format)
    monkeypatch.setattr(build, "counted_text", lambda found, design: design)
    monkeypatch.setattr(build, "_same_text", lambda design, wanted: wanted)
    with pytest.raises(InterruptedError):
        build._verify([fmt], {}, lambda done, total, label: None)
    counted = report_designs([fmt])
    assert {design.name for design in asked} <= set(counted)
    assert {design.kind for design in asked} == set(kinds_of(fmt))
    left_out = {kind for kind, info in KINDS.items() if not info.is_surveyed}
    assert left_out.isdisjoint(design.kind for design in asked)
    everything = {design.kind for design in family(FORMATS[fmt])}
    assert ({"lmul_coarse", "lmul_fine"} <= everything) == (fmt in ("bf16", "fp16"))
