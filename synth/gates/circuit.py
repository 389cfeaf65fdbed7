"""What is synthesised: one top module as Verilog, wherever it came from."""

import re
from dataclasses import dataclass

from lmul.hdl.arithmetic.form import Form
from lmul.hdl.designs.design import Design
from lmul.hdl.verilog.cache import verilog_of
from lmul.hdl.verilog.parts import part_modules

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
    parts : tuple of str
        Modules that are synthesised once each and counted as often as they stand in the circuit;
        all others are flattened into what they stand in. Empty: all is flattened.

    Raises
    ------
    ValueError
        When ``top`` is no plain identifier.
    """

    top: str
    verilog: str
    level: str = "circuit"
    name: str = ""
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.top):
            raise ValueError(f"A top module must be a plain Verilog identifier, not {self.top!r}")
        if not self.name:
            object.__setattr__(self, "name", self.top)

    @classmethod
    def of(cls, design: "Design | str | Circuit", form: Form = "gates") -> "Circuit":
        """The circuit of a design or of a design's name; a Circuit is returned as it is.

        An array is counted by its parts, of whatever size: flattened, one of 8 by 8 would keep
        Yosys busy for minutes. What flattening saves is the first row's multiplexers, which take
        results from a row above: with R rows, a share of 1 / R of the drain's gates.

        Parameters
        ----------
        design : Design, str or Circuit
        form : str
            How a design's arithmetic is written; see :mod:`lmul.hdl.arithmetic.form`.

        Raises
        ------
        TypeError, ValueError
            When a name is no design's; for an unknown form.
        """
        if isinstance(design, Circuit):
            return design
        parsed = Design.parse(design)
        text = verilog_of(parsed, form=form)
        parts = part_modules(text, "array") if parsed.level == "array" else ()
        return cls(parsed.module_name, text, parsed.level, parsed.name, parts)

    @property
    def keep(self) -> str:
        """The line of a Yosys script that keeps the parts apart; empty without parts."""
        names = " ".join(self.parts)
        return f"setattr -mod -set keep_hierarchy 1 {names}\n" if names else ""
