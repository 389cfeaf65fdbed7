"""Sums that keep carries: whatever is kept, a step adds the product, and one word is made of it."""

from dataclasses import replace

import numpy as np
import pytest
from amaranth import Cat, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from netlist_eval import netlists
from same_outputs import prove_same_outputs

from lmul.hdl.arithmetic.compress import settled
from lmul.hdl.arithmetic.form import written_as
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import FloatDatapath, datapath_of
from lmul.hdl.verilog.convert import convert

pytestmark = pytest.mark.slow  # makes netlists

SEED, COUNT = 5, 20_000


def low_of(design, path):
    """The lower places: those that a product, or the sum of a group, has bits in."""
    if isinstance(path, FloatDatapath):
        return path.range.magnitude_bits + (design.terms - 1).bit_length()
    return {1: 17, 4: 17, 5: 18, 7: 18}[design.terms]


class Step(wiring.Component):
    """A PE's product and accumulation: of codes' integers with int8, else of a product or group."""

    def __init__(self, path):
        self.path = path
        self.unit = path.product_unit()
        self.accumulation = path.accumulation_unit(self.unit)
        bits = path.segments.shape.width
        given = {"x": In(8 * path.terms), "y": In(8 * path.terms)}
        if isinstance(path, FloatDatapath):
            given = {name: In(field.shape) for name, field in self.unit.product_layout}
        super().__init__(
            {
                **given,
                "acc": In(bits),
                "starts": In(1),
                "total": Out(bits),
                "whole": Out(path.sum_shape.width),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.accumulation = add = self.accumulation
        if isinstance(self.path, FloatDatapath):
            m.d.comb += [
                add.p[name].eq(getattr(self, name)) for name, _ in self.unit.product_layout
            ]
        else:
            m.submodules.unit = self.unit
            m.d.comb += [
                Value.cast(self.unit.x).eq(self.x),
                Value.cast(self.unit.y).eq(self.y),
                add.p.eq(self.unit.p),
            ]
        m.d.comb += [
            add.acc.eq(self.acc),
            add.starts.eq(self.starts),
            self.total.eq(add.total),
            self.whole.eq(add.whole),
        ]
        return m


def value_of(word, width, low, places):
    """The number that is kept: the sum, a carry below each segment, and a step at the low end."""
    up, down = (word >> np.uint64(width + len(places) + more) & np.uint64(1) for more in (0, 1))
    value = (word & np.uint64((1 << width) - 1)) + ((up - down) << np.uint64(low))
    for index, place in enumerate(places):
        value += (word >> np.uint64(width + index) & np.uint64(1)) << np.uint64(place)
    return value & np.uint64((1 << width) - 1)


def words(rng, width, low, places):
    """Anything that may be kept, the lower places often full: where carries go far."""
    carries = len(places)
    word = rng.integers(0, 1 << width + carries, COUNT, dtype=np.uint64)
    word[::3] |= np.uint64((1 << low) - 1)
    word[::7] |= np.uint64(((1 << carries) - 1) << width)
    return word | rng.integers(0, 3, COUNT).astype(np.uint64) << np.uint64(width + carries)


def int8_products(rng, path):
    x, y = rng.integers(-128, 128, (2, COUNT, path.terms))
    x[::5], y[::10], y[5::10] = -128, -128, 127
    places = np.uint64(8) * np.arange(path.terms, dtype=np.uint64)
    given = [((each & 0xFF).astype(np.uint64) << places).sum(axis=1) for each in (x, y)]
    return dict(zip("xy", given, strict=True)), (x * y).sum(axis=1)


def float_products(rng, path):
    """Products whose bits are all in the sum."""
    layout = path.product_unit().product_layout
    if path.terms > 1:
        most = path.terms << path.range.magnitude_bits
        value = rng.integers(1 - most, most, COUNT)
        value[::8], value[4::8] = most - 1, 1 - most
        return {"sum": value & ((1 << layout.size) - 1)}, value
    below = layout.exp_bias + path.range.lsb
    sig = rng.integers(1, 1 << layout.significand_bits, COUNT)
    sig[::4] = (1 << layout.significand_bits) - 1
    most = path.range.magnitude_bits - layout.significand_bits
    exp = rng.integers(max(below, 0), below + most + 1, COUNT)
    exp[::8] = below + most
    neg, zero = rng.integers(0, 2, (2, COUNT))
    value = np.where(neg == 1, -1, 1) * np.where(zero == 1, 0, sig << (exp - below))
    return {"neg": neg, "zero": zero, "exp": exp, "sig": sig}, value


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("pe-lmul-e4m3-ftz-c8", "gates"),
        ("pe-int8-c1", "fast"),
        ("pe-int8-s1-c5", "fast"),
        *(
            pytest.param(*each, marks=pytest.mark.evidence)
            for each in (
                ("pe-exact-e3m4-ftz-k8-s1-c1", "fast"),
                ("pe-lmul-e4m3-ftz-k8-c3", "sums"),
                ("pe-int8-c8", "gates"),
                ("pe-int8-s1-c2", "sums"),
                ("pe-int8-n4-c8", "gates"),
                ("pe-int8-n5-s1-c3", "fast"),
                ("pe-int8-n7-c1", "gates"),
                ("pe-exact-e4m3-n5-ftz-c8", "gates"),
            )
        ),
    ],
)
def test_step(name, form):
    design = MacDesign.parse(name)
    path, rng = datapath_of(design), np.random.default_rng(SEED)
    is_float = isinstance(path, FloatDatapath)
    width = path.sum_shape.width
    low = low_of(design, path)
    given, product = (float_products if is_float else int8_products)(rng, path)
    with written_as(form):
        segments = path.segments
        text = convert(Step(path), "step")
    assert segments
    places = segments.places
    assert set(places) <= set(range(design.carries, low - 1, design.carries))
    acc = words(rng, width, low, places)
    starts = rng.integers(0, 4, COUNT) == 0
    found = netlists(text, ["step"])["step"](**given, acc=acc, starts=starts.astype(int))
    mask = np.uint64((1 << width) - 1)
    before = value_of(acc, width, low, places)
    assert np.array_equal(found["whole"].astype(np.uint64), before)
    after = np.where(starts, np.uint64(0), before) + product.astype(np.uint64) & mask
    total = found["total"].astype(np.uint64)
    assert np.array_equal(value_of(total, width, low, places), after)
    # No register keeps what never comes.
    assert np.bitwise_or.reduce(total) == (1 << width + len(places) + 2) - 1


@pytest.mark.parametrize(
    ("heights", "count"),
    [([3, 2, 4], 3), ([1, 1, 1], 3), ([2, 2], 0), ([3, 3], 1), ([4], 0), ([5, 1], 2), ([5, 2], 1)],
)
def test_settled(heights, count):
    """As a tree of full adders leaves them: 5 bits are one and two carries."""
    assert settled(heights) == count


class Added(Step):
    """What a step makes of a sum, as one word: of what it keeps, or by a PE's plain adder."""

    def __init__(self, path, plain=None):
        super().__init__(path)
        self.plain = plain and plain.accumulation_unit(self.unit)
        self.resolves = path.accumulation_unit(self.unit)

    def elaborate(self, platform):
        m = super().elaborate(platform)
        m.submodules.resolves = resolves = self.resolves
        add, up = self.accumulation, self.acc[-2]
        m.d.comb += add.acc.eq(Cat(self.acc[:-1], self.acc[-1] & ~up))  # never both
        if self.plain is None:
            m.d.comb += [resolves.acc.eq(add.total), self.whole.eq(resolves.whole)]
        else:
            m.submodules.plain = plain = self.plain
            before = add.whole & ~self.starts.replicate(len(add.whole))
            m.d.comb += [
                plain.p.eq(add.p),
                plain.acc.eq(before),
                self.whole.eq(plain.total),
            ]
        m.d.comb += self.total.eq(0)
        return m


@pytest.mark.parametrize(
    "name",
    [
        "pe-lmul-e2m1-ftz-k4-c3",
        *(
            pytest.param(name, marks=pytest.mark.evidence)
            for name in ("pe-exact-e2m3-c1", "pe-lmul-e4m3-ftz-c8", "pe-int8-c8")
        ),
    ],
)
def test_every_step_is_a_plain_addition(name):
    """Proved for all that may be kept, reached or not, and every product."""
    design = MacDesign.parse(name)
    path, plain = datapath_of(design), datapath_of(replace(design, carries=0))
    kept, added = (convert(Added(path, other), "top") for other in (None, plain))
    prove_same_outputs(kept, added, "top")
