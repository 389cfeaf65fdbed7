"""Plain Verilog identifiers for the wires, memories and instances of a netlist."""

import re

from lmul.hdl.netlist.rtlil import Module
from lmul.hdl.netlist.tidy import is_nameless

__all__ = ["RESERVED", "check_identifier", "identifiers"]


# What Verilog and SystemVerilog reserve: a person may call a signal so, and a tool that reads the
# text as SystemVerilog would stop.
_WORDS = (
    "accept_on alias always always_comb always_ff always_latch and assert assign assume automatic "
    "before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle "
    "checker class clocking cmos config const constraint context continue cover covergroup "
    "coverpoint cross deassign default defparam design disable dist do edge else end endcase "
    "endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface "
    "endmodule endpackage endprimitive endprogram endproperty endspecify endsequence endtable "
    "endtask enum event eventually expect export extends extern final first_match for force "
    "foreach forever fork forkjoin function generate genvar global highz0 highz1 if iff ifnone "
    "ignore_bins illegal_bins implements implies import incdir include initial inout input inside "
    "instance int integer interconnect interface intersect join join_any join_none large let "
    "liblist library local localparam logic longint macromodule matches medium modport module "
    "nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 null or output "
    "package packed parameter pmos posedge primitive priority program property protected pull0 "
    "pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase "
    "randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos "
    "rpmos rtran rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared "
    "sequence shortint shortreal showcancelled signed small soft solve specify specparam static "
    "string strong strong0 strong1 struct super supply0 supply1 sync_accept_on sync_reject_on "
    "table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 "
    "tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped "
    "use uwire var vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire "
    "with within wor xnor xor"
)
RESERVED = frozenset(_WORDS.split())
"""Words that are no identifiers in Verilog or SystemVerilog."""


def check_identifier(name: str, what: str) -> str:
    """A name that a user chose.

    Raises
    ------
    ValueError
        When it is no plain Verilog identifier, or a reserved word.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(
            f"{what} must be a Verilog identifier (letters, digits and _, no digit first), "
            f"not {name!r}"
        )
    if name in RESERVED:
        raise ValueError(f"{what} must not be {name!r}: Verilog reserves this word")
    return name


def identifiers(module: Module) -> dict[str, str]:
    """An identifier for each wire, memory and instance of a module.

    Ports keep their names. ``operand$9``, Amaranth's second ``operand``, becomes ``operand_1``;
    what an instance drives is called after it and its port; what nobody named, ``n1`` and so on.
    """
    # A signal that is called as its module's instance would hide it: Verilator warns of that.
    words = module.name.split("_")
    taken = set(RESERVED) | {"_".join(words[first:]) for first in range(len(words))}
    found: dict[str, str] = {}
    numbers: dict[str, int] = {}

    def give(name: str, stem: str, first: int = 0) -> None:
        number = numbers.get(stem, first)
        plain = f"{stem}{number}" if first else stem
        while plain in taken:
            number += 1
            plain = f"{stem}{number}" if first else f"{stem}_{number}"
        numbers[stem] = number
        taken.add(plain)
        found[name] = plain

    for port in module.ports:
        found[port.name] = _plain(port.name)
        taken.add(found[port.name])
    by_instance = {
        cell.ports[port][0].wire: f"{_plain(cell.name)}_{port}"
        for cell in module.cells
        if cell.is_instance
        for port in cell.drives
        if cell.ports[port]
    }
    for cell in module.cells:
        if cell.is_instance:
            give(f"cell {cell.name}", _plain(cell.name))
    named = [*module.memories, *(name for name in module.wires if not is_nameless(name))]
    for name in named:
        if name not in found:
            give(name, by_instance.get(name) or _plain(name))
    for name in module.wires:
        if name not in found:
            give(name, by_instance.get(name) or "n", 0 if name in by_instance else 1)
    return found


def _plain(name: str) -> str:
    stem = re.sub(r"\W+", "_", name.lstrip("\\").partition("$")[0]).strip("_") or "n"
    return f"n{stem}" if stem[0].isdigit() else stem
