"""The 8-bit signed product: Booth rows, the adders for them, and the unit made of them.

Radix-4 Booth rows: nine gates a bit with their adders, for two plain rows at six each. The sum
that a product is added to takes a row's place among the adders; then nearly all of them are full
ones. With the product added up first, an integer PE has 17 gates more.
"""

from collections.abc import Mapping, Sequence

from amaranth import Cat, Const, Module, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from lmul.hdl.arithmetic.adders import add, bit_signal
from lmul.hdl.arithmetic.columns import add_columns
from lmul.hdl.arithmetic.compress import compress
from lmul.hdl.arithmetic.delay import Cuts, delay
from lmul.hdl.arithmetic.form import form, is_fast
from lmul.hdl.numbers.formats import INT8

__all__ = [
    "PLACES",
    "ROW_PLACES",
    "Int8Product",
    "Int8Rows",
    "Int8Words",
    "add_rows",
    "booth_bits",
    "booth_columns",
]


_BITS = 8
_STARTS = range(0, _BITS, 2)
PLACES = 2 * _BITS - 1
"""Places of the bits; what is carried out of the last one is worth ``2**15``."""

ROW_PLACES = tuple(
    place for start in _STARTS for place in (*range(start, start + _BITS + 1), start)
)
"""The place of each of :func:`booth_bits`: a row of nine, and a one where it is inverted."""

_CONSTANT = (1 << PLACES) - sum(1 << start + _BITS for start in _STARTS)


def booth_bits(m: Module, x: Sequence[Value], y: Sequence[Value]) -> list[Value]:
    """Bits at :data:`ROW_PLACES`, whose sum the product is but for a constant.

    A row for each pair of bits of ``y``: its digit, from -2 to 2, times ``x``. Where the digit is
    negative, the row is inverted and a one is added in its last place. A row's sign is inverted
    instead of extended; the constant makes up for that.

    Parameters
    ----------
    m : Module
        Where the rows' signals are driven.
    x, y : sequence of 8 bits
        Two's complement, the last place first.
    """
    bits: list[Value] = []
    for start in _STARTS:
        below, low, high = y[start - 1] if start else Const(0, 1), y[start], y[start + 1]
        is_one = bit_signal(m, low ^ below)
        is_two = bit_signal(m, ~(is_one | ~(high ^ low)))
        for place in range(_BITS + 1):
            once = is_one & x[min(place, _BITS - 1)]
            twice: Value = x[place - 1] if place else Const(0, 1)
            # Never once and twice, so that an XOR does for an OR. In this order: ABC makes ten
            # more gates of (once | twice) ^ high, and forty of once ^ (high ^ twice).
            inverted = once ^ high
            bit = inverted ^ (is_two & twice) if start else once ^ (high & ~(~low & twice))
            bits.append(bit_signal(m, ~bit if place == _BITS else bit))
        bits.append(high)
    return bits


def booth_columns(bits: Sequence[Value]) -> list[list[Value]]:
    """Bits for each of 15 places; their sum, less ``2**15``, is the product.

    Parameters
    ----------
    bits : sequence of Value
        :func:`booth_bits`.
    """
    columns: list[list[Value]] = [[] for _ in range(PLACES)]
    for place, bit in zip(ROW_PLACES, bits, strict=True):
        columns[place].append(bit)
    for place, column in enumerate(columns):
        if _CONSTANT >> place & 1:
            column.append(Const(1, 1))
    return columns


def add_rows(m: Module, bits: Sequence[Value]) -> Value:
    """The product, signed, by a ``+`` for each row.

    Parameters
    ----------
    m : Module
        Where the sums are driven.
    bits : sequence of Value
        :func:`booth_bits`.
    """
    size = _BITS + 2
    low: list[Value] = []
    above: Value = Const(0, 1)
    for start in range(0, len(bits), size):
        *row, sign, one = bits[start : start + size]
        # Of a row of two's complement the sign is inverted here; one bit more holds the sum.
        total = Signal(_BITS + 2, name=f"rows_{start // size}")
        m.d.comb += total.eq(above.as_signed() + Cat(*row, ~sign).as_signed() + one)
        low += [total[0], total[1]]
        above = total[2:]
    return Cat(*low, above).as_signed()


_Operand = data.StructLayout({"value": signed(INT8.width)})
_Product = data.StructLayout({"value": signed(2 * INT8.width)})
_Rows = data.StructLayout({"bits": len(ROW_PLACES)})
_Words = data.StructLayout({"first": PLACES + 1, "second": PLACES + 1})


class Int8Product(wiring.Component):
    """The exact product of two signed integers.

    Combinational, or with registers before the last two words are added up; it is 0 after reset.

    Parameters
    ----------
    registered : bool
        With a register on every way.

    Members
    -------
    x, y : In(operand_layout)
    p : Out(product_layout)
    en : In(1)
        Of a registered unit: while it is 0, the register holds.
    """

    operand_layout = _Operand
    product_layout = _Product

    def __init__(self, registered: bool = False) -> None:
        self.registered = registered
        ports = {"x": In(_Operand), "y": In(_Operand), "p": Out(_Product)}
        super().__init__(ports | Cuts.ports(["product"] if registered else []))

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        if form() == "products":
            m.d.comb += self.p.value.eq(self._late(m, "product", self.x.value * self.y.value))
            return m
        bits = booth_bits(m, Value.cast(self.x.value), Value.cast(self.y.value))
        if form() == "sums":
            m.d.comb += self.p.value.eq(self._late(m, "product", add_rows(m, bits)))
            return m
        if is_fast() or self.registered:
            first, second = compress(m, booth_columns(bits), PLACES + 1)
            first = self._late(m, "first", first, 1 << PLACES)
            second = self._late(m, "second", second)
            total = Signal(PLACES + 1)
            m.d.comb += [
                total.eq(first + second if is_fast() else add(m, first, second)[:-1]),
                self.p.value.eq(Cat(total[:-1], ~total[-1])),
            ]
            return m
        low, (top,) = add_columns(m, booth_columns(bits))
        m.d.comb += self.p.value.eq(Cat(*low, ~top))
        return m

    def _late(self, m: Module, name: str, value: Value, reset: int = 0) -> Value:
        return delay(m, value, 1, self.en, f"late_{name}", reset) if self.registered else value

    @staticmethod
    def columns(p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``2**15``, is the product."""
        *low, top = Value.cast(p.value)
        return [[bit] for bit in (*low, ~top)]


class Int8Rows(wiring.Component):
    """The exact product of two signed integers, as rows of bits that are not added up yet.

    Combinational.

    Members
    -------
    x, y : In(operand_layout)
    p : Out(product_layout)
    """

    operand_layout = _Operand
    product_layout = _Rows

    def __init__(self) -> None:
        super().__init__({"x": In(_Operand), "y": In(_Operand), "p": Out(_Rows)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = booth_bits(m, Value.cast(self.x.value), Value.cast(self.y.value))
        m.d.comb += self.p.bits.eq(Cat(bits))
        return m

    @staticmethod
    def columns(p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``2**15``, is the product."""
        return [*booth_columns(list(Value.cast(p.bits))), []]


class Int8Words(wiring.Component):
    """The exact product of two signed integers, as two words that are not added up yet.

    Combinational.

    Members
    -------
    x, y : In(operand_layout)
    p : Out(product_layout)
    """

    operand_layout = _Operand
    product_layout = _Words
    ZERO: Mapping[str, int] = {"first": 1 << PLACES, "second": 0}
    """A product of 0."""

    def __init__(self) -> None:
        super().__init__({"x": In(_Operand), "y": In(_Operand), "p": Out(_Words)})

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        bits = booth_bits(m, Value.cast(self.x.value), Value.cast(self.y.value))
        first, second = compress(m, booth_columns(bits), PLACES + 1)
        m.d.comb += [self.p.first.eq(first), self.p.second.eq(second)]
        return m

    @staticmethod
    def columns(p: data.View) -> list[list[Value]]:
        """Bits of ``p`` for each of 16 places; their sum, less ``2**15``, is the product."""
        return [list(bits) for bits in zip(p.first, p.second, strict=True)]
