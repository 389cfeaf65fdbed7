"""Product units that add operands as integers and correct the sum by the mantissas' top bits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amaranth import Array, Cat, Const, Module, Signal, Value

from lmul.hdl.arithmetic.adders import add, bit_signal, full_adder
from lmul.hdl.arithmetic.form import form
from lmul.hdl.arithmetic.gate_list import Gate, build_gates
from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kinds import KINDS, Kind
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.operand import OperandLayout, ProductLayout

__all__ = ["CIRCUITS", "CorrectedProduct", "CorrectionGates", "GateCorrectedProduct"]


@dataclass(frozen=True)
class CorrectionGates:
    """Tables of corrections as gates.

    Attributes
    ----------
    gates : tuple of Gate
        Signals before them are, for each of the mantissas' top bits from the highest down: x's
        bit, y's bit, both's exclusive or, both's and. The adder has the last two anyway. Where
        a carry chooses, for each of these places also the sum's bit and the carry into it, and
        last the carry out of the highest.
    bits : tuple of int
        The signals that are the correction's bits, the last place first; -1 is a constant 0, -2
        a constant 1.
    """

    gates: tuple[Gate, ...]
    bits: tuple[int, ...]

    def signals(self, inputs: Sequence[int]) -> list[int]:
        """All signals for one pair's top bits, the inputs first; as bits."""
        signals = list(inputs)
        for gate, first, second in self.gates:
            a, b = signals[first], signals[second]
            inverted = gate in ("nand", "nor", "xnor")
            one = a & b if "and" in gate else a | b if gate in ("or", "nor") else a ^ b
            signals.append(one ^ inverted)
        return signals

    def value(self, inputs: Sequence[int]) -> int:
        """The correction for one pair's top bits, in steps."""
        signals, known = self.signals(inputs), {-1: 0, -2: 1}
        bits = (known[n] if n < 0 else signals[n] for n in self.bits)
        return sum(bit << place for place, bit in enumerate(bits))


class CorrectedProduct(ProductUnit):
    """Add exponents and mantissas as one word, and a correction to the mantissas' sum.

    Combinational, or with registers before the second row. The mantissas' sum is made from the
    correction's place ``summed`` up, in an adder that is shorter than L-Mul's by four gates for
    each place beyond; a second row adds the correction, while the first still carries. Both rows
    carry into the exponent at most once together, since no product of two significands reaches 4.

    Parameters
    ----------
    kind : str
        What the unit is called.
    fmt : FloatFormat
    operands : OperandLayout
        The layout of ``x`` and ``y``.
    correction : Correction
    circuit : CorrectionGates or None
        The correction's gates; None leaves them to synthesis.
    registered : bool

    Members
    -------
    x, y : In(OperandLayout)
    p : Out(ProductLayout)
    en : In(1)
        With registers.
    """

    def __init__(
        self,
        kind: Kind,
        fmt: FloatFormat,
        operands: OperandLayout,
        correction: Correction,
        circuit: CorrectionGates | None = None,
        registered: bool = False,
    ) -> None:
        self.correction = correction
        self._circuit = circuit
        super().__init__(kind, fmt, 0, operands, registered)

    def _layout(self) -> ProductLayout:
        bits, operands = self.fmt.mantissa_bits, self.operand_layout
        largest = 2 * (operands.max_magnitude >> bits) + 1
        return ProductLayout(
            exponent_bits=largest.bit_length(),
            significand_bits=bits + 1,
            fraction_bits=bits,
            exp_bias=2 * operands.exp_bias + bits,
            marks_zero=operands.marks_zero,
        )

    def elaborate(self, platform: object) -> Module:
        """Build the circuit."""
        m = Module()
        x, y = self.x.man, self.y.man
        low = len(x) - self.correction.summed
        total, carries = _sum_and_carries(m, x[low:], y[low:])
        steps = self._later(m, "steps", self._steps(m, total, carries))
        total = self._later(m, "total", total)
        skipped = self.correction.summed - self.correction.places
        above = len(x) - low - skipped - len(steps)
        row = [*steps, *[Const(0, 1)] * above]
        corrected = add(m, total[skipped:], row)
        lowest = self._late(m, "lowest", x[:low] | y[:low])
        mantissa = Cat(lowest, total[:skipped], corrected[:-1])
        carry = bit_signal(m, self._late(m, "carry", carries[-1]) | corrected[-1])
        nonzero = self._late(m, "nonzero", self._sign_and_zero(m))
        m.d.comb += [
            self.p.exp.eq(self._exponent(m, carry)[: len(self.p.exp)]),
            self.p.sig.eq(Cat((bit & nonzero for bit in mantissa), nonzero)),
        ]
        return m

    def _later(self, m: Module, name: str, bits: Sequence[Value]) -> Sequence[Value]:
        """Bits an enabled cycle later with registers, else as they are."""
        return list(self._late(m, name, Cat(*bits))) if self.registered else bits

    def _steps(
        self, m: Module, total: Sequence[Value], carries: Sequence[Value]
    ) -> Sequence[Value]:
        """The correction's bits, the last place first."""
        top, tables = self.correction.top_bits, self.correction.tables
        by_carry = self.correction.by_carry
        x, y = self.x.man[-top:], self.y.man[-top:]
        if self._circuit is None:
            width = max(max(map(max, table)) for table in tables).bit_length()
            steps = Signal(width)
            chosen = [
                Array(Array(Const(n, width) for n in row)[y] for row in table)[x]
                for table in tables
            ]
            m.d.comb += steps.eq(Array(chosen)[carries[-1 - top]] if by_carry else chosen[0])
            return list(steps)
        inputs: list[Value] = []
        for a, b in zip(reversed(x), reversed(y), strict=True):
            inputs += [a, b, bit_signal(m, a ^ b), bit_signal(m, a & b)]
        if by_carry:
            for place in range(1, top + 1):
                inputs += [total[-place], carries[-1 - place]]
            inputs.append(carries[-1])
        signals = build_gates(m, self._circuit.gates, inputs)
        constants = {-1: Const(0, 1), -2: Const(1, 1)}
        return [constants[n] if n < 0 else signals[n] for n in self._circuit.bits]


def _sum_and_carries(
    m: Module, x: Sequence[Value], y: Sequence[Value]
) -> tuple[list[Value], list[Value]]:
    """The sum of two words without its carry; the carries into each place and out of the last."""
    if form() != "gates":
        total = add(m, x, y)
        into = [bit_signal(m, s ^ a ^ b) for s, a, b in zip(total[:-1], x, y, strict=True)]
        return list(total[:-1]), [*into, total[-1]]
    bits: list[Value] = []
    carries: list[Value] = [Const(0, 1)]
    for a, b in zip(x, y, strict=True):
        bit, carry = full_adder(m, a, b, carries[-1])
        bits.append(bit)
        carries.append(carry)
    return bits, carries


_LMUL_COARSE = CorrectionGates(
    (
        ("xor", 0, 4),
        ("xor", 1, 5),
        ("and", 19, 20),
        ("nor", 14, 4),
        ("and", 0, 9),
        ("and", 1, 8),
        ("or", 23, 24),
        ("xor", 11, 18),
        ("xor", 19, 19),
        ("nor", 25, 13),
        ("or", 2, 28),
        ("or", 28, 18),
        ("xnor", 30, 21),
        ("nor", 30, 22),
        ("xnor", 31, 27),
        ("and", 33, 32),
    ),
    (26, 29, 31, 34),
)

_LMUL_FINE = CorrectionGates(
    (
        ("or", 0, 5),
        ("or", 1, 4),
        ("nand", 0, 11),
        ("and", 19, 20),
        ("xor", 0, 4),
        ("xor", 1, 5),
        ("and", 23, 24),
        ("and", 0, 9),
        ("and", 1, 8),
        ("or", 26, 27),
        ("or", 0, 9),
        ("or", 1, 8),
        ("and", 29, 30),
        ("and", 4, 9),
        ("and", 5, 8),
        ("or", 32, 33),
        ("and", 22, 31),
        ("xor", 25, 35),
        ("xnor", 34, 35),
        ("or", 37, 16),
        ("or", 34, 18),
        ("nor", 38, 28),
        ("and", 25, 12),
        ("xnor", 38, 38),
        ("nor", 40, 36),
        ("nor", 42, 21),
        ("nor", 39, 28),
        ("nand", 14, 39),
        ("or", 46, 40),
        ("or", 45, 41),
        ("and", 35, 36),
        ("nor", 48, 49),
        ("or", 14, 3),
        ("or", 44, 51),
        ("xnor", 52, 47),
        ("xnor", 12, 43),
    ),
    (53, 54, 50, 41),
)

CIRCUITS: Mapping[Kind, CorrectionGates] = {"lmul_coarse": _LMUL_COARSE, "lmul_fine": _LMUL_FINE}


class GateCorrectedProduct(CorrectedProduct):
    """A kind whose correction has gates of its own: those that were found with its table."""

    def __init__(
        self,
        kind: Kind,
        fmt: FloatFormat,
        offset: int,
        operands: OperandLayout,
        registered: bool = False,
    ) -> None:
        correction = KINDS[kind].correction
        assert correction is not None
        super().__init__(kind, fmt, operands, correction, CIRCUITS[kind], registered)
