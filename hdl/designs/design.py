"""Design names: everything that a command needs to know about a circuit, in one word.

KIND-FORMAT[-POLICY][-sN][-oN]                          a multiplier: lmul-e4m3-ftz, exact-e5m2-s2
product-KIND-FORMAT[-oN]                                the bare product unit on Operands
pe-KIND-FORMAT[-nN[-wW]][-POLICY][-ACC][-kK][-sN][-cN] a processing element
array-KIND-FORMAT-RxC-FLOW[-nN[-wW]][-POLICY][-ACC][-kK][-sN][-rN][-fN]
                                                        a systolic array of them
product-int8, pe-int8[-nN][-kK][-sN][-cN]              the integer twin
array-int8-RxC-FLOW[-nN][-kK][-sN][-fN]
dot-KIND-FORMAT-nN-wW[-POLICY][-sticky][-sN]           a dot-product unit: N pairs at once
dot-int8-nN[-sN]
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from lmul.hdl.numbers.policy import Policy

__all__ = ["Design"]


class Design:
    """One circuit that this project can generate, simulate and measure.

    Its subclasses are :class:`~lmul.hdl.designs.unit.UnitDesign` for multipliers and product units,
    :class:`~lmul.hdl.designs.mac.MacDesign` for what accumulates a product at a time, and
    :class:`~lmul.hdl.designs.dot.DotDesign` for dot-product units. Designs are equal when their
    names are.

    Attributes
    ----------
    level : str
        ``"product"``, ``"multiplier"``, ``"pe"``, ``"array"`` or ``"dot"``.
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`, or ``"int8"``.
    format : FloatFormat or IntegerFormat
        Of the operands.
    policy : Policy
    stages : int
        Pipeline registers.
    """

    _families: ClassVar[dict[str, type["Design"]]] = {}

    def __init_subclass__(cls, begins: Sequence[str] = (), **others: Any) -> None:
        """Register a class for names that begin so; of beginnings that fit, the longest decides."""
        super().__init_subclass__(**others)
        Design._families.update(dict.fromkeys(begins, cls))

    level: Any  # the subclasses are narrower
    kind: Any
    format: Any
    policy: Policy
    stages: int

    @property
    def name(self) -> str:
        """The canonical name; defaults are left out. ``Design.parse(d.name) == d``."""
        raise NotImplementedError

    @property
    def module_name(self) -> str:
        """The name as a Verilog identifier."""
        return self.name.replace("_-", "_m").replace("-", "_")

    @classmethod
    def parse(cls, name: "str | Design") -> Self:
        """The design of a name; a Design is returned as it is.

        A subclass's ``parse`` refuses the names of other designs.

        Raises
        ------
        TypeError, ValueError
            When ``name`` is no string; with the part that is wrong and what may stand there.
        """
        design = name if isinstance(name, Design) else Design._of_name(name)
        if not isinstance(design, cls):
            raise ValueError(f"Design {design.name!r} is {design.what}, not {cls.what}")
        return design

    @staticmethod
    def _of_name(name: str) -> "Design":
        if not isinstance(name, str):
            raise TypeError(f"A design's name must be a string, not {name!r}")
        family = Design._families[max(filter(name.startswith, Design._families), key=len)]
        try:
            return family._from_name(name)
        except ValueError as error:
            raise ValueError(f"Design {name!r}: {error}") from None

    @classmethod
    def _from_name(cls, name: str) -> Self:
        raise NotImplementedError

    what: str = "a design"
    """What the designs of this class are, in a word or two."""

    def cycles(self, m: int, k: int, n: int) -> int:
        """Cycles of an array for M x K by K x N: :func:`lmul.hdl.designs.cycles.array_cycles`.

        Raises
        ------
        TypeError, ValueError
            When the design is no array; for a dimension below 1.
        """
        raise ValueError(f"Design {self.name!r} is no array, so it has no cycles")

    def utilisation(self, m: int, k: int, n: int) -> float:
        """How much of an array's time its PEs do multiplications that were asked for: 0 to 1.

        Raises
        ------
        TypeError, ValueError
            As :meth:`cycles`.
        """
        raise ValueError(f"Design {self.name!r} is no array, so it has no utilisation")

    def __str__(self) -> str:
        return self.name
