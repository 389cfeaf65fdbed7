"""The golden model: what every circuit of this project must give, to the bit.

It knows formats, policies and kinds, and no RTL. Formats of at most 8 bits go through a table of
all pairs, made once by the same arithmetic; wider ones are computed in cache-sized blocks. Large
arrays use two threads (numpy releases the interpreter's lock).
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.numbers.formats import FloatFormat
from lmul.hdl.numbers.kind_checks import check_kind, resolve_offset
from lmul.hdl.numbers.kinds import Kind
from lmul.hdl.numbers.policy import Policy, Subnormals
from lmul.sim.golden.arithmetic import multiply_codes, product_significands, unpack
from lmul.sim.golden.codec import as_codes, as_format, code_dtype

__all__ = ["multiply", "product"]


_TABLE_WIDTH = 8
_BLOCK = 1 << 15
_THREADED = 1 << 18
_INT32_MANTISSA_BITS = 13  # 2 m + 4 bits and a sign must fit

Codes = npt.NDArray[np.unsignedinteger[Any]]


def multiply(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    policy: Policy | str = "ocp",
    offset: int | None = None,
) -> Codes:
    """Products of codes, element by element, as codes of the same format.

    Parameters
    ----------
    x, y : arrays of codes, shapes that broadcast
        Integers, or arrays of the format's own numpy or ml_dtypes dtype.
    fmt : FloatFormat or str
    kind : str
        One of :data:`lmul.hdl.numbers.kinds.KINDS`.
    policy : Policy or str
        What happens to zeros, subnormals, overflow and specials: a Policy or its name.
    offset : int or None
        The added constant in units of ``2**-m``; None is the paper's ``2**(m - l(m))``.

    Returns
    -------
    array of the smallest unsigned dtype, the broadcast shape

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes; for codes that are too wide, shapes that don't broadcast, an unknown
        name, or an offset out of range.
    """
    fmt = as_format(fmt)
    kind = check_kind(kind, fmt)
    policy = Policy.parse(policy)
    resolved = resolve_offset(kind, fmt, offset)
    left, right = _broadcast(as_codes(x, fmt), as_codes(y, fmt))
    out = np.empty(left.shape, code_dtype(fmt))
    if fmt.width <= _TABLE_WIDTH:
        table = _pair_table(fmt, kind, policy, resolved)
        width = fmt.width

        def block(a: Codes, b: Codes, result: Codes) -> None:
            pair = a.astype(np.intp)
            pair <<= width
            pair |= b
            # Every pair is in the table; "wrap" only skips a second check of that.
            np.take(table, pair, out=result, mode="wrap")
    else:
        wide = (
            np.int32 if fmt.width <= 16 and fmt.mantissa_bits <= _INT32_MANTISSA_BITS else np.int64
        )

        def block(a: Codes, b: Codes, result: Codes) -> None:
            codes = multiply_codes(a.astype(wide), b.astype(wide), fmt, kind, policy, resolved)
            np.copyto(result, codes, casting="unsafe")

    _blockwise(block, left, right, out)
    return out[()]


def product(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    fmt: FloatFormat | str,
    kind: Kind = "lmul",
    subnormals: Subnormals = "normalize",
    offset: int | None = None,
) -> npt.NDArray[np.float64]:
    """The unrounded products of codes, as exact float64 values.

    ``lmul_rne`` is rounded, by its definition. NaN and Inf operands propagate, but under
    ``subnormals="raw"``, where every code is read as the number its fields spell.

    Raises
    ------
    TypeError, ValueError
        As :func:`multiply`; and for a format of more than 25 mantissa bits, whose products
        float64 can't hold.
    """
    fmt = as_format(fmt)
    kind = check_kind(kind, fmt)
    resolved = resolve_offset(kind, fmt, offset)
    if fmt.mantissa_bits > 25:
        raise ValueError(f"float64 can't hold the products of {fmt.name!r}: more than 53 bits")
    if subnormals not in ("raw", "flush", "normalize"):
        raise ValueError(f"subnormals must be raw, flush or normalize, not {subnormals!r}")
    left, right = _broadcast(as_codes(x, fmt), as_codes(y, fmt))
    out = np.empty(left.shape, np.float64)

    def block(a: Codes, b: Codes, result: npt.NDArray[np.float64]) -> None:
        propagate = subnormals != "raw"
        xs = unpack(a.astype(np.int64), fmt, subnormals, propagate)
        ys = unpack(b.astype(np.int64), fmt, subnormals, propagate)
        value = product_significands(xs, ys, fmt, kind, resolved)
        exponent = value.exp - (fmt.bias + value.fraction)
        np.ldexp(value.sig.astype(np.float64), exponent, out=result)
        invalid = np.zeros(result.shape, np.bool_)
        if xs.inf is not None and ys.inf is not None:
            result[xs.inf | ys.inf] = np.inf
        if xs.zero is not None and ys.zero is not None:
            result[xs.zero | ys.zero] = 0
            if xs.inf is not None and ys.inf is not None:
                invalid |= (xs.inf & ys.zero) | (ys.inf & xs.zero)
        if xs.nan is not None and ys.nan is not None:
            invalid |= xs.nan | ys.nan
        np.negative(result, out=result, where=(xs.negative ^ ys.negative).astype(np.bool_))
        result[invalid] = np.nan

    _blockwise(block, left, right, out)
    return out[()]


@lru_cache(maxsize=256)
def _pair_table(fmt: FloatFormat, kind: Kind, policy: Policy, offset: int) -> Codes:
    """All products, at index ``x << width | y``."""
    codes = np.arange(1 << fmt.width, dtype=np.int32)
    x, y = (a.ravel() for a in np.broadcast_arrays(codes[:, None], codes[None, :]))
    return multiply_codes(x, y, fmt, kind, policy, offset).astype(code_dtype(fmt))


def _broadcast(x: Codes, y: Codes) -> tuple[Codes, Codes]:
    try:
        left, right = np.broadcast_arrays(x, y)
    except ValueError:
        raise ValueError(f"Shapes {x.shape} and {y.shape} don't broadcast") from None
    return left, right


def _blockwise(
    block: Callable[[Any, Any, Any], None], x: Codes, y: Codes, out: npt.NDArray[Any]
) -> None:
    """Call ``block`` on cache-sized pieces of x, y and out, in threads where it pays."""
    if out.size == 0:
        return

    def run(start: int, stop: int) -> None:
        pieces = np.nditer(
            [x, y, out],
            flags=["external_loop", "buffered", "ranged", "delay_bufalloc"],
            op_flags=[["readonly"], ["readonly"], ["writeonly"]],
            order="C",
            buffersize=_BLOCK,
        )
        with pieces:
            pieces.iterrange = (start, stop)  # pyright: ignore[reportAttributeAccessIssue]
            pieces.reset()
            for a, b, result in pieces:
                block(a, b, result)

    threads = min(os.cpu_count() or 1, 8) if out.size >= _THREADED else 1
    if threads == 1:
        run(0, out.size)
        return
    edges = [out.size * i // threads for i in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run, a, b) for a, b in pairwise(edges)]:
            done.result()
