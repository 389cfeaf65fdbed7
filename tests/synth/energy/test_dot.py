"""Energies of dot-product units: what they are given, a term's share, the core alone."""

from dataclasses import replace

import numpy as np
import pytest
from toy_cells import TEXT

from lmul.cli import main
from lmul.hdl.designs.dot import DotDesign
from lmul.synth.energy import energy
from lmul.synth.energy.energy import measure
from lmul.synth.energy.run import streams
from lmul.synth.stimuli.dot import Groups
from lmul.synth.stimuli.stimulus import Stimulus, stimuli
from lmul.tools.errors import ToolFailed

NAME = "dot-lmul-e2m1-n3-w4-ftz"


@pytest.fixture
def toy(tmp_path):
    path = tmp_path / "toy.lib"
    path.write_text(TEXT)
    return path


def test_groups_of_a_dot_product():
    """Five pairs by three: the last group is filled up with zeros, the next product begins at 0."""
    x = np.array([1, 2, 3, 4, 5, -6, 7, 8, 9, 10, 99])
    groups = Groups.of(DotDesign.parse("dot-int8-n3"), Stimulus("", x, x, 5))
    assert (len(groups), groups.pairs) == (4, 10)
    assert groups.x.tolist() == [[1, 2, 3], [4, 5, 0], [-6, 7, 8], [9, 10, 0]]
    assert groups.acc.tolist() == [0, 14, 0, 149]
    assert groups.total.tolist() == [14, 55, 149, 330]


def test_sums_go_on_in_fp32():
    design = DotDesign.parse("dot-exact-e4m3-n2-w8")
    one, two, half = 0x38, 0x40, 0x30
    codes = np.array([one, two, half, one])
    groups = Groups.of(design, Stimulus("", codes, codes, 4))
    sums = groups.acc.astype(np.uint32).view(np.float32), groups.total.astype(np.uint32)
    assert sums[0].tolist() == [0, 5]
    assert sums[1].view(np.float32).tolist() == [5, 6.25]


@pytest.mark.evidence
def test_by_part_and_core(toy):
    [found] = measure(NAME, "uniform", liberty=toy, pairs=1 << 12)
    assert (found.level, found.operations) == ("dot", 1 << 12)
    assert {"edges", "product", "align", "sum", "normalise", "accumulate"} <= set(found.parts)
    assert found.clock == 0 and "registers" not in found.parts
    assert sum(found.parts.values()) == pytest.approx(found.without_glitches, rel=0.25)
    [core] = measure(NAME, "uniform", liberty=toy, pairs=1 << 12, core=True)
    inside = sum(found.parts[part] for part in ("product", "align", "sum"))
    assert core.without_glitches == pytest.approx(inside, rel=0.25)
    assert core.without_glitches < core.real_delays < found.real_delays
    [late] = measure(f"{NAME}-s2", "uniform", liberty=toy, pairs=1 << 12)
    assert 0 < late.clock < late.parts["registers"]
    assert sum(late.parts.values()) == pytest.approx(late.without_glitches, rel=0.25)
    assert 0 < late.glitches < found.glitches


def test_a_dot_products_groups_stay_together():
    """Dot products of five pairs, three a cycle: two cycles each, whatever registers there are."""
    x = np.tile(np.arange(-2, 3), 64 * 8)
    given = Stimulus("", x, x, 5)
    plain, late = (
        streams(DotDesign.parse(name), given, sequential)
        for name, sequential in (("dot-int8-n3", False), ("dot-int8-n3-s2", True))
    )
    assert (late.operations, late.pairs) == (64 * 16, 64 * 8 * 5)
    assert plain.share == late.share == 2 / 5
    # A reset, and what fills two registers, before all cycles are alike.
    assert late.drive.first == 3
    assert late.drive.inputs["acc"][0].shape == (1 + 8, 2)  # 128 streams


def test_dot_products_of_one_group():
    """Streams of eight cycles and more, though each is a dot product of its own."""
    x = np.tile(np.arange(-2, 3), 64 * 64)
    late = streams(DotDesign.parse("dot-int8-n5-s1"), Stimulus("", x, x, 5), True)
    assert (late.operations, late.pairs) == (64 * 64, 64 * 64 * 5)


@pytest.mark.slow
def test_figures_are_of_a_term(toy):
    """A unit of twice the terms takes about twice as much a cycle, and as much a term."""
    two, four = (
        measure(f"dot-int8-n{n}", "uniform", liberty=toy, pairs=1 << 12, parts=False)[0]
        for n in (2, 4)
    )
    assert 0.8 < four.without_glitches / two.without_glitches < 1.2
    assert 0.8 < four.leakage / two.leakage < 1.2


@pytest.mark.slow
@pytest.mark.parametrize("core", [False, True])
def test_wrong_netlists_have_no_energy(core, toy, monkeypatch):
    right = energy.timed

    def crossed(mapped, conditions):
        found = right(mapped, conditions)
        netlist = found.netlist
        name = "sum" if core else "p"
        low, *rest, top = netlist.outputs[name]
        outputs = {**netlist.outputs, name: (top, *rest, low)}
        return replace(found, netlist=replace(netlist, outputs=outputs))

    monkeypatch.setattr(energy, "timed", crossed)
    with pytest.raises(ToolFailed, match=r"gives \d+ results that are not the golden model's"):
        measure(NAME, liberty=toy, pairs=1 << 12, core=core, parts=False)


def test_the_core_takes_finite_operands():
    design = DotDesign.parse("dot-lmul-e4m3-n2-w8")
    nan = np.array([0x7F, 0x38])
    groups = Groups.of(design, Stimulus("", nan, nan, 2))
    with pytest.raises(ValueError, match=r"operands must be finite"):
        groups.drive_core(np.zeros((1, 64), np.int64))


def test_real_operands_by_groups():
    """K of the tile's Q·Kᵀ is 32: each fourth group of eight begins a sum."""
    design = DotDesign.parse("dot-lmul-bf16-n8-w16-ftz")
    [stimulus] = stimuli("attention QK", design, 1 << 10)
    groups = Groups.of(design, stimulus)
    assert len(groups) == 128
    assert (groups.acc.reshape(-1, 4)[:, 0] == 0).all()
    np.testing.assert_array_equal(
        groups.acc.reshape(-1, 4)[:, 1:], groups.total.reshape(-1, 4)[:, :3]
    )


def test_no_weight_is_stationary(capsys):
    assert main(["energy", NAME, "--stationary"]) == 2
    message = (
        "lmul: A dot-product unit's pairs are all of one dot product: leave --stationary out\n"
    )
    assert capsys.readouterr().err == message
