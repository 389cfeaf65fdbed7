"""The closed form of cycles, against schedules that are played tile by tile."""

import re
import subprocess
import sys

import numpy as np
import pytest

from lmul.hdl.designs.cycles import array_cycles, pipeline_latency
from lmul.hdl.designs.design import Design
from lmul.hdl.designs.mac import MacDesign

SEED = 2024


def played_ws(rows, columns, stages, m, k, n, port):
    """The cycle of the last result, counted from 1: every tile starts as soon as it can.

    ``port``: cycles that operands take through their ports.
    """
    way = rows + columns + stages  # of a sum, from its activations to the end of the grid
    starts = {}
    start, free = 0, port + rows  # the cycle after the first weights
    for k_tile in range(-(-k // rows)):
        for n_tile in range(-(-n // columns)):
            # the port of partial sums, the cycle in which they are offered again, their own port
            back = starts.get((k_tile - 1, n_tile), -way - 2 - port) + way + 2 + port
            start = starts[k_tile, n_tile] = max(free, back)
            free = start + max(m, rows)
    return start + m - 1 + way + 1 + 1  # the last beat; the port of results; counted from 1


def played_os(rows, columns, stages, m, k, n, port):
    """The same; a tile's last operands keep R cycles from those of the tile before it."""
    end, free = -rows, port
    for _ in range(-(-m // rows) * -(-n // columns)):
        end = max(free + k - 1, end + rows)
        free = end + 1
    capture = end + 1 + stages + rows - 1 + columns - 1  # by the last PE
    return capture + rows + 1 + 1  # row R - 1, which drains last; the port of results


@pytest.mark.parametrize(("flow", "played"), [("os", played_os), ("ws", played_ws)])
def test_closed_form(flow, played):
    rng = np.random.default_rng(SEED)
    for _ in range(1500):
        rows, columns, m, k, n = (int(v) for v in rng.integers(1, 40, 5))
        stages = int(rng.integers(3))
        for fifo, port in ((0, 1), (16, 3)):
            found = array_cycles(flow, rows, columns, stages, m, k, n, fifo)
            due = played(rows, columns, stages, m, k, n, port)
            assert found == due
            # Whatever the shape, results alone are rounded, so that only the last one is late.
            assert array_cycles(flow, rows, columns, stages, m, k, n, fifo, 3) == due + 3
            # So many pairs a cycle: the last of them may be fewer.
            terms = 1 + k % 5
            longer = terms * k - int(rng.integers(terms))
            assert array_cycles(flow, rows, columns, stages, m, longer, n, fifo, 0, terms) == due


@pytest.mark.parametrize(
    ("name", "size", "cycles"),
    [
        # With P = 0 these are 4118 and 65582.
        ("array-lmul-e4m3-8x8-os", 64, 4118 + 3),
        ("array-lmul-e4m3-16x16-os-s1", 256, 65582 + 4),
        # 64 tiles of 64 cycles; R to load, R + C + 1 to the last result, 1 at the port
        ("array-lmul-e4m3-8x8-ws", 64, 4096 + 8 + 8 + 8 + 2),
        ("array-int8-16x16-ws-s1", 256, 65536 + 16 + 16 + 16 + 3),
        ("array-lmul-e4m3-4x4-os-n4", 64, 4096 + 4 + 4 + 4 + 1),
    ],
)
def test_of_designs(name, size, cycles):
    design = MacDesign.parse(name)
    assert design.cycles(size, size, size) == cycles
    each = design.rows**2 * design.terms
    assert design.utilisation(size, size, size) == size**3 / (each * cycles)
    assert design.utilisation(size, size, size) > (0.99 if size == 64 else 0.999)


def test_latency():
    assert [pipeline_latency(flow, s) for flow in ("os", "ws") for s in (0, 1)] == [3, 4, 4, 5]
    assert [pipeline_latency(flow, 1, 0, 3) for flow in ("os", "ws")] == [7, 8]
    assert MacDesign.parse("array-exact-e4m3-8x8-os-s1-r2-f4").latency == 3 + 1 + 2 + 2
    assert [pipeline_latency(flow, 0, 2) for flow in ("os", "ws")] == [5, 6]


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((0, 1, 1), ValueError, "M must be at least 1, not 0"),
        ((1, -3, 1), ValueError, "K must be at least 1, not -3"),
        ((1, 1, 2.0), TypeError, "N must be an integer, not 2.0"),
    ],
)
def test_shapes_wrong(shape, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        MacDesign.parse("array-lmul-e4m3-8x8-ws").cycles(*shape)


def test_a_pe_has_none():
    with pytest.raises(ValueError, match=r"^Design 'lmul-e4m3' is no array, so it has no cycles$"):
        Design.parse("lmul-e4m3").cycles(1, 1, 1)
    with pytest.raises(ValueError, match=r"^Design 'pe-lmul-e4m3' is no array, so it has no cyc"):
        MacDesign.parse("pe-lmul-e4m3").cycles(1, 1, 1)


def test_without_amaranth():
    code = "import sys, lmul.hdl.designs.cycles; sys.exit('amaranth' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
