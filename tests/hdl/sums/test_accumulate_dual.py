"""An exact sum in parts: the next sum, and which of its parts differ from those before."""

import numpy as np
import pytest
from netlist_eval import netlists

from lmul.hdl.arithmetic.form import written_as
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.mac.datapath import datapath_of
from lmul.hdl.mac.int8 import IntDatapath
from lmul.hdl.verilog.convert import convert
from lmul.sim.golden.sums.part_writes import matrix_writes, part_writes, stream_writes

SEED = 9072
COUNT = 20_000


def made(name, form, top):
    """The accumulation behind a PE's product unit, as Verilog."""
    path = datapath_of(MacDesign.parse(name))
    with written_as(form):
        return convert(path.accumulation_unit(path.product_unit()), top)


def products(rng, path):
    """Words of products, and the signed numbers that they are in units of the sum."""
    if isinstance(path, IntDatapath):
        product = rng.integers(-128, 128, COUNT) * rng.integers(-128, 128, COUNT)
        return product & 0xFFFF, product
    layout, bits = path.multiplier().product_layout, path.range.magnitude_bits
    sig = rng.integers(0, 1 << layout["sig"].width, COUNT)
    places = rng.integers(0, bits - layout["sig"].width + 1, COUNT)
    neg = rng.integers(0, 2, COUNT)
    exp = layout.exp_bias + path.range.lsb + places
    fields = {"neg": neg, "zero": (sig == 0).astype(np.int64), "exp": exp, "sig": sig}
    words = [value << layout[name].offset for name, value in fields.items()]
    return np.sum(words, axis=0), (sig << places) * (1 - 2 * neg)


def wanted(acc, product, path):
    """The next sums of signed ones, and for each part whether its bits are others than before."""
    width = path.sum_shape.width
    mask = (1 << width) - 1
    total = acc + product
    moved = {
        name: (acc & mask) >> part.start & (1 << part.stop - part.start) - 1
        != (total & mask) >> part.start & (1 << part.stop - part.start) - 1
        for name, part in path.sum_parts.rare.items()
    }
    return total & mask, moved


def sums_near_steps(rng, path):
    """Sums of all sizes, many of them a little beside a multiple of what a part holds."""
    width = path.sum_shape.width
    acc = rng.integers(-(1 << width - 2), 1 << width - 2, COUNT) >> rng.integers(0, width, COUNT)
    near = rng.random(COUNT) < 0.5
    steps = 1 << rng.choice([path.sum_parts.start, path.sum_parts.stop], COUNT)
    return np.where(near, acc // steps * steps + rng.integers(-2, 3, COUNT), acc)


CASES = [
    *((f"pe-exact-e4m3-ftz-{cut}-k64", "gates") for cut in ("dual14_-10", "dual24", "dual2_-18")),
    *(("pe-exact-e4m3-ftz-dual14_-10-k64", form) for form in ("sums", "fast", "fastest")),
    *(("pe-int8-dual16-s1", form) for form in ("gates", "sums", "fast")),  # products added up
    ("pe-int8-dual27-s1", "gates"),
]


@pytest.mark.slow
def test_sums_and_changes():
    units = {f"unit_{number}": case for number, case in enumerate(CASES)}
    text = "".join(made(*case, top) for top, case in units.items())
    for top, circuit in netlists(text, list(units)).items():
        rng = np.random.default_rng(SEED)
        path = datapath_of(MacDesign.parse(units[top][0]))
        p, product = products(rng, path)
        acc = sums_near_steps(rng, path)
        mask = (1 << path.sum_shape.width) - 1
        found = circuit(p=p, acc=acc & mask)
        total, moved = wanted(acc, product, path)
        assert np.array_equal(found["total"].astype(np.int64), total), units[top]
        for name, moves in moved.items():
            assert np.array_equal(found[name].astype(bool), moves), (units[top], name)
            assert moves.any() and not moves.all(), (units[top], name)


def test_how_often_parts_are_written():
    x = np.array([[127, 1, 1], [127, -2, 5], [127, 1, -6], [1, 1, 0]])
    y = np.array([[127, 1, 1], [127, 1, 1], [127, 1, 1], [1, 1, 1]])
    # Sums: 16129, 32258, 48387, 48388; 1, -1, 0, 1; 1, 6, 0, 0. The bits from 2^16 up change with
    # the sign, at -1 and at 0 behind it; and each of three ends writes them.
    design = MacDesign.parse("pe-int8-dual16")
    assert part_writes(design, x, y) == {"above": 5 / 12}
    assert stream_writes(design, x.T.ravel(), y.T.ravel(), 4) == {"above": 5 / 12}
    # 16129, 32258, 48387; 127, -127, 0: two ends, and -127.
    a, b = np.array([[[127, 127, 127], [1, -2, 1]]]), np.array([[[127], [127], [127]]])
    assert matrix_writes(design, a, b) == {"above": 3 / 6}
    # e4m3: 1 * 1 has 2^0; 2^-9 * 1 is below a part from 2^-2 on; 448 * 448 is above one of 6 bits.
    one, least, most = 0x38, 0x01, 0x7E
    x, y = (
        np.array([[one, one], [least, one], [one, most]]),
        np.array([[one, one]] * 2 + [[one, most]]),
    )
    design = MacDesign.parse("pe-exact-e4m3-dual6_-2")
    assert part_writes(design, x, y) == {"below": 3 / 6, "above": 2 / 6}
