"""The clock tree's last stage: by hand, and steep enough in real libraries."""

from pathlib import Path

import pytest
from outside import pdk
from toy_cells import BUF, TEXT, caused

from lmul.synth.layout.clock_leaves import clock_leaves
from lmul.synth.liberty.cells import FALL, RISE
from lmul.synth.liberty.conditions import Conditions
from lmul.synth.liberty.default import NAMED
from lmul.synth.liberty.file import LibertyText
from lmul.synth.liberty.library import Library, load
from lmul.synth.liberty.nodes import NODES


def toy(text: str) -> Library:
    return Library(LibertyText(Path("toy.lib"), text))


def limited(buffer: str, limit: int) -> str:
    return buffer.replace("direction : output;", f"direction : output; max_capacitance : {limit};")


def test_by_hand():
    """Flip-flops' clock pins have 1 fF; all edges take 10 ps, the inverter's too; 2 V."""
    small = limited(BUF, 3)
    large = (
        limited(BUF, 8).replace("(buf)", "(large)").replace(caused("a", 2, 2), caused("a", 9, 4))
    )
    large = large.replace("area : 2;", "area : 5;").replace(
        "leakage_power : 1;", "leakage_power : 4;"
    )
    library = toy(TEXT.replace(BUF, small + large))
    # Three small ones for 3, 3 and 2 flip-flops take 4 fJ each inside, one large one 13.
    found = clock_leaves({"dff": 8, "nand2": 3}, library, "none")
    assert found is not None
    assert (found.buffer, found.count, found.each, found.area_um2) == ("buf", 3, 3, 6)
    assert found.energy == 8 * 1 * 2**2 + 3 * 4
    assert found.leakage == 3
    # For 10: four small ones, or two large ones with 26.
    found = clock_leaves({"dff": 10}, library, "none")
    assert found is not None
    assert (found.buffer, found.count, found.area_um2) == ("buf", 4, 8)
    assert found.energy == 10 * 4 + 4 * 4
    # One large one takes less than two small ones where it takes 7 fJ.
    cheap = toy(TEXT.replace(BUF, small + large.replace(caused("a", 9, 4), caused("a", 4, 3))))
    found = clock_leaves({"dff": 6}, cheap, "none")
    assert found is not None
    assert (found.buffer, found.count, found.area_um2, found.leakage) == ("large", 1, 5, 4)
    assert found.energy == 6 * 4 + 7


def test_none_without_flipflops_or_buffers():
    library = toy(TEXT)
    assert clock_leaves({"nand2": 3}, library, "none") is None
    assert clock_leaves({"dff": 3}, toy(TEXT.replace(BUF, "")), "none") is None


@pytest.mark.parametrize(
    "name",
    [*NAMED, *(pytest.param(f"all of {name}", marks=pytest.mark.evidence) for name in NODES)],
)
def test_real_buffers_are_steep_enough(name):
    files = NODES[name.removeprefix("all of ")].files if name not in NAMED else ()
    library = load([pdk(file) for file in files] or name)
    flipflop = next(one for one in library.usable if library[one].is_flipflop)
    for wires in ("none", "long"):
        found = clock_leaves({flipflop: 40}, library, wires)
        assert found is not None
        slew = Conditions.of(library).input_slew_ps
        state = library[flipflop].state
        assert state is not None and state.clocked_on is not None
        pin = library[flipflop].pins[state.clocked_on.inputs[0]].capacitance
        assert found.count * found.each >= 40
        load_ff = found.each * pin
        [output] = library[found.buffer].outputs
        stages = [arc.at(edge, slew, load_ff) for arc in output.timing for edge in (RISE, FALL)]
        assert all(stage and stage[1] <= slew for stage in stages)
        # More than charging the pins alone, in fJ; less than ten times that.
        assert library.voltage is not None
        charge = 40 * pin * library.voltage**2
        assert charge < found.energy < 10 * charge
