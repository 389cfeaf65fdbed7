"""How the report's figures came about, where several tables or pictures share it."""

from lmul.synth.report_table import Method

__all__ = ["CHECKED", "GATES", "MANTISSAS", "REAL_TILE"]

_MODEL = "the golden model, which the generated Verilog equals in every bit"

GATES = Method(
    "none, two-input gates and inverters of any technology",
    "none, a count depends on no operands",
    "Yosys and ABC with one script for all circuits, named under “Made with”; not placed, no wires",
)
MANTISSAS = Method(
    "none, results depend on no technology",
    "all pairs of mantissas up to ten bits, a seeded sample of pairs beyond",
    f"{_MODEL}, against the exact product of the same operands",
)
REAL_TILE = Method(
    "none, results depend on no technology",
    "Q·Kᵀ and A·V of two heads of all-MiniLM-L6-v2 on 128 tokens of English, operands encoded "
    "as the table says",
    f"{_MODEL}, against float64",
)
CHECKED = Method(
    "none for multipliers, Verilog before synthesis; for the others the embedded one",
    "multipliers: all pairs of codes up to 8 bits, corners and seeded pairs beyond; others: finite "
    "codes, all alike",
    "simulated, every bit of every result compared with the golden model",
)
