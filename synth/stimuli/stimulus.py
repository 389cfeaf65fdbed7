"""Operands for energy measurements: sequences of pairs of codes."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.numbers.formats import INT8, FloatFormat, Format, IntegerFormat
from lmul.sim.accuracy.operands import tensor_scale
from lmul.sim.accuracy.workload import attention
from lmul.sim.golden.array_input import unnamed_hint
from lmul.sim.golden.codec import encode
from lmul.synth.gatesim.bit_parallel import LANES, Ints

__all__ = ["NAMES", "STRETCH", "Stimulus", "matrices", "stimuli"]


NAMES = ("uniform", "gaussian", "attention", "attention QK", "attention AV")
STRETCH = 64
"""Pairs of a dot product, and how long a stationary operand stays, where the data don't say."""

SEED = 2410_00907  # the paper's number; nothing hangs on it
_SIGMA = 1.0
_INT8_PER_SIGMA = 32  # four sigma fill the range
_SCALED_WIDTH = 8  # operands of formats this narrow are scaled, as the error figures' are


@dataclass(frozen=True, eq=False)
class Stimulus:
    """Pairs of codes in the order in which a unit meets them.

    Attributes
    ----------
    label : str
        For reports: what it is, and what was scaled by how much.
    x, y : int64 arrays, shape (pairs,) or (groups, N)
        Codes; for ``int8`` the numbers. ``y`` is the weight, which may be stationary.
    length : int
        Pairs, or groups, of a dot product.
    filled : int
        Zeros that fill up groups.
    """

    label: str
    x: Ints
    y: Ints
    length: int
    filled: int = 0

    @property
    def pairs(self) -> int:
        """How many there are, without zeros that fill up."""
        return self.x.size - self.filled

    def in_groups(self, terms: int) -> "Stimulus":
        """The same where so many pairs are taken at once, dot product after dot product.

        Its ``x`` and ``y`` have the shape (groups, terms), its ``length`` is in groups. A dot
        product's last group is filled up with zeros; what fills no dot product is left out.
        """
        length = min(self.length, len(self.x))
        count, each = len(self.x) // length, -(-length // terms)
        sides = []
        for codes in (self.x, self.y):
            rows = codes[: count * length].reshape(count, length)
            rows = np.pad(rows, ((0, 0), (0, each * terms - length)))
            sides.append(rows.reshape(-1, terms))
        x, y = sides
        return Stimulus(self.label, x, y, each, count * (each * terms - length))


def stimuli(name: str, design: Design, pairs: int, stationary: bool = False) -> list[Stimulus]:
    """The stimuli of a name, or of a file.

    Parameters
    ----------
    name : str
        ``"uniform"``: all codes but NaN and Inf alike. ``"gaussian"``: normal, sigma 1, rounded
        to nearest; ``int8`` gets 32 steps a sigma. ``"attention"``: the real tile, two stimuli,
        Q·K and A·V; ``"attention QK"`` and ``"attention AV"``: one of them. Its operands up to 8
        bits are scaled by a power of two a tensor
        (:func:`lmul.sim.accuracy.operands.tensor_scale`), those of ``int8`` to 127. Or the name of
        an ``.npz`` file with codes ``x`` and ``y``.
    design : Design
        Says what codes there are.
    pairs : int
        About how many; of a file, all.
    stationary : bool
        ``y`` stays for a stretch: 64 pairs, or a matrix's rows; of a PE that takes N pairs a
        cycle, N of ``y`` stay side by side. A file is taken as it is.

    Raises
    ------
    ValueError, OSError
        For an unknown name; for a file that is missing, damaged or of the wrong content.
    """
    fmt: Format = design.format
    held = design.terms if stationary and isinstance(design, MacDesign) else int(stationary)
    if name.startswith("attention") and name in NAMES:
        products = attention().products
        chosen = [p for p in products if name in ("attention", f"attention {p}")]
        return [_attention(p, *products[p], fmt, pairs, held) for p in chosen]
    if name not in NAMES:
        if not name.endswith(".npz"):
            raise ValueError(f"Stimulus must be {', '.join(NAMES)} or FILE.npz, not {name!r}")
        return [_from_file(Path(name), design)]
    rng = np.random.default_rng(SEED)
    rows = max(1, round(pairs / STRETCH))
    stretch = -(-STRETCH // held) * held if held else STRETCH
    sides = []
    for each in (stretch, held or stretch):
        shape = (rows, 1, each)
        if name == "uniform":
            codes = rng.choice(_finite_codes(fmt), shape)
        else:
            codes = _encode(rng.normal(0, _SIGMA, shape), fmt, _INT8_PER_SIGMA)
        sides.append(np.broadcast_to(codes, (rows, stretch // each, each)).ravel())
    label = "uniform codes" if name == "uniform" else f"gaussian, sigma {_SIGMA:g}"
    if name == "gaussian" and isinstance(fmt, IntegerFormat):
        label += f", {_INT8_PER_SIGMA} steps a sigma"
    x, y = sides
    return [Stimulus(_label(label, stationary), x, y, stretch)]


def matrices(name: str, design: Design, m: int, k: int, n: int) -> list[tuple[str, Ints, Ints]]:
    """Matrices of a name or a file for an array: label, ``a`` and ``b`` of each stimulus.

    Parameters
    ----------
    name, design
        As for :func:`stimuli`. Of the real tile each product of the 64 is a piece of it, as large
        as there is: its K is the tile's. A file's codes fill the matrices in turn, and again.
    m, k, n : int
        The most rows, terms and columns.

    Returns
    -------
    list of (str, int64 array, int64 array)
        Shapes (64, M, K) and (64, K, N).

    Raises
    ------
    ValueError, OSError
        As :func:`stimuli`.
    """
    fmt: Format = design.format
    rng = np.random.default_rng(SEED)
    if not (name.startswith("attention") and name in NAMES):
        sizes = LANES * m * k, LANES * k * n
        found = []
        for one in stimuli(name, design, max(sizes)):
            a, b = (np.resize(v, s) for v, s in zip((one.x, one.y), sizes, strict=True))
            found.append((one.label, a.reshape(LANES, m, k), b.reshape(LANES, k, n)))
        return found
    found = []
    for product, (left, right) in attention().products.items():
        if name not in ("attention", f"attention {product}"):
            continue
        x, y = (_tensor_codes(tensor, fmt) for tensor in (left, right))
        heads, m_all, n_all = len(x), x.shape[1], y.shape[2]
        rows, columns = min(m, m_all), min(n, n_all)
        pieces = [
            (rng.integers(heads), rng.integers(m_all - rows + 1), rng.integers(n_all - columns + 1))
            for _ in range(LANES)
        ]
        a = np.stack([x[h, i : i + rows] for h, i, _ in pieces])
        b = np.stack([y[h, :, j : j + columns] for h, _, j in pieces])
        found.append((f"attention {product}", a, b))
    return found


def _label(label: str, stationary: bool) -> str:
    return f"{label}, weights stationary" if stationary else label


def _finite_codes(fmt: Format) -> Ints:
    if isinstance(fmt, IntegerFormat):
        return np.arange(-fmt.sign_mask, fmt.sign_mask)
    # Enough of a wide format's codes, evenly spread; the step is odd, so that all bits move.
    magnitudes = np.arange(fmt.max_code + 1, step=1 if fmt.width <= 16 else 65_537)
    negative = magnitudes if fmt.has_negative_zero else magnitudes[1:]
    return np.concatenate([magnitudes, negative | fmt.sign_mask])


def _encode(values: npt.NDArray[Any], fmt: Format, int8_scale: float) -> Ints:
    if isinstance(fmt, IntegerFormat):
        top = fmt.max_code
        return np.clip(np.rint(values * int8_scale), -top, top).astype(np.int64)
    return np.asarray(encode(values, fmt, overflow="saturate")).astype(np.int64)


def _tensor_codes(tensor: npt.NDArray[np.float32], fmt: Format) -> Ints:
    scale = 1.0
    if isinstance(fmt, FloatFormat) and fmt.width <= _SCALED_WIDTH:
        scale = tensor_scale(tensor, fmt)
    top = float(np.abs(tensor).max())
    return _encode(tensor.astype(np.float64) * scale, fmt, INT8.max_code / top)


def _attention(
    name: str,
    left: npt.NDArray[np.float32],
    right: npt.NDArray[np.float32],
    fmt: Format,
    pairs: int,
    held: int,
) -> Stimulus:
    """Of weights that stay, ``held`` side by side, or of none."""
    x, y = (_tensor_codes(tensor, fmt) for tensor in (left, right))
    heads, m, k = x.shape
    n = y.shape[2]
    length = m * held or k
    rng = np.random.default_rng(SEED)
    rows = max(1, round(pairs / length))
    h, j = rng.integers(0, heads, rows), rng.integers(0, n, rows)
    if held:  # weights below each other in y, and all of their columns of x
        i = rng.integers(0, k - held + 1, rows)[:, None] + np.arange(held)
        x = x[h[:, None], :, i].swapaxes(1, 2)
        y = np.broadcast_to(y[h[:, None], i, j[:, None]][:, None], x.shape)
    else:  # whole dot products
        i = rng.integers(0, m, rows)
        x, y = x[h, i], y[h, :, j]
    label = _label(f"attention {name}", held > 0)
    return Stimulus(label, x.ravel(), np.ascontiguousarray(y).ravel(), length)


def _from_file(path: Path, design: Design) -> Stimulus:
    if not path.is_file():
        raise FileNotFoundError(f"Stimulus file {str(path)!r} does not exist")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("x", "y") if name in file}
    except (ValueError, EOFError, OSError, zipfile.BadZipFile):
        raise ValueError(f"Stimulus file {str(path)!r} is no .npz file of plain arrays") from None
    if len(arrays) < 2:
        raise ValueError(f"Stimulus file {str(path)!r} must hold arrays 'x' and 'y'")
    fmt: Format = design.format
    if isinstance(fmt, IntegerFormat):
        low, high = -fmt.sign_mask, fmt.sign_mask
    else:
        low, high = 0, 1 << fmt.width
    for name, array in arrays.items():
        what = f"Stimulus file {str(path)!r}: {name}"
        if array.ndim != 1 or array.shape != arrays["x"].shape or array.size < 2:
            raise ValueError(
                f"{what} must be one row of two or more codes, as long as the other, "
                f"not of shape {array.shape}"
            )
        if not np.issubdtype(array.dtype, np.integer):
            raise ValueError(
                f"{what} must hold codes as integers, not {array.dtype}{unnamed_hint(array.dtype)}"
            )
        if array.min() < low or array.max() >= high:
            raise ValueError(f"{what} must hold codes from {low} to {high - 1}")
    x, y = (arrays[name].astype(np.int64) for name in ("x", "y"))
    return Stimulus(path.name, x, y, STRETCH)
