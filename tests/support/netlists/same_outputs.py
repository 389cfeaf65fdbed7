"""A proof that two circuits give the same outputs, by Yosys's SAT solver."""

from lmul.tools import yosys

_PROOF = """
read_verilog one.v
hierarchy -top {top}
proc
flatten
design -stash one
read_verilog other.v
hierarchy -top {top}
proc
flatten
design -stash other
design -copy-from one -as gold {top}
design -copy-from other -as gate {top}
miter -equiv -flatten -make_assert gold gate both
hierarchy -top both
tee -q -o proof.txt sat -verify -prove-asserts both
"""


def prove_same_outputs(one: str, other: str, top: str) -> None:
    """Prove that combinational modules called ``top`` in two Verilog texts are equal.

    Raises
    ------
    ToolFailed
        When they are not.
    """
    files = {"one.v": one, "other.v": other}
    yosys.run(_PROOF.format(top=top), files, ["proof.txt"])
