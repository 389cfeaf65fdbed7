"""Tables of a kind's products, as emulators of approximate multipliers read them.

Of mantissa pairs: entry ``Mx << m | My`` holds ``carry << m | mantissa``, and the emulator adds
exponents and carry itself. Of integers: the product of two small integers that are numbers of
the format, rounded to an integer.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.unit import UnitDesign
from lmul.sim.golden.codec import encode
from lmul.sim.golden.multiply import multiply, product
from lmul.tools.files import write_whole

__all__ = ["EMULATORS", "Emulator", "integer_table", "mantissa_table", "write_table"]


Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Emulator:
    """What one emulator reads.

    Attributes
    ----------
    source : str
        Its repository.
    reads : str
        What its table is, for a list of choices.
    integers : tuple of int or None
        Of an integer table: the smallest operand, the largest, the smallest and largest product;
        None is a table of mantissa pairs.
    """

    source: str
    reads: str
    integers: tuple[int, int, int, int] | None


EMULATORS: Mapping[str, Emulator] = {
    "approxtrain": Emulator(
        "github.com/AaronJing/ApproxTrain", "a byte for each mantissa pair, m up to 7", None
    ),
    "approxtorch": Emulator(
        "github.com/woshimark666/ApproxTorch", "16 bits for each mantissa pair, bf16 or fp16", None
    ),
    "tfapprox": Emulator(
        "github.com/ehw-fit/tf-approximate",
        "16 bits for each pair of unsigned bytes",
        (0, 255, 0, 65535),
    ),
    "adapt": Emulator(
        "github.com/dimdano/adapt",
        "a C header for each pair of signed bytes",
        (-128, 127, -32768, 32767),
    ),
}


def write_table(design: UnitDesign, emulator: str, path: Path) -> list[str]:
    """Write the products of a product unit's kind and format for an emulator.

    Parameters
    ----------
    design : UnitDesign
        Its kind, format and offset.
    emulator : str
        One of :data:`EMULATORS`.
    path : Path
        The file; ApproxTrain reads m from its name, and ApproxTorch a manifest beside it.

    Returns
    -------
    list of str
        What the table can't say as it is, a line each.

    Raises
    ------
    ValueError
        For an unknown emulator, a format that it has no table for, a name that it would not read.
    OSError
        When the file can't be written.
    """
    if emulator not in EMULATORS:
        known = "; ".join(f"{name} ({e.reads})" for name, e in EMULATORS.items())
        raise ValueError(f"Unknown emulator {emulator!r}: use {known}")
    limits = EMULATORS[emulator].integers
    table, notes = mantissa_table(design) if limits is None else integer_table(design, limits)
    files = {
        "approxtrain": _approxtrain,
        "approxtorch": _approxtorch,
        "tfapprox": lambda design, table, path: {path.name: table.astype("<u2").tobytes()},
        "adapt": lambda design, table, path: {path.name: _header(design, table)},
    }[emulator](design, table, path)
    write_whole(path.absolute().parent, files)
    return notes


def mantissa_table(design: UnitDesign) -> tuple[Ints, list[str]]:
    """``carry << m | mantissa`` of every mantissa pair, shape (2**m, 2**m), and notes.

    The table has room for a carry of 0 or 1. A product of four or more, whose carry would be 2,
    becomes the largest one below four.
    """
    fmt = design.format
    m = fmt.mantissa_bits
    one = fmt.bias << m
    codes = np.arange(1 << m) + one
    product = multiply(codes[:, None], codes, fmt, design.kind, "lax", design.offset)
    table = product.astype(np.int64) - one
    too_large = table >= 2 << m
    notes = []
    if count := int(too_large.sum()):
        notes.append(
            f"{count} of {table.size} products have two carries; the table has room for one, and "
            "holds the largest product with one in their place"
        )
    return np.minimum(table, (2 << m) - 1), notes


def integer_table(design: UnitDesign, limits: tuple[int, int, int, int]) -> tuple[Ints, list[str]]:
    """The products of two bytes, shape (256, 256), a signed one in two's complement; and notes.

    Operands are rounded to the format, products to the nearest integer, ties to even.

    Raises
    ------
    ValueError
        When the format does not reach the largest operand.
    """
    fmt = design.format
    low, high, least, most = limits
    if fmt.max < max(high, -low):
        raise ValueError(f"Format {fmt.name!r} ends at {fmt.max:g}: it has no {max(high, -low)}")
    numbers = np.arange(256)
    numbers = np.where(numbers > high, numbers - 256, numbers)
    codes = encode(numbers, fmt)
    found = np.rint(product(codes[:, None], codes, fmt, design.kind, offset=design.offset))
    notes = []
    rounded = int((product(codes, encode(1, fmt), fmt, "exact") != numbers).sum())
    if rounded:
        notes.append(f"{rounded} of 256 integers are no numbers of {fmt.name}, and were rounded")
    if count := int(((found < least) | (found > most)).sum()):
        notes.append(f"{count} products beyond {least} to {most} were cut to that")
    return np.clip(found, least, most).astype(np.int64), notes


def _approxtrain(design: UnitDesign, table: Ints, path: Path) -> dict[str, bytes]:
    m = design.format.mantissa_bits
    if m > 7:
        raise ValueError(f"ApproxTrain's entries have a byte: m is at most 7, not {m}")
    if not path.name.endswith(f"_{m}.bin"):
        raise ValueError(f"ApproxTrain reads m from the name: it must end in _{m}.bin")
    # The carry stands in bit 7, whatever m is.
    carry, mantissa = table >> m, table & ((1 << m) - 1)
    return {path.name: (carry << 7 | mantissa).astype(np.uint8).tobytes()}


def _approxtorch(design: UnitDesign, table: Ints, path: Path) -> dict[str, bytes]:
    name = design.format.name
    if name not in ("bf16", "fp16"):
        raise ValueError(f"ApproxTorch's tables of mantissas are for bf16 and fp16, not {name}")
    stem = f"{name}_exact_mantissa_lut"
    if path.name != f"{stem}.bin":
        raise ValueError(f"ApproxTorch reads a file of this name alone: {stem}.bin")
    data = table.astype("<u2").tobytes()
    manifest = {
        "kind": name,
        "shape": list(table.shape),
        "logical_dtype": "uint16",
        "data_sha256": hashlib.sha256(data).hexdigest(),
        "product": design.name,
    }
    said = (json.dumps(manifest, indent=2) + "\n").encode()
    return {path.name: data, f"{stem}.manifest.json": said}


def _header(design: UnitDesign, table: Ints) -> bytes:
    rows = ",\n".join("{" + ", ".join(map(str, row)) + "}" for row in table.tolist())
    return (
        f"// {design.name}: products of signed bytes, each index as a byte.\n"
        f"#include <stdint.h>\n\nconst int16_t lut [256][256] = {{{rows}}};\n"
    ).encode()
