import re

import numpy as np
import pytest
from amaranth import Elaboratable, Module
from amaranth.sim import Simulator
from netlist_eval import netlists

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.numbers.policy import POLICIES, Policy
from lmul.hdl.verilog.emit import emit
from lmul.sim.golden.multiply import multiply
from lmul.sim.reference.vectors import pairs

pytestmark = pytest.mark.evidence  # the netlists; simulation has the same pairs

SMALL = [f for f in FORMATS.values() if f.width <= 8]
WIDE = [f for f in FORMATS.values() if f.width > 8]
ALL_POLICIES = [
    POLICIES["bare"],
    *(
        Policy("zero", subnormals, tiny, overflow, specials)
        for subnormals in ("flush", "normalize")
        for tiny in ("flush", "gradual")
        for overflow in ("saturate", "nonsaturating")
        for specials in ("ignore", "propagate")
    ),
]
USER_MADE = [
    FloatFormat("one_bit_fn", 1, 1, 0, "fn"),
    FloatFormat("one_bit_exponent", 1, 6, 0, "finite"),
    FloatFormat("least_ieee", 2, 1, 1, "ieee"),
    FloatFormat("negative_bias", 3, 2, -2, "ieee"),
    FloatFormat("large_bias", 3, 3, 9, "fnuz"),
    FloatFormat("all_overflow", 3, 3, -20, "fn"),
    FloatFormat("all_vanish", 2, 4, 20, "ieee"),
    FloatFormat("short_bias_fn", 4, 2, 2, "fn"),
    FloatFormat("e4m3_ieee", 4, 3, 7, "ieee"),
    FloatFormat("long_mantissa", 2, 5, 1, "fnuz"),
]


def designs_of(fmt):
    kinds: list[Kind] = [k for k in KINDS if KINDS[k].exists_for(fmt)]
    return [UnitDesign(kind, fmt, policy=policy) for kind in kinds for policy in POLICIES.values()]


def assert_equal_to_golden(designs, count=1 << 16):
    """All pairs up to 8 bits, ``count`` beyond, in the netlist of each design's Verilog."""
    circuits = netlists("\n".join(map(emit, designs)), [d.module_name for d in designs])
    for design in designs:
        x, y = pairs(design.format, count)
        wanted = multiply(x, y, design.format, design.kind, design.policy, design.offset)
        got = circuits[design.module_name](x=x, y=y)["p"]
        wrong = np.flatnonzero(got != wanted)
        assert not len(wrong), (
            f"{design.name}: {len(wrong)} of {len(x)} wrong, first {int(x[wrong[0]]):#x} * "
            f"{int(y[wrong[0]]):#x} = {int(got[wrong[0]]):#x}, not {int(wanted[wrong[0]]):#x}"
        )


@pytest.mark.parametrize("fmt", [FORMATS["e4m3"], FORMATS["e2m1"]], ids=str)
def test_every_kind_and_preset(fmt):
    assert_equal_to_golden(designs_of(fmt))


@pytest.mark.parametrize("fmt", [f for f in SMALL if f.name not in ("e4m3", "e2m1")], ids=str)
def test_every_small_format(fmt):
    assert_equal_to_golden(designs_of(fmt))


@pytest.mark.parametrize("fmt", WIDE, ids=str)
def test_wide_formats(fmt):
    assert_equal_to_golden(designs_of(fmt))


@pytest.mark.parametrize("fmt", [FORMATS[n] for n in ("e4m3", "e3m2", "e5m2fnuz")], ids=str)
@pytest.mark.parametrize("kind", ["lmul", "exact"])
def test_every_legal_policy(fmt, kind):
    assert_equal_to_golden([UnitDesign(kind, fmt, policy=policy) for policy in ALL_POLICIES])


@pytest.mark.parametrize("fmt", USER_MADE, ids=str)
def test_user_made_format(fmt):
    # mitchell is lmul at offset 0, and lax differs from ftz in the flags alone
    chosen = [d for d in designs_of(fmt) if d.kind != "mitchell" and d.policy.name != "lax"]
    assert_equal_to_golden(chosen)


@pytest.mark.parametrize("kind", ["lmul", "lmul_formula"])
def test_every_offset(kind):
    fmt = FORMATS["e3m2"]
    assert_equal_to_golden([UnitDesign(kind, fmt, offset=offset) for offset in range(4)])


def test_widest_offset_with_largest_operands():
    # X + Y + offset needs a bit more than X + Y when NaN codes are read as numbers
    policy = Policy("zero", "normalize", "gradual", "saturate", "ignore")
    for fmt in (FORMATS["e3m4"], FORMATS["e4m3"]):
        largest = (1 << fmt.mantissa_bits) - 1
        assert_equal_to_golden([UnitDesign("lmul", fmt, policy=policy, offset=largest)])


class Pipeline:
    """A multiplier under Amaranth's simulator, stepped cycle by cycle."""

    def __init__(self, stages):
        self.dut = Multiplier("e4m3", stages=stages)

    def run(self, steps):
        """``steps``: (en, i_valid, x, y); returns (o_valid, p) seen before each clock edge."""
        seen = []

        async def bench(ctx):
            for en, valid, x, y in steps:
                ctx.set(self.dut.en, en)
                ctx.set(self.dut.i_valid, valid)
                ctx.set(self.dut.x, x)
                ctx.set(self.dut.y, y)
                seen.append((ctx.get(self.dut.o_valid), ctx.get(self.dut.p)))
                await ctx.tick()

        simulator = Simulator(self.dut)
        simulator.add_clock(1e-9)
        simulator.add_testbench(bench)
        simulator.run()
        return seen


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_latency(stages):
    # 0x38 is 1.0: L-Mul gives 1.125, 0x39
    steps = [(1, 1, 0x38, 0x38)] + [(1, 0, 0, 0)] * (stages + 1)
    seen = Pipeline(stages).run(steps)
    assert [valid for valid, _ in seen] == [0] * stages + [1, 0]
    assert seen[stages][1] == 0x39


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_enable_holds_every_register(stages):
    rng = np.random.default_rng(7)
    steps = [
        (int(en), int(valid), int(x), int(y))
        for en, valid, x, y in zip(
            rng.integers(0, 2, 200),
            rng.integers(0, 2, 200),
            rng.integers(0, 256, 200),
            rng.integers(0, 256, 200),
            strict=True,
        )
    ]
    accepted = []
    for (valid, product), (en, i_valid, x, y) in zip(
        Pipeline(stages).run(steps), steps, strict=True
    ):
        if len(accepted) >= stages:
            was_valid, wanted = accepted[-stages]
            assert valid == was_valid
            assert product == wanted
        else:
            assert valid == 0
        if en:
            accepted.append((i_valid, int(multiply(np.uint8(x), np.uint8(y), "e4m3"))))


def test_reset_clears_valid_alone():
    text = emit(UnitDesign.parse("lmul-e4m3-s2"))
    assert "rst" in text
    assert "o_valid" in text


@pytest.mark.parametrize("stages", [0, 1, 2, 3])
def test_attributes_and_ports(stages):
    dut = Multiplier("e4m3", "lmul", "ftz", stages=stages)
    assert (dut.fmt, dut.kind, dut.policy) == (FORMATS["e4m3"], "lmul", POLICIES["ftz"])
    assert (dut.offset, dut.stages, dut.latency) == (1, stages, stages)
    ports = {"x", "y", "p"} | ({"en", "i_valid", "o_valid"} if stages else set())
    assert set(dut.signature.members) == ports


def test_attributes_are_read_only():
    dut = Multiplier("e4m3")
    for name in ("fmt", "kind", "policy", "offset", "stages", "latency"):
        with pytest.raises(AttributeError):
            setattr(dut, name, None)


def test_in_another_design():
    class Squares(Elaboratable):
        def __init__(self):
            self.unit = Multiplier("e5m2", "exact")

        def elaborate(self, platform):
            m = Module()
            m.submodules.unit = self.unit
            m.d.comb += self.unit.y.eq(self.unit.x)
            return m

    squares = Squares()
    got = []

    async def bench(ctx):
        for code in range(256):
            ctx.set(squares.unit.x, code)
            got.append(ctx.get(squares.unit.p))

    simulator = Simulator(squares)
    simulator.add_testbench(bench)
    simulator.run()
    codes = np.arange(256, dtype=np.uint8)
    assert got == multiply(codes, codes, "e5m2", "exact").tolist()


def test_from_design():
    dut = Multiplier.from_design(UnitDesign.parse("lmul-e5m2-lax-s1-o2"))
    assert (dut.fmt.name, dut.policy.name, dut.stages, dut.offset) == ("e5m2", "lax", 1, 2)


def test_from_design_wrong():
    with pytest.raises(
        ValueError, match=r"^Design 'product-lmul-e4m3' is no multiplier but a product$"
    ):
        Multiplier.from_design(UnitDesign.parse("product-lmul-e4m3"))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("e9m9",), ValueError, "Unknown format 'e9m9': use e4m3, e5m2, "),
        (("e4m3", "booth"), ValueError, "Unknown kind 'booth': use lmul, "),
        (("bf16", "lmul_rne"), ValueError, "Kind 'lmul_rne' needs a format of at most 3 "),
        (("e4m3", "lmul", "loose"), ValueError, "Unknown policy 'loose': use bare, lax, ftz"),
        (("e4m3", "lmul", "ocp", 8), ValueError, "Offset must be from 0 to 7 for 'e4m3', not 8"),
        (("e4m3", "exact", "ocp", 1), ValueError, "Kind 'exact' has no offset; only lmul"),
        (("e4m3", "lmul", "ocp", None, 4), ValueError, "Stages must be from 0 to 3, not 4"),
        (("e4m3", "lmul", "ocp", None, "1"), TypeError, "Stages must be an integer, not '1'"),
        ((3,), TypeError, "Format must be a FloatFormat, not 3"),
    ],
)
def test_parameters_wrong(arguments, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        Multiplier(*arguments)
