"""How much of a gate count is luck: the same circuit, its statements in another order.

ABC's heuristics follow the order in which a netlist reaches them. The order of a module's
``assign`` statements means nothing in Verilog, and still moves counts by a few percent; a
difference between two designs that is smaller than this is no difference.
"""

import random
import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lmul.hdl.design import Design
from lmul.synth.circuit import Circuit
from lmul.synth.gates import count

__all__ = ["Spread", "reordered", "spread"]

_END = re.compile(r"(?<=\bendmodule\b)")
_ASSIGN = re.compile(r"^[ \t]*assign [^;\n]*;[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Spread:
    """Gate counts of one circuit under several orders of its statements.

    Attributes
    ----------
    as_written : int
        The count that is reported.
    least, most : int
        The extremes, the order as written among them.
    median : float
        Of all orders.
    """

    as_written: int
    least: int
    median: float
    most: int


def reordered(verilog: str, seed: int) -> str:
    """The same modules with their one-line ``assign`` statements in a random order."""
    order = random.Random(seed)

    def shuffled(module: str) -> str:
        statements = _ASSIGN.findall(module)
        order.shuffle(statements)
        rest = iter(statements)
        return _ASSIGN.sub(lambda _: next(rest), module)

    return "".join(shuffled(module) for module in _END.split(verilog))


def spread(design: Design | str | Circuit, orders: int = 8, jobs: int = 2) -> Spread:
    """Count a circuit as written and in ``orders`` other orders (seeds 1, 2, …).

    Raises
    ------
    TypeError, ValueError, ToolNotFound, ToolFailed
        As :func:`lmul.synth.gates.count`.
    """
    circuit = Circuit.of(design)
    texts = [circuit.verilog] + [reordered(circuit.verilog, n) for n in range(1, orders + 1)]
    variants = [Circuit(circuit.top, text, circuit.level, circuit.name) for text in texts]
    with ThreadPoolExecutor(jobs) as pool:
        counts = [found.gates for found in pool.map(count, variants)]
    return Spread(counts[0], min(counts), statistics.median(counts), max(counts))
