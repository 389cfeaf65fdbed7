"""A corrected sum of mantissas as Verilog: what a correction changes of a multiplier."""

from lmul.hdl.products.corrected import CorrectionGates
from lmul.synth.optimise.candidates import Errors

__all__ = ["corrected_sum"]


_FORMS = {
    "and": "{} & {}",
    "or": "{} | {}",
    "xor": "{} ^ {}",
    "nand": "~({} & {})",
    "nor": "~({} | {})",
    "xnor": "~({} ^ {})",
}


def corrected_sum(top: str, errors: Errors, circuit: CorrectionGates) -> str:
    """A module with mantissas ``x`` and ``y``, their sum ``s`` and its carry ``c``.

    The circuit of :class:`~lmul.hdl.products.corrected.CorrectedProduct` without signs, exponents
    and zero, written gate by gate.
    """
    bits = errors.fmt.mantissa_bits
    low, first = bits - errors.summed, bits - errors.places
    lines = [
        f"module {top}(input [{bits - 1}:0] x, y, output [{bits - 1}:0] s, output c);",
        f"wire [{bits - 1}:0] p = x ^ y, g = x & y, t;",
        f"wire [{bits}:{low}] i;",
        f"assign i[{low}] = 1'b0;",
    ]
    for n in range(low):
        lines.append(f"assign s[{n}] = x[{n}] | y[{n}];")
    for n in range(low, bits):
        lines.append(f"assign t[{n}] = p[{n}] ^ i[{n}], i[{n + 1}] = g[{n}] | p[{n}] & i[{n}];")
    names = []
    places = range(bits - 1, bits - 1 - errors.top_bits, -1)
    for n in places:
        names += [f"x[{n}]", f"y[{n}]", f"p[{n}]", f"g[{n}]"]
    if errors.by_carry:
        for n in places:
            names += [f"t[{n}]", f"i[{n}]"]
        names.append(f"i[{bits}]")
    for op, a, b in circuit.gates:
        name = f"n{len(names)}"
        lines.append(f"wire {name} = {_FORMS[op].format(names[a], names[b])};")
        names.append(name)
    known = {-1: "1'b0", -2: "1'b1"}
    for n in range(low, first):
        lines.append(f"assign s[{n}] = t[{n}];")
    carry = "1'b0"
    for n in range(first, bits):
        place = n - first
        signal = circuit.bits[place] if place < len(circuit.bits) else -1
        bit = known[signal] if signal < 0 else names[signal]
        lines.append(f"wire d{n} = t[{n}] ^ {bit}, r{n} = t[{n}] & {bit} | d{n} & {carry};")
        lines.append(f"assign s[{n}] = d{n} ^ {carry};")
        carry = f"r{n}"
    return "\n".join([*lines, f"assign c = i[{bits}] | {carry};", "endmodule", ""])
