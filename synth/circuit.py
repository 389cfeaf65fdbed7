"""What is synthesised: one top module as Verilog, wherever it came from."""

import re
from dataclasses import dataclass

from lmul.hdl.design import Design
from lmul.hdl.unit_design import UnitDesign

__all__ = ["Circuit"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Circuit:
    """A Verilog text and its top module.

    Parameters
    ----------
    top : str
        The top module, a plain Verilog identifier.
    verilog : str
        The text of it and of all modules below it.
    level : str
        ``"product"``, ``"multiplier"``, or what else the report shall call it.
    name : str
        What the report calls it; the top module when empty.

    Raises
    ------
    ValueError
        When ``top`` is no plain identifier.
    """

    top: str
    verilog: str
    level: str = "circuit"
    name: str = ""

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.top):
            raise ValueError(f"A top module must be a plain Verilog identifier, not {self.top!r}")
        if not self.name:
            object.__setattr__(self, "name", self.top)

    @classmethod
    def of(cls, design: "Design | str | Circuit") -> "Circuit":
        """The circuit of a design or of a design's name; a Circuit is returned as it is.

        Raises
        ------
        TypeError, ValueError
            When a name is no design's.
        """
        if isinstance(design, Circuit):
            return design
        # Imported here: elaboration pulls in all of Amaranth, which hand-made Verilog never needs.
        from lmul.hdl.verilog import emit

        parsed = UnitDesign.parse(design)
        return cls(parsed.module_name, emit(parsed), parsed.level, parsed.name)
