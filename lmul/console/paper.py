"""The paper's arithmetic as tables for a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lmul.synth.comparison.paper.energy import ENERGY_CLAIMS, ENERGY_PJ, FP8_NOTE
from lmul.synth.comparison.paper.gates import PaperRow, paper_lmul, paper_rows

__all__ = ["energy_table", "gate_table", "paper_tables"]


def gate_table(rows: Sequence[PaperRow]) -> Table:
    """Exact multiplier and L-Mul side by side, each count named for what it is."""
    table = Table(title="Gates in the paper's weights: AND = OR = 1, XOR = 4 (HA 5, FA 11)")
    table.add_column("format")
    table.add_column("count")
    for column in ("exact", "L-Mul", "L-Mul takes"):
        table.add_column(column, justify="right")
    for row in rows:
        fields = f"e{row.exponent_bits}m{row.mantissa_bits}"
        table.add_row(
            row.format if row.format == fields else f"{row.format} ({fields})",
            "paper prints",
            _shown(row.printed_exact),
            _shown(row.printed_lmul),
            _ratio(row.printed_lmul, row.printed_exact),
        )
        for label, exact, lmul in (
            ("paper's formula", row.paper_exact, row.paper_lmul),
            ("right widths, proper array", row.corrected_exact, row.corrected_lmul),
        ):
            table.add_row("", label, str(exact), str(lmul), _ratio(lmul, exact))
        for label, exact, lmul in _pairs(row):
            table.add_row("", f"Yosys, {label}", _shown(exact), _shown(lmul), _ratio(lmul, exact))
        table.add_section()
    return table


def _pairs(row: PaperRow) -> list[tuple[str, int | None, int | None]]:
    """Our circuits of one format by what follows kind and format in their names."""
    found: dict[str, list[int | None]] = {}
    for side, counts in enumerate((row.yosys_exact, row.yosys_lmul)):
        for name, weight in counts.items():
            rest = name.removeprefix("product-").split("-")[2:]
            label = "product unit" if name.startswith("product-") else "-".join(rest) or "ocp"
            found.setdefault(label, [None, None])[side] = weight
    return [(label, exact, lmul) for label, (exact, lmul) in found.items()]


def _shown(value: int | None) -> str:
    return "-" if value is None else str(value)


def _ratio(lmul: int | None, exact: int | None) -> str:
    return f"{100 * lmul / exact:.0f} %" if lmul and exact else "-"


def energy_table() -> Table:
    """The paper's energy savings and the arithmetic behind each."""
    table = Table(title="Energy claims, from the paper's Table 1 (pJ, after Horowitz 2014)")
    for column in ("operation", "how", "L-Mul takes", "paper prints"):
        table.add_column(column)
    for claim in ENERGY_CLAIMS:
        arithmetic = f"{claim.lmul_pj:g} of {claim.exact_pj:g}"
        table.add_row(
            claim.what,
            "\n".join(part for part in (claim.formula, arithmetic, claim.note) if part),
            f"{100 - claim.saving_percent:.1f} %",
            claim.printed,
        )
        table.add_section()
    return table


def paper_tables(weights: Mapping[str, int] | None = None) -> Group:
    """All of ``lmul paper``; ``weights`` as ``paper_rows`` of ``comparison.paper.gates`` takes."""
    costs = ", ".join(f"{operation} {energy}" for operation, energy in ENERGY_PJ.items())
    return Group(
        gate_table(paper_rows(weights)),
        Text(
            "Formulas leave out normalising, rounding and special cases. Yosys's counts hold all "
            "that the circuit does; inverters weigh nothing, since the paper counts none."
        ),
        Text(
            "The 256 printed for fp16 is the formula with a 16-bit adder, "
            f"{paper_lmul(5, 10, 16)}; e5m10 has 15 bits to add, {paper_lmul(5, 10)}."
        ),
        Text(),
        energy_table(),
        Text(f"Table 1: {costs}."),
        Text(FP8_NOTE),
    )
