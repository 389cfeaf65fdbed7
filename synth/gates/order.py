"""Verilog whose statements stand in another order, which means the same and is mapped otherwise."""

import random
import re

__all__ = ["reordered"]


_END = re.compile(r"(?<=\bendmodule\b)")
_ASSIGN = re.compile(r"^[ \t]*assign [^;\n]*;[ \t]*$", re.MULTILINE)


def reordered(verilog: str, seed: int) -> str:
    """The same modules with their one-line ``assign`` statements in a random order."""
    order = random.Random(seed)

    def shuffled(module: str) -> str:
        statements = _ASSIGN.findall(module)
        order.shuffle(statements)
        rest = iter(statements)
        return _ASSIGN.sub(lambda _: next(rest), module)

    return "".join(shuffled(module) for module in _END.split(verilog))
