from dataclasses import replace

from lmul.synth.energy import Energy
from lmul.synth.energy_comparison import compared_designs, comparison_table

ONE = Energy(
    design="exact-e4m3-ftz",
    level="multiplier",
    library="toy",
    stimulus="gaussian",
    switching=100.0,
    internal=90.0,
    clock=0.0,
    leakage=10.0,
    glitches=50.0,
    ports=7.0,
    parts={"product": 150.0, "pack": 40.0},
    operations=1,
    transition=50.0,
    frequency=1e8,
)


def test_designs():
    names = [design.name for design in compared_designs()]
    assert len(names) == 12 and names[-1] == "pe-int8"
    assert {"lmul_rne-e4m3-ftz", "product-int8", "pe-mitchell-e4m3-ftz"} <= set(names)
    wide = [design.name for design in compared_designs("bf16")]
    assert not [name for name in wide if "int8" in name or "rne" in name]


def test_savings():
    lmul = replace(ONE, design="lmul-e4m3-ftz", internal=0.0, glitches=30.0, parts={})
    int8 = replace(ONE, design="product-int8", level="product", switching=300.0)
    pe = replace(ONE, design="pe-lmul-e4m3-ftz", level="pe")
    pe_int8 = replace(pe, design="pe-int8", internal=0.0)
    table = comparison_table([lmul, ONE, int8, pe, pe_int8])
    shown = [tuple(cell.replace("\u00a0", " ") for cell in row[2:6]) for row in table.rows]
    assert shown == [
        ("110", "140", "45 %", "72 %"),
        ("200", "250", "–", "50 %"),
        ("400", "450", "–", "–"),
        ("200", "250", "–", "-82 %"),  # no exact PE to compare with
        ("110", "160", "–", "–"),
    ]
    assert table.rows[1][6] == "product 150, pack 40"
    assert any("95 %" in note and "80 %" in note for note in table.notes)
