"""Gates whose result is known, or is one of their operands: constants folded, nothing else.

Circuits are built from parameters, which leave gates with an operand that is 0 or 1. Every
synthesis drops these first; a person who reads the Verilog should not have to.
"""

from lmul.hdl.netlist.rtlil import ONE, ZERO, Bit, Cell, Word

__all__ = ["folded"]


_NEUTRAL = {"$and": ONE, "$or": ZERO, "$xor": ZERO, "$reduce_and": ONE, "$reduce_or": ZERO}
_DECIDING = {"$and": ZERO, "$or": ONE, "$reduce_and": ZERO, "$reduce_or": ONE}
_OTHER = {ZERO: ONE, ONE: ZERO}


def folded(cell: Cell) -> Word | None:
    """What a gate gives, where no gate is needed for it.

    A reduction's neutral operands are taken away, and an XOR with ones becomes a complement.
    """
    kind, a, b = cell.kind, cell.ports.get("A", ()), cell.ports.get("B", ())
    width = len(cell.ports.get("Y", ()))
    if kind in ("$reduce_and", "$reduce_or", "$reduce_bool"):
        return _reduced(cell, a)
    if kind == "$mux":
        condition = cell.ports["S"]
        if a == b or condition == (ZERO,):
            return a
        return b if condition == (ONE,) else None
    if kind == "$not" and len(a) == width and all(bit in _OTHER for bit in a):
        return tuple(_OTHER[bit] for bit in a)
    if kind not in ("$and", "$or", "$xor") or len(a) != width or len(b) != width:
        return None
    bits = [_gate(kind, one, other) for one, other in zip(a, b, strict=True)]
    known = tuple(bit for bit in bits if bit is not None)
    if len(known) == width:
        return known
    if kind == "$xor" and ONE in (*a, *b):
        for kept, constant in ((a, b), (b, a)):
            if set(constant) == {ONE}:
                cell.kind = "$not"
                cell.ports = {"A": kept, "Y": cell.ports["Y"]}
    return None


def _reduced(cell: Cell, word: Word) -> Word | None:
    kind = "$reduce_or" if cell.kind == "$reduce_bool" else cell.kind
    if _DECIDING[kind] in word:
        return (_DECIDING[kind],)
    left = tuple(dict.fromkeys(bit for bit in word if bit != _NEUTRAL[kind]))
    if len(left) < 2:
        return left or (_NEUTRAL[kind],)
    cell.ports["A"] = left
    return None


def _gate(kind: str, one: Bit, other: Bit) -> Bit | None:
    for bit, beside in ((one, other), (other, one)):
        if bit == _DECIDING.get(kind):
            return bit
        if bit == _NEUTRAL[kind]:
            return beside
    if one == other:
        return ZERO if kind == "$xor" else one
    return None
