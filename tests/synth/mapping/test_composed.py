"""Arrays composed of parts that are mapped by themselves."""

import json

import pytest

from lmul.synth.gates.circuit import Circuit
from lmul.synth.liberty.default import default_library
from lmul.synth.liberty.library import load
from lmul.synth.mapping.composed import composed, part_circuit
from lmul.synth.mapping.mapping import Mapped

LIBRARY = load(default_library())
INVERTER, FLIPFLOP = "sky130_fd_sc_hd__inv_1", "sky130_fd_sc_hd__dfxtp_1"


def test_a_part_is_the_same_whatever_the_size():
    texts = {
        part_circuit(Circuit.of(f"array-lmul-e4m3-{size}-os-ftz"), "pe").verilog
        for size in ("1x1", "2x1")
    }
    [text] = texts
    assert "array" not in text
    assert text.startswith("module pe (")
    assert "module pe_accumulation_align (" in text
    assert "module cell" not in text
    with pytest.raises(LookupError, match=r"^Circuit 'array-int8-1x1-os' has no part 'round'$"):
        part_circuit(Circuit.of("array-int8-1x1-os"), "round")


def mapped(top: str, modules: dict[str, dict]) -> Mapped:
    circuit = Circuit(top, "", "array", top)
    text = json.dumps({"modules": modules})
    return Mapped(circuit, LIBRARY, None, text, 0.0, 0.0, {}, "dc2", "none", "none")


def module(ports: dict[str, int], *cells: str) -> dict:
    return {
        "ports": {name: {"direction": "input", "bits": [2] * n} for name, n in ports.items()},
        "cells": {str(n): {"type": kind} for n, kind in enumerate(cells)},
        "attributes": {},
    }


def test_parts_take_their_places():
    whole = mapped(
        "top",
        {"top": module({}, "top_pe", "top_pe", FLIPFLOP), "top_pe": module({"a": 2}, FLIPFLOP)},
    )
    part = mapped("pe", {"pe": module({"a": 2}, INVERTER, INVERTER, FLIPFLOP)})
    found = composed(whole, {"pe": part})
    assert found.cells == {INVERTER: 4, FLIPFLOP: 3}
    assert found.sequential_um2 == pytest.approx(3 * LIBRARY[FLIPFLOP].area)
    assert found.area_um2 == pytest.approx(3 * LIBRARY[FLIPFLOP].area + 4 * LIBRARY[INVERTER].area)
    other = mapped("pe", {"pe": module({"a": 3}, INVERTER)})
    with pytest.raises(ValueError, match=r"^Part 'pe' of 'top' has other ports$"):
        composed(whole, {"pe": other})
