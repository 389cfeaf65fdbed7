"""The matrix product of the front door: from the golden model, or from a simulated array."""

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from lmul.hdl.accumulator import DEFAULT_K_MAX, Accumulator, default_accumulator
from lmul.hdl.formats import FloatFormat
from lmul.hdl.kinds import Kind, check_kind
from lmul.hdl.mac_design import MacDesign
from lmul.hdl.policy import Policy
from lmul.sim import matmul as golden
from lmul.sim.codec import as_format

__all__ = ["BACKENDS", "Backend", "matmul"]

Backend = Literal["golden", "rtl"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

_DEFAULT_SIDE = 8


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
) -> npt.NDArray[np.unsignedinteger[Any]]:
    """The matrix product of codes, as codes.

    Each product is ``kind``'s and is not rounded; the sums are rounded once, to ``out``.

    Parameters
    ----------
    a, b : arrays of codes, shapes (M, K) and (K, N)
        Integers, or arrays of the format's own numpy or ml_dtypes dtype.
    fmt : FloatFormat or str
        Of both.
    kind : str
        One of :data:`lmul.KINDS`.
    policy : Policy or str
        What happens in special cases.
    accumulator : Accumulator, str or None
        ``exact``, ``fixW_L``, ``fp32``, ``bf16``, ``e4m3``; None is ``exact`` up to 8 bits and
        ``fp32`` beyond.
    out : str
        ``fp32``, ``bf16`` or ``fp16``.
    backend : str
        ``"golden"``, or ``"rtl"`` for the simulated Verilog of ``design``; both give the same
        bits. RTL is compiled at its first use, which takes some time, and kept.
    design : MacDesign, str or None
        An array, which must be one of the arguments before it; its ``k_max`` holds. None is 8x8,
        output-stationary, with a ``k_max`` of 1024.

    Returns
    -------
    array of codes of ``out``, shape (M, N)
        uint32 for fp32; :func:`lmul.decode` gives their values.

    Raises
    ------
    TypeError, ValueError
        For wrong dtypes, names, shapes; a dimension of 0; K beyond ``k_max`` when the accumulator
        is exact; a design that disagrees with the other arguments.
    ToolNotFound, ToolFailed
        From ``"rtl"``: when Verilator or Yosys is not installed, or fails.
    """
    if backend not in BACKENDS:
        raise ValueError(f"Backend must be {' or '.join(BACKENDS)}, not {backend!r}")
    fmt = as_format(fmt)
    kind, policy = check_kind(kind, fmt), Policy.parse(policy)
    if accumulator is None:
        accumulator = default_accumulator(fmt)
    elif not isinstance(accumulator, Accumulator):
        accumulator = Accumulator(accumulator)
    if design is None:
        side = _DEFAULT_SIDE
        chosen = MacDesign("array", kind, fmt, policy, accumulator, rows=side, columns=side)
    else:
        chosen = _agreeing(design, fmt, kind, policy, accumulator)
    k_max = chosen.k_max if accumulator.is_exact else DEFAULT_K_MAX
    if backend == "golden":
        return golden.matmul(a, b, fmt, kind, policy, accumulator, out, k_max)
    from lmul.sim.array_run import run_array

    return run_array(chosen, a, b, out).codes


def _agreeing(
    design: MacDesign | str, fmt: FloatFormat, kind: Kind, policy: Policy, accumulator: Accumulator
) -> MacDesign:
    """The design, if it is one of these."""
    from lmul.sim.array_run import array_design

    chosen = array_design(design)
    if chosen.format is None:
        raise ValueError(
            f"Design {chosen.name!r} multiplies integers, not codes: use lmul.sim.array_run"
        )
    for what, asked, has in (
        ("format", fmt, chosen.format),
        ("kind", kind, chosen.kind),
        ("policy", policy, chosen.policy),
        ("accumulator", accumulator, chosen.resolved_accumulator),
    ):
        if asked != has:
            raise ValueError(f"Design {chosen.name!r} has {what} {str(has)!r}, not {str(asked)!r}")
    return chosen
