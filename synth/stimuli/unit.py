"""Codes at the ports of a design's netlist, and whether what comes out is right to the bit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.mac.datapath import Datapath, FloatDatapath, datapath_of
from lmul.hdl.numbers.formats import INT8, FloatFormat
from lmul.sim.golden import multiply as golden
from lmul.sim.golden.codec import code_dtype
from lmul.sim.golden.dot import dot
from lmul.sim.golden.sums.sequential import running_sums
from lmul.sim.reference.circuit import Circuit, word_width
from lmul.sim.reference.pe import edge_fields
from lmul.synth.gatesim.bit_parallel import Ints, Words, pack, unpack_ints

__all__ = ["Drive", "check_finite", "clocked_inputs", "differing", "drive"]


@dataclass(frozen=True, eq=False)
class Drive:
    """How a netlist is driven, and how its outputs are read.

    Attributes
    ----------
    inputs : mapping of str to list of uint64 arrays, shape (cycles, words)
        Bits of each port.
    wrong : callable
        Of the outputs' bits by port: how many results differ from the golden model's.
    first : int
        The first cycle that is like all later ones: reset and filling are over.
    """

    inputs: Mapping[str, Sequence[Words]]
    wrong: Callable[[Mapping[str, Sequence[Words]]], int]
    first: int


def drive(design: Design, x: Ints, y: Ints, length: int) -> Drive:
    """Drive a design with pairs of codes.

    Parameters
    ----------
    design : Design
        A multiplier, a product unit or a PE.
    x, y : int64 arrays, shape (cycles, streams)
        Codes; for ``int8`` numbers. Streams are a multiple of 64; a pair a cycle. Of a PE that
        takes N pairs, (cycles, streams, N).
    length : int
        Cycles of the dot products that a PE ends; ``cycles`` is a multiple of it.

    Raises
    ------
    ValueError
        When the design is an array; for a NaN or Inf where a PE would meet it.
    """
    match design:
        case UnitDesign(level="multiplier"):
            return _multiplier(design, x, y)
        case UnitDesign():
            return _product(design, design.format, x, y)
        case MacDesign(level="pe"):
            return _pe(design, x, y, length)
        case MacDesign(level="product"):
            return _int8_product(x, y)
    raise ValueError(f"Design {design.name!r} is an array; it takes matrices, not pairs of codes")


def _multiplier(design: UnitDesign, x: Ints, y: Ints) -> Drive:
    fmt, stages = design.format, design.stages
    dtype = code_dtype(fmt)
    want = golden.multiply(
        x.astype(dtype), y.astype(dtype), fmt, design.kind, design.policy, design.offset
    )

    def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
        got = unpack_ints(list(outputs["p"]))
        if not stages:
            return int(np.count_nonzero(got != want))
        return int(np.count_nonzero(got[1 + stages :] != want[: -stages or None]))

    inputs = {"x": pack(x, fmt.width), "y": pack(y, fmt.width)}
    if not stages:
        return Drive(inputs, wrong, 0)
    return Drive(clocked_inputs(inputs, x.shape[1]), wrong, 1 + stages)


def clocked_inputs(inputs: Mapping[str, Sequence[Words]], streams: int) -> dict[str, Any]:
    """Operands behind a cycle of reset, in all of whose cycles a valid one is taken."""
    late = {
        name: [np.concatenate([np.zeros_like(bit[:1]), bit]) for bit in bits]
        for name, bits in inputs.items()
    }
    cycles = len(next(iter(late.values()))[0])
    reset = np.zeros((cycles, streams), np.int64)
    reset[0] = 1
    return late | {"rst": pack(reset, 1), "en": pack(1 - reset, 1), "i_valid": pack(1 - reset, 1)}


def _after_reset(values: Ints) -> Ints:
    return np.concatenate([np.zeros_like(values[:1]), values])


def _product(design: UnitDesign, fmt: FloatFormat, x: Ints, y: Ints) -> Drive:
    circuit = Circuit.of(design)
    dtype = code_dtype(fmt)
    want = golden.product(
        x.astype(dtype), y.astype(dtype), fmt, design.kind, "flush", design.offset
    )
    inputs: dict[str, Sequence[Words]] = {}
    for codes, ports in ((x, circuit.x), (y, circuit.y)):
        fields = {
            "man": codes & fmt.mantissa_mask,
            "exp": codes >> fmt.mantissa_bits & fmt.exponent_mask,
            "zero": ((codes & fmt.magnitude_mask) < fmt.min_normal_code).astype(np.int64),
            "neg": codes >> fmt.magnitude_bits,
        }
        for port in ports:
            inputs[port.name] = pack(fields[port.name.split("_")[1]], port.width)
    assert word_width(circuit.x) >= fmt.width

    def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
        neg, sig, exp = (unpack_ints(list(outputs[f"p_{name}"])) for name in ("neg", "sig", "exp"))
        got = np.ldexp(sig.astype(np.float64), np.where(sig == 0, 0, exp - circuit.exp_bias))
        return int(np.count_nonzero(np.where(neg == 1, -got, got) != want))

    return Drive(inputs, wrong, 0)


def _int8_product(x: Ints, y: Ints) -> Drive:
    def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
        want = pack(x * y, 2 * INT8.width)
        return differing(want, outputs["p_value"])

    return Drive({"x_value": pack(x, INT8.width), "y_value": pack(y, INT8.width)}, wrong, 0)


def _pe(design: MacDesign, x: Ints, y: Ints, length: int) -> Drive:
    cycles, streams, *_ = x.shape
    path = datapath_of(design)
    x, y = (side.reshape(cycles, streams, design.terms) for side in (x, y))
    last = np.zeros((cycles, streams), np.int64)
    last[length - 1 :: length] = 1
    reset = np.zeros((cycles + 1, streams), np.int64)
    reset[0] = 1
    inputs = {
        "rst": pack(reset, 1),
        "en": pack(np.ones_like(reset), 1),
        "last": pack(_after_reset(last), 1),
    }
    for port, codes, second in (("a", x, False), ("b", y, True)):
        check_finite(path, codes)
        for name, values in edge_fields(path, codes, second).items():
            width = path.edge_layout[name].width
            lanes = np.moveaxis(_after_reset(values), 2, 0)
            inputs[f"{port}_{name}"] = [bit for lane in lanes for bit in pack(lane, width)]
    # A dot product after another: (sums, length, streams, N) becomes (length, N, sums * streams).
    left, right = (
        side.reshape(-1, length, streams, design.terms).transpose(1, 3, 0, 2) for side in (x, y)
    )
    left, right = (side.reshape(length, design.terms, -1) for side in (left, right))

    def wrong(outputs: Mapping[str, Sequence[Words]]) -> int:
        bits = _sums(path, left, right)
        width = len(bits)
        bits = bits.reshape(width, length, -1, streams).swapaxes(1, 2).reshape(width, -1, streams)
        late = 1 + design.pe_latency  # cycles from a pair's port, behind the reset, to its sum
        want = [pack(bit.astype(np.int64), 1)[0][: cycles + 1 - late] for bit in bits]
        return differing(want, [words[late:] for words in outputs["total_sum"]])

    return Drive(inputs, wrong, 1 + design.pe_latency)


def _sums(path: Datapath, x: Ints, y: Ints) -> npt.NDArray[np.bool_]:
    """The bits of a PE's sums after each group of pairs, (length, N, sums), bit by bit."""
    length, terms, count = x.shape
    if not isinstance(path, FloatDatapath):
        products = (x * y).astype(np.float64).reshape(-1, count)
        return running_sums(products, path.accumulator, 0, path.sum_bits, "wrap", terms)
    dtype, sums = code_dtype(path.fmt), path.resolved_accumulator
    left, right = x.astype(dtype), y.astype(dtype)
    width = path.sum_shape.width
    if path.window:
        assert sums.format is not None
        codes = np.zeros((length + 1, count), np.uint32)
        for k, (one, other) in enumerate(zip(left, right, strict=True)):
            operands = one.T, other.T, codes[k], path.fmt, path.kind, path.policy, path.window
            codes[k + 1] = dot(*operands, sum_format=sums.format)
        return np.array([codes[1:] >> bit & 1 for bit in range(width)], np.bool_)
    products = golden.product(left, right, path.fmt, path.kind, path.policy.subnormals)
    products = products.reshape(-1, count)
    return running_sums(products, sums, path.range.lsb, width, path.policy.overflow, terms)


def check_finite(path: Datapath, codes: Ints) -> None:
    """Raise ValueError for a NaN or Inf among the codes, which stay at the edge."""
    if not path.has_nan or not isinstance(path, FloatDatapath):
        return
    fmt = path.fmt
    special = codes & fmt.magnitude_mask > fmt.max_code
    if not fmt.has_negative_zero:
        special = codes == fmt.nan_code
    if special.any():
        raise ValueError(
            "A PE's operands must be finite: NaN stays at the edge, and Inf is not measured"
        )


def differing(want: Sequence[Words], got: Sequence[Words]) -> int:
    """In how many results at least one bit differs."""
    wrong: npt.NDArray[np.uint64] = np.zeros_like(want[0])
    for a, b in zip(want, got, strict=True):
        wrong = wrong | (a ^ b)
    return int(np.bitwise_count(wrong).sum(dtype=np.int64))
