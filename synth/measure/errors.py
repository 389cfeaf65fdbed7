"""Errors of one design: over mantissa pairs, or on the real tile."""

import math
from dataclasses import asdict
from typing import Any

from lmul.hdl.designs.design import Design
from lmul.hdl.designs.dot import DotDesign
from lmul.hdl.designs.mac import MacDesign
from lmul.hdl.designs.unit import UnitDesign
from lmul.hdl.numbers.formats import FloatFormat, IntegerFormat
from lmul.sim.accuracy.accumulators import accumulator_accuracy, int8_accuracy
from lmul.sim.accuracy.dots import DotUnitAccuracy, dot_unit_accuracy
from lmul.sim.accuracy.operands import DotError, operand_accuracy
from lmul.sim.accuracy.pairs import ErrorStats, accuracy
from lmul.sim.accuracy.workload import attention
from lmul.tools.metrics import Metric

__all__ = ["STIMULI", "errors", "why_no_error"]


STIMULI = ("attention QK", "attention AV", "mantissas")

_MANTISSAS = "mantissas"


def errors(design: Design, stimulus: str) -> tuple[list[Metric], dict[str, Any]]:
    """The metrics ``mred`` and ``bias``, of single products ``worst`` too, and their detail.

    ``"mantissas"``, for multipliers and product units: single products against the exact ones,
    packed by a multiplier, unrounded by a product unit; in range, where every policy packs alike.

    ``"attention QK"`` and ``"attention AV"``, operands rounded to nearest, those of up to 8 bits
    scaled, all against the float64 product of the operands before they were encoded. Of PEs and
    arrays the whole dot products as the circuit computes them: ``mred`` is the norm-wise relative
    error, ``bias`` the gain. Of a product unit the same of its unrounded products, summed in
    float64. Of a multiplier its packed products that are in range. Of a dot-product unit its sums,
    K by groups of N; its detail has all of :class:`lmul.sim.accuracy.dots.DotUnitAccuracy`.

    Raises
    ------
    ValueError
        For an unknown stimulus; for :func:`why_no_error`'s reasons.
    """
    if stimulus not in STIMULI:
        raise ValueError(f"Unknown stimulus of errors {stimulus!r}: use {', '.join(STIMULI)}")
    if reason := why_no_error(design, stimulus):
        raise ValueError(f"Design {design.name!r}: {reason}")
    if stimulus == _MANTISSAS:
        return _of_mantissas(design)
    matrix = stimulus.removeprefix("attention ")
    left, right = attention().products[matrix]
    told = f"{matrix} nearest, against original operands"
    if isinstance(design, UnitDesign):
        found = operand_accuracy(
            left,
            right,
            design.format,
            design.kind,
            offset=design.offset,
            scaled=design.format.is_narrow,  # by a power of two a tensor
        )
        if design.level == "multiplier":
            return _of_products(design, found.products_original, f"{told}, products")
        dots = found.dots_original
    elif isinstance(design, DotDesign) and design.kind != "int8":
        return _of_units(design, dot_unit_accuracy(design, matrix), told)
    else:
        assert isinstance(design, MacDesign | DotDesign)
        if design.kind == "int8" or isinstance(design.format, IntegerFormat):
            dots = int8_accuracy(left, right)
        else:
            assert isinstance(design, MacDesign)
            dots = _of_sums(design, matrix)
    metrics = [
        Metric(design.name, design.level, name, value, stimulus=f"{told}, dot products")
        for name, value in (("mred", dots.relative), ("bias", dots.gain))
    ]
    return metrics, asdict(dots)


def _of_sums(design: MacDesign, matrix: str) -> DotError:
    """The dot products of a PE or an array of floating-point operands."""
    kind, fmt, policy = design.kind, design.format, design.policy
    assert kind != "int8" and isinstance(fmt, FloatFormat)
    left, right = attention().products[matrix]
    sums = design.accumulator, design.terms, design.window
    return accumulator_accuracy(left, right, fmt, kind, policy, *sums).error


def why_no_error(design: Design, stimulus: str) -> str | None:
    """Why a design has no error on one of :data:`STIMULI`; None when it has."""
    if stimulus == _MANTISSAS:
        if isinstance(design, UnitDesign):
            return None
        return "errors over mantissas are of floating-point multipliers and product units"
    if isinstance(design, MacDesign) and design.kind != "int8":
        terms = attention().products[stimulus.removeprefix("attention ")][0].shape[-1]
        if design.resolved_accumulator.is_exact and terms > design.k_max:
            return f"exact sums up to K = {design.k_max} don't hold {stimulus}'s {terms} products"
    return None


def _of_units(
    design: DotDesign, found: DotUnitAccuracy, told: str
) -> tuple[list[Metric], dict[str, Any]]:
    exact = "exact sums of exact products of the same codes"
    figures = [
        ("mred", found.original.relative, told),
        ("bias", found.original.gain, told),
        ("mred_of_codes", found.codes.relative, f"against {exact}"),
        ("mred_of_window", found.window.relative, "against exact sums of the unit's own products"),
        ("mred_in_fp32", found.fp32.relative, f"{told}, its own products summed in fp32"),
    ]
    metrics = [
        Metric(design.name, design.level, name, value, stimulus=f"{stimulus}, dot products")
        for name, value, stimulus in figures
    ]
    return metrics, asdict(found)


def _of_mantissas(design: Design) -> tuple[list[Metric], dict[str, Any]]:
    assert isinstance(design, UnitDesign)
    pairs = accuracy(design.kind, design.format, design.offset)
    stats = pairs.packed if design.level == "multiplier" else pairs.unrounded
    told = "all mantissa pairs" if pairs.exhaustive else f"{pairs.pairs} mantissa pairs"
    return _of_products(design, stats, told)


def _of_products(
    design: Design, stats: ErrorStats, stimulus: str
) -> tuple[list[Metric], dict[str, Any]]:
    if not stats.counted or not math.isfinite(stats.mred):
        raise ValueError(f"Design {design.name!r} has no product in range on {stimulus}")
    metrics = [
        Metric(design.name, design.level, name, getattr(stats, name), stimulus=stimulus)
        for name in ("mred", "bias", "worst")
    ]
    return metrics, stats.as_dict()
