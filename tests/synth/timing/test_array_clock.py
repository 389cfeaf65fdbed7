"""Arrays at a clock: composed of parts, each mapped in a way of its own."""

import pytest

from lmul.hdl.designs.mac import MacDesign
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.library import load
from lmul.synth.mapping.ways import Way
from lmul.synth.measure.clocked import clocked
from lmul.synth.timing.search import array_clock, array_parts, search
from lmul.synth.timing.search.clock import at_clock

LIBRARY = load(default_library())


def test_an_array_has_no_mapping():
    way = Way("ripple", "6", "map", 100)
    message = "Each part of 'array-int8-2x2-os' is mapped in a way of its own: leave the mapping"
    with pytest.raises(ValueError, match=f"^{message}"):
        at_clock("array-int8-2x2-os", LIBRARY, 5000, way)


@pytest.mark.evidence
def test_an_array_is_composed(monkeypatch):
    """`lmul synth --clock --pipeline` gives the array whose energy is measured."""
    ways = [Way("ripple", "0", "amap", 1500), Way("han_carlson", "4", "direct", 1000)]
    monkeypatch.setattr(search, "ways_for", lambda _ps: ways)
    monkeypatch.setattr(array_clock, "probes", lambda _ps: ways)
    name, period = "array-lmul-e2m1-2x2-os-ftz-k16", 4000.0
    one = at_clock(name, LIBRARY, period, pipeline=True)
    assert one.slack_ps >= 0
    assert set(one.parts) == {"pe", "round", "row_edge", "column_edge"}
    whole = clocked(name, "4", "uniform", orders=1)
    assert (whole.design, whole.area.as_written) == (one.design, one.area_um2)
    assert whole.mappings[0] == one.how
    assert len(whole.delays) == 2
    assert max(whole.delays) <= period
    assert whole.energy
    # Its registers are a choice only where that is asked for.
    assert at_clock(name, LIBRARY, period).design == name


@pytest.mark.evidence
def test_stronger_cells_bring_an_array_nearer_to_its_clock(monkeypatch):
    """The same parts, with :func:`sized` and without it."""
    design = MacDesign.parse("array-lmul-e2m1-2x2-os-ftz-k16-s1-r1")
    parts = array_clock.array_parts(design, LIBRARY, 1500.0)
    nearer, _ = array_parts.array_of(parts, LIBRARY, 1500.0)
    monkeypatch.setattr(array_parts, "sized", lambda mapped, *_, **_more: mapped)
    plain, _ = array_parts.array_of(parts, LIBRARY, 1500.0)
    assert plain.slack_ps < 0
    assert nearer.slack_ps > plain.slack_ps


@pytest.mark.evidence
def test_an_array_keeps_carries_where_it_is_smaller(monkeypatch):
    ways = [Way("ripple", "0", "amap", 1500), Way("han_carlson", "4", "direct", 1000)]
    monkeypatch.setattr(search, "ways_for", lambda _ps: ways)
    monkeypatch.setattr(array_clock, "probes", lambda _ps: ways)
    name = "array-int8-2x2-os"
    for period, choices in ((4000.0, ("-s1", "-s1-c8")), (20_000.0, ("", "-c8"))):
        both = [at_clock(f"{name}{more}", LIBRARY, period) for more in choices]
        assert [set(one.parts) - {"pe", "row_edge", "column_edge"} for one in both] == [
            set(),
            {"whole"},
        ]
        chosen = at_clock(name, LIBRARY, period, pipeline=True)
        smaller = min(both, key=lambda one: (one.slack_ps < 0, one.area_um2))
        assert (chosen.design, chosen.area_um2) == (smaller.design, smaller.area_um2)
