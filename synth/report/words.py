"""What a reader must know: the words of the tables, and what could make the figures mislead."""

from collections.abc import Mapping

from lmul.hdl.numbers.kinds import KINDS

__all__ = ["THREATS", "WORDS"]


WORDS: Mapping[str, str] = {
    "gates": "two-input gates and inverters after synthesis, without flip-flops",
    "fJ": "femtojoule, 10⁻¹⁵ J: the energy of one product or one multiply-accumulate in cells",
    "product": "the bare unit that multiplies operands already taken apart",
    "multiplier": "from two codes to one: takes operands apart, multiplies, rounds, packs",
    "PE": "processing element: multiplies two operands and adds the product to a sum, each cycle",
    "array": "a systolic array of PEs with its edges, drain and rounders: a matrix product; "
    "os: sums stay in their PE (output-stationary), ws: weights do (weight-stationary)",
    "twin": "the same circuit with another kind of product: same ports, policy, sums and care",
    **{kind: info.summary for kind, info in KINDS.items()},
    "int8": "8-bit integers, summed in 32 bits",
    "policy": "what happens to zeros, subnormals, overflow, NaN and Inf: one of the next four",
    "bare": "the paper's own arithmetic: zero, NaN and overflow wrap",
    "lax": "zeros right, subnormals flushed, overflow saturates; NaN and Inf are not looked for",
    "ftz": "as lax, with NaN and Inf propagated",
    "ocp": "everything: subnormals in and out, Inf and NaN as OCP and IEEE 754 have them",
    "exact sum": "wide enough for 1024 of the largest products: no sum is ever rounded",
    "fix16_-3": "a sum of 16 bits from 2⁻³ up: lower bits are cut, larger sums saturate",
    "FO4": "the delay of an inverter that drives four of its kind: the measure of a technology",
    "glitches": "changes of a net within one cycle that leave it as it was, and cost energy",
    "real delays": "energy with the glitches that the cells' own delays make and let through",
    "without glitches": "energy when each net changes at most once a cycle: the lower bound",
    "unit delay": "energy when every gate takes one unit of time: more than with real delays",
}
"""The dozen words of hardware, then kinds and policies."""


THREATS = (
    "Cells alone: no wires and no clock tree. Wires add to all kinds, and to larger circuits more.",
    "But for the tables at one clock, circuits are mapped for the least area: an adder has more "
    "slack than a multiplier, which a tool could turn into less energy.",
    "Glitches are simulated with the library's delays, one an arc, and each swing taken as a full "
    "one. The share of an exact circuit's energy that L-Mul takes turns with them by some ten "
    "points, up or down: without glitches and unit delay are shown as bounds.",
    "One library, part of sky130hd at its typical corner. Shares move by some percent from "
    "library to library.",
    "One workload: two attention heads of a sentence encoder on 128 tokens. Other operands toggle "
    "other nets.",
    "Mapping follows the order of statements by chance. Ranges over several orders are shown; at "
    "the least area an array's range is taken from its PE's.",
    "L-Mul's unit and its twins are this project's. The paper publishes no circuit, and a better "
    "exact multiplier would change the shares.",
)
"""Threats to validity, the largest first."""
