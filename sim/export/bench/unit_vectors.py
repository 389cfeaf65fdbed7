"""The vectors of the plain-Verilog bench: operands and golden results, one line each in hex.

Formats of at most 8 bits are exhausted; wider ones get corners and seeded pairs, a few thousand
in all. Python's own generator makes them, whose sequence no version of numpy changes.
"""

import random

import numpy as np

from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FloatFormat
from lmul.sim.export.bench.vectors import Column, Vectors
from lmul.sim.golden.arithmetic import product_significands, unpack
from lmul.sim.golden.multiply import multiply
from lmul.sim.reference.circuit import Circuit
from lmul.sim.reference.vectors import all_pairs, corner_codes

__all__ = ["bench_vectors"]


_SEED = 2410_00907
_EXHAUSTIVE_WIDTH = 8
_PARTNERS = 6  # of each corner code
_RANDOM_PAIRS = 1500


def bench_vectors(circuit: Circuit) -> Vectors:
    """Operands for a circuit, and what the golden model says of them."""
    design = circuit.design
    fmt = design.format
    exhaustive = fmt.width <= _EXHAUSTIVE_WIDTH
    x, y = (side.astype(np.int64) for side in (all_pairs(fmt) if exhaustive else _pairs(fmt)))
    # The circuit lists its ports lowest bits first; people read the sign first.
    inputs, outputs = (*circuit.x[::-1], *circuit.y[::-1]), circuit.p[::-1]
    if design.level == "multiplier":
        p = multiply(x, y, fmt, design.kind, design.policy, design.offset).astype(np.int64)
        columns = {"x": x, "y": y, "p": p}
    else:
        columns = _product_columns(x, y, design, circuit.exp_bias)
    return Vectors(inputs, outputs, columns, exhaustive)


def _product_columns(x: Column, y: Column, design: UnitDesign, exp_bias: int) -> dict[str, Column]:
    """Operands as a product unit takes them, and its product; the last ones are zeros.

    E = 0 is an exponent like any other here: subnormals are normalised or flushed before.
    """
    fmt = design.format
    few = np.array(_spread(corner_codes(fmt).tolist(), 16), np.int64)
    x_few, y_few = np.repeat(few, len(few)), np.tile(few, len(few))
    # Neither, y, x, both.
    lengths = [len(x), len(x_few), len(x_few), len(x_few)]
    x_zero, y_zero = np.repeat([0, 0, 1, 1], lengths), np.repeat([0, 1, 0, 1], lengths)
    x, y = np.concatenate([x, x_few, x_few, x_few]), np.concatenate([y, y_few, y_few, y_few])
    a, b = (unpack(side, fmt, "raw", specials=False) for side in (x, y))
    value = product_significands(a, b, fmt, design.kind, design.resolved_offset)
    zero = (x_zero | y_zero).astype(np.bool_)
    columns = {
        "p_neg": a.negative ^ b.negative,
        # The value is sig * 2**(exp - fraction - bias), and sig * 2**(p_exp - exp_bias).
        "p_exp": np.where(zero, 0, value.exp - value.fraction - fmt.bias + exp_bias),
        "p_sig": np.where(zero, 0, value.sig),
    }
    for name, codes, flag in (("x", x, x_zero), ("y", y, y_zero)):
        columns[f"{name}_neg"] = codes >> fmt.magnitude_bits
        columns[f"{name}_zero"] = flag
        columns[f"{name}_exp"] = (codes & fmt.magnitude_mask) >> fmt.mantissa_bits
        columns[f"{name}_man"] = codes & fmt.mantissa_mask
    return columns


def _pairs(fmt: FloatFormat) -> tuple[Column, Column]:
    """Corners against corners, then pairs whose results lie everywhere from tiny to too large."""
    rng = random.Random(_SEED)
    corners = corner_codes(fmt).tolist()
    pairs = [(code, rng.choice(corners)) for code in corners for _ in range(_PARTNERS)]
    top, m = fmt.exponent_mask, fmt.mantissa_bits
    for _ in range(_RANDOM_PAIRS):
        first = rng.randint(0, top)
        result = rng.randint(-m - 3, top + 3)
        second = min(max(result + fmt.bias - first, 0), top)
        signs_and_mantissas = [rng.getrandbits(1 + m) for _ in "xy"]
        x, y = (
            (bits >> m) << fmt.magnitude_bits | exponent << m | bits & fmt.mantissa_mask
            for bits, exponent in zip(signs_and_mantissas, (first, second), strict=True)
        )
        pairs.append((x, y))
    x_codes, y_codes = np.array(pairs, np.int64).T
    return x_codes, y_codes


def _spread(values: list[int], count: int) -> list[int]:
    """About ``count`` of the values, evenly spread, the first and the last among them."""
    step = max(1, (len(values) - 1) // (count - 1))
    return [*values[:-1:step], values[-1]]
