"""Gates of a multiplier with a correction that no kind is named after."""

from amaranth.lib import wiring

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.multiplier.multiplier import Multiplier
from lmul.hdl.numbers.corrections import Correction
from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.products.base import ProductUnit
from lmul.hdl.products.corrected import CorrectedProduct, CorrectionGates
from lmul.hdl.products.operand import OperandLayout
from lmul.hdl.verilog.convert import convert
from lmul.synth.gates.circuit import Circuit
from lmul.synth.gates.count import count

__all__ = ["multiplier_gates"]


_POLICY = "ftz"


class _Trial(Multiplier):
    """A multiplier of such a correction in place of a kind."""

    def __init__(
        self, fmt: FloatFormat, correction: Correction, circuit: CorrectionGates | None
    ) -> None:
        super().__init__(fmt, "mitchell", _POLICY)
        self._correction, self._circuit = correction, circuit

    def _product_unit(self, operands: OperandLayout) -> ProductUnit:
        return CorrectedProduct(self.kind, self.fmt, operands, self._correction, self._circuit)


def multiplier_gates(
    fmt: FloatFormat, correction: Correction, circuit: CorrectionGates | None = None
) -> int:
    """Two-input gates of the whole multiplier under ftz, as ``lmul synth`` counts them.

    Without ``circuit``, a constant is L-Mul's offset, and a table's gates are left to synthesis.
    """
    if not correction.top_bits and circuit is None:
        [[[offset]]] = correction.tables
        return count(UnitDesign.parse(f"lmul-{fmt.name}-{_POLICY}-o{offset}")).gates
    component: wiring.Component = _Trial(fmt, correction, circuit)
    top = f"trial_{fmt.name}"
    return count(Circuit(top, convert(component, top), "multiplier")).gates
