"""The multiplier: unpack, a product unit, pack, with registers between them on request."""

from typing import Any

from amaranth import Module, Signal
from amaranth.hdl import ValueLike
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.multiplier.pack import Pack
from lmul.hdl.multiplier.unpack_pair import UnpackPair
from lmul.hdl.numbers.formats import FORMATS, FloatFormat
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import OperandLayout
from lmul.hdl.products.registry import product_unit

__all__ = ["Multiplier"]


class Multiplier(wiring.Component):
    """Codes in, code out.

    Combinational with ``stages=0``. With registers, ``p`` and ``o_valid`` answer the ``x``, ``y``
    and ``i_valid`` of ``stages`` enabled clock cycles ago; one multiplication starts in every
    enabled cycle, and while ``en`` is 0 all registers hold. ``o_valid`` is 0 after reset; the
    data registers are not reset.

    The registers stand: 1 between product and pack, the longest path's middle; 2 also behind
    pack, so that ``p`` comes straight from registers; 3 also between unpack and product.

    Parameters
    ----------
    fmt : FloatFormat or str
        The format of ``x``, ``y`` and ``p``, or its name.
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    policy : Policy or str
        What becomes of zeros, subnormals, overflow, NaN and Inf; or its name.
    offset : int or None
        The added constant in units of ``2**-m``, where the kind has one; None is the paper's.
    stages : int
        Registers from input to output, 0 to 3.

    Members
    -------
    x, y : In(width)
    p : Out(width)
    en, i_valid : In(1)
        With ``stages > 0`` only.
    o_valid : Out(1)
        With ``stages > 0`` only.

    Attributes
    ----------
    fmt, kind, policy, offset, stages
        The parameters, resolved.
    latency : int
        Enabled clock cycles from ``x`` to ``p``: ``stages``.

    Raises
    ------
    TypeError, ValueError
        When a parameter is of the wrong type, unknown, or out of range.
    """

    def __init__(
        self,
        fmt: FloatFormat | str,
        kind: Kind = "lmul",
        policy: Policy | str = "ocp",
        offset: int | None = None,
        stages: int = 0,
    ) -> None:
        if isinstance(fmt, str):
            if fmt not in FORMATS:
                raise ValueError(f"Unknown format {fmt!r}: use {', '.join(FORMATS)}")
            fmt = FORMATS[fmt]
        # UnitDesign checks all of them, in one place.
        self._design = UnitDesign(kind, fmt, "multiplier", Policy.parse(policy), offset, stages)
        ports = {"x": In(fmt.width), "y": In(fmt.width), "p": Out(fmt.width)}
        if stages:
            ports |= {"en": In(1), "i_valid": In(1), "o_valid": Out(1)}
        super().__init__(ports)

    @classmethod
    def from_design(cls, design: UnitDesign | str) -> "Multiplier":
        """The multiplier that a design or its name describes.

        Raises
        ------
        ValueError
            When it describes something else.
        """
        design = UnitDesign.parse(design)
        if design.level != "multiplier":
            raise ValueError(f"Design {design.name!r} is no multiplier but a {design.level}")
        return cls(design.format, design.kind, design.policy, design.offset, design.stages)

    @property
    def fmt(self) -> FloatFormat:
        """The format of ``x``, ``y`` and ``p``."""
        return self._design.format

    @property
    def kind(self) -> Kind:
        """The kind of product."""
        return self._design.kind

    @property
    def policy(self) -> Policy:
        """What becomes of zeros, subnormals, overflow, NaN and Inf."""
        return self._design.policy

    @property
    def offset(self) -> int:
        """The added constant in units of ``2**-m``; 0 for kinds without one."""
        return self._design.resolved_offset

    @property
    def stages(self) -> int:
        """Registers from input to output."""
        return self._design.stages

    @property
    def latency(self) -> int:
        """Enabled clock cycles from ``x`` to ``p``."""
        return self.stages

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        fmt, policy = self.fmt, self.policy
        m.submodules.unpack = unpack = UnpackPair(fmt, policy)
        m.submodules.product_unit = product = self._product_unit(unpack.layout)
        m.submodules.pack = pack = Pack(fmt, policy, product.product_layout)
        m.d.comb += [unpack.x.eq(self.x), unpack.y.eq(self.y)]
        x, y = unpack.first, unpack.second
        behind_unpack, behind_product, behind_pack = (self.stages >= n for n in (3, 1, 2))
        # Zero goes round the product unit, as NaN and Inf do: the unit then masks nothing.
        flags = [(unpack.zero, "zero"), (unpack.nan, "nan"), (unpack.inf, "inf")]
        if behind_unpack:
            x, y = self._register(m, x, "operand_x"), self._register(m, y, "operand_y")
            flags = [(self._register(m, flag, f"operand_{name}"), name) for flag, name in flags]
        for port, operand in ((product.x, x), (product.y, y)):
            m.d.comb += [
                port.neg.eq(operand.neg),
                port.exp.eq(operand.exp),
                port.man.eq(operand.man),
                port.zero.eq(0),
            ]
        unrounded = product.p
        if behind_product:
            unrounded = self._register(m, unrounded, "product_p")
            flags = [(self._register(m, flag, f"product_{name}"), name) for flag, name in flags]
        m.d.comb += [pack.product.eq(unrounded), *(getattr(pack, n).eq(f) for f, n in flags)]
        code = self._register(m, pack.code, "packed") if behind_pack else pack.code
        m.d.comb += self.p.eq(code)
        if self.stages:
            self._delay_valid(m)
        return m

    def _product_unit(self, operands: OperandLayout) -> ProductUnit:
        """The unit between unpack and pack."""
        return product_unit(self.kind, self.fmt, self._design.offset, operands)

    def _register(self, m: Module, source: ValueLike, name: str) -> Any:
        """``source`` one enabled cycle later."""
        register = Signal.like(source, name=name, reset_less=True)
        with m.If(self.en):
            m.d.sync += register.eq(source)
        return register

    def _delay_valid(self, m: Module) -> None:
        """``i_valid`` beside the data, reset."""
        valid = Signal(self.stages)
        with m.If(self.en):
            m.d.sync += valid.eq(valid << 1 | self.i_valid)
        m.d.comb += self.o_valid.eq(valid[-1])
