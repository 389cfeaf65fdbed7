"""A module of gates written as Verilog on words: bit i of every word belongs to instance i."""

import re
from typing import Any

from lmul.tools.errors import ToolFailed

__all__ = ["LANES", "lane_module"]


LANES = 64
"""Instances side by side: the bits of a machine word."""

_GATES = {
    "$_BUF_": "{A}",
    "$_NOT_": "~{A}",
    "$_AND_": "{A} & {B}",
    "$_NAND_": "~({A} & {B})",
    "$_OR_": "{A} | {B}",
    "$_NOR_": "~({A} | {B})",
    "$_XOR_": "{A} ^ {B}",
    "$_XNOR_": "~({A} ^ {B})",
    "$_ANDNOT_": "{A} & ~{B}",
    "$_ORNOT_": "{A} | ~{B}",
    "$_MUX_": "({A} & ~{S}) | ({B} & {S})",
}
_REGISTER = "$_DFF_P_"
_NUMBERED = re.compile(r"(^|\.)n\d+$|\$")  # names that no designer gave


def lane_module(name: str, leaf: dict[str, Any], lanes: int, shared: set[str]) -> str:
    """Verilog of ``lanes`` instances of a module.

    Parameters
    ----------
    name : str
        Of the new module. Each bit of a port is a port of its own there, as ``acc_3`` of bit 3 of
        ``acc``, with a lane for each instance.
    leaf : dict
        The module as Yosys's JSON has it, of gates and registers alone.
    lanes : int
    shared : set of str
        Inputs that are the same for all instances; they stay as they are.

    Raises
    ------
    ToolFailed
        When there is a cell of another sort.
    """
    names = _names(leaf)

    def net(bit: int | str) -> str:
        return (
            f"{{{lanes}{{1'b{bit if bit == '1' else 0}}}}}" if isinstance(bit, str) else names[bit]
        )

    clocks = {
        bits["C"][0]
        for cell in leaf["cells"].values()
        if cell["type"] == _REGISTER
        for bits in [cell["connections"]]
    }
    ports: list[str] = []
    clock = ""
    declared: dict[str, str] = {}
    body: list[str] = []
    for port, facts in leaf["ports"].items():
        wide, bits = len(facts["bits"]), facts["bits"]
        if port in shared:
            ports.append(f"  input [{wide - 1}:0] {port}")
        for place, bit in enumerate(bits):
            if bit in clocks:
                clock = f"{port}[{place}]"
                continue
            if port not in shared:
                ports.append(f"  {facts['direction']} [{lanes - 1}:0] {port}_{place}")
            if facts["direction"] == "output":
                body.append(f"assign {port}_{place} = {net(bit)};")
                continue
            declared[names[bit]] = "wire"
            given = f"{{{lanes}{{{port}[{place}]}}}}" if port in shared else f"{port}_{place}"
            body.append(f"assign {names[bit]} = {given};")
    starts = _starts(leaf)
    for cell in leaf["cells"].values():
        ends = {port: bits[0] for port, bits in cell["connections"].items()}
        if cell["type"] == _REGISTER:
            register = net(ends["Q"])
            declared[register] = "reg"
            body.append(f"initial {register} = {net(starts.get(ends['Q'], '0'))};")
            body.append(f"always @(posedge {clock}) {register} <= {net(ends['D'])};")
        elif cell["type"] in _GATES:
            wire = net(ends["Y"])
            declared[wire] = "wire"
            given = _GATES[cell["type"]].format(**{p: net(bit) for p, bit in ends.items()})
            body.append(f"assign {wire} = {given};")
        else:
            raise ToolFailed(f"A simulation of lanes has no {cell['type']!r}, which {name!r} holds")
    lines = [f"{kind} [{lanes - 1}:0] {wire};" for wire, kind in declared.items()]
    inner = "".join(f"  {line}\n" for line in [*lines, *body])
    header = ",\n".join(ports)
    return f"module {name} (\n{header}\n);\n{inner}endmodule\n"


def _names(leaf: dict[str, Any]) -> dict[int, str]:
    """A name for each bit: ``pe_acc__3`` for bit 3 of what its designer called ``acc``."""
    names: dict[int, str] = {}
    nets = leaf["netnames"]
    for name in sorted(nets, key=lambda name: (_NUMBERED.search(name) is not None, len(name))):
        plain = "" if nets[name]["hide_name"] else re.sub(r"\W", "_", name)
        for place, bit in enumerate(nets[name]["bits"]):
            if isinstance(bit, int):
                names.setdefault(bit, f"{plain}__{place}" if plain else f"n{bit}__")
    return names


def _starts(leaf: dict[str, Any]) -> dict[int, str]:
    """What registers hold before the first clock."""
    starts: dict[int, str] = {}
    for net in leaf["netnames"].values():
        values = reversed(net["attributes"].get("init", ""))
        starts |= {
            bit: value for bit, value in zip(net["bits"], values, strict=False) if value in "01"
        }
    return starts
