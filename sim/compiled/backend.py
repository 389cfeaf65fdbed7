"""The matrix product of the front door: from the golden model, or from a simulated array."""

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.parts import MacKind
from lmul.hdl.numbers.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.numbers.formats import FloatFormat, Format, IntegerFormat
from lmul.hdl.numbers.kind_checks import check_kind
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy
from lmul.sim.golden import matmul as golden
from lmul.sim.golden.array_input import is_float, plain_array
from lmul.sim.golden.codec import as_codes, as_format, code_dtype, decode, encode
from lmul.sim.golden.stacked import stacked_product

__all__ = ["BACKENDS", "Backend", "array_for", "matmul"]


Backend = Literal["golden", "rtl"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

_DEFAULT_SIDE = 8

Codes = npt.NDArray[np.unsignedinteger[Any]]


def matmul(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    accumulator: Accumulator | str | None = None,
    out: str = "fp32",
    backend: Backend = "golden",
    design: MacDesign | str | None = None,
) -> npt.NDArray[Any]:
    """The matrix product with ``kind`` as its multiplication, as ``np.matmul`` takes it.

    Each product is ``kind``'s and is not rounded; the sums are rounded once, to ``out``. Under the
    policy ``bare`` a zero is no zero: a K that is filled up with zeros gives other sums.

    Parameters
    ----------
    a, b : arrays, shapes (..., M, K) and (..., K, N), or vectors (K,)
        Integers are codes. Floats, numpy's, ml_dtypes' or torch's, are numbers: they are encoded
        to ``fmt`` as :func:`lmul.encode` does, to nearest even, which for an array of the format's
        own dtype changes nothing. The dimensions in front broadcast.
    fmt : FloatFormat or str
        Of both.
    kind : str
        One of :data:`lmul.KINDS`.
    policy : Policy or str
        What happens in special cases.
    accumulator : Accumulator, str or None
        ``exact``, ``fixW_L``, ``fp32``, ``bf16``, ``e4m3``; None is ``exact`` up to 8 bits and
        ``fp32`` beyond. An exact one is as wide as K needs.
    out : str
        ``fp32``, ``bf16`` or ``fp16``.
    backend : str
        ``"golden"``, or ``"rtl"`` for the simulated Verilog of ``design``; both give the same
        bits. RTL is compiled at its first use, which takes some time, and kept.
    design : MacDesign, str or None
        An array, which must be one of the arguments before it; its ``k_max`` holds, and so do the
        pairs that it takes a cycle and their window. None is 8x8, output-stationary, a pair a
        cycle, with a ``k_max`` of 1024, or of K where that is more.

    Returns
    -------
    array of shape (..., M, N), without M or N where an operand is a vector
        From codes alone, codes of ``out``: uint32 for fp32, and :func:`lmul.decode` gives their
        values. Else float32, which holds every value of ``out``.

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes, names, shapes; a design that disagrees with the other arguments, or has
        no room for K.
    ToolNotFound, ToolFailed
        From ``"rtl"``: when Verilator or Yosys is not installed, or fails.
    """
    if backend not in BACKENDS:
        raise ValueError(f"Backend must be {' or '.join(BACKENDS)}, not {backend!r}")
    fmt, result = as_format(fmt), as_format(out)
    kind, policy = check_kind(kind, fmt), Policy.parse(policy)
    if accumulator is None:
        accumulator = default_accumulator(fmt)
    elif not isinstance(accumulator, Accumulator):
        accumulator = Accumulator(accumulator)
    golden.check_out(result)
    x, y = plain_array(a), plain_array(b)
    numbers = [is_float(side.dtype) for side in (x, y)]
    x, y = (
        encode(side, fmt) if encodes else as_codes(given, fmt)
        for side, given, encodes in zip((x, y), (a, b), numbers, strict=True)
    )
    array = None
    if design is not None:
        from lmul.sim.reference.matrices import array_design

        design = array_design(design)
        if isinstance(design.format, IntegerFormat):
            raise ValueError(
                f"Design {design.name!r} multiplies integers, not codes: use lmul.sim.compiled.run"
            )
    if backend == "rtl" or design is not None:
        depth = x.shape[-1] if x.ndim else 1
        array = array_for(design, fmt, kind, policy, accumulator, depth)

    def multiply(left: Codes, right: Codes) -> Codes:
        if backend == "golden" or array is None:
            group = (array.terms, array.window) if array else (1, 0)
            return golden.matmul(left, right, fmt, kind, policy, accumulator, result, *group)
        from lmul.sim.compiled.run import run_array

        return run_array(array, left, right, result.name).codes

    codes = stacked_product(x, y, multiply, code_dtype(result))
    return decode(codes, result) if any(numbers) else codes


def array_for(
    design: MacDesign | str | None,
    fmt: Format,
    kind: MacKind,
    policy: Policy,
    accumulator: Accumulator | None,
    depth: int,
) -> MacDesign:
    """The array for sums of ``depth`` products: ``design``, if it is one of these.

    None is 8x8 and output-stationary, with room for ``depth``.

    Raises
    ------
    TypeError, ValueError
        For what is no array; one that computes something else, or has no room.
    """
    side, exact = _DEFAULT_SIDE, accumulator is None or accumulator.is_exact
    k_max = max(DEFAULT_K_MAX, depth if exact else 0)
    asked = MacDesign("array", kind, fmt, policy, accumulator, k_max, rows=side, columns=side)
    if design is None:
        return asked
    from lmul.sim.reference.matrices import array_design

    chosen = array_design(design)
    for what in ("format", "kind", "policy", "resolved_accumulator"):
        wanted, has = getattr(asked, what), getattr(chosen, what)
        if wanted != has:
            what = what.removeprefix("resolved_")
            raise ValueError(f"Design {chosen.name!r} has {what} {str(has)!r}, not {str(wanted)!r}")
    chosen.check_depth(depth)
    return chosen
