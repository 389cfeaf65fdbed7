"""What areas, delays and energies say; each sentence only if this run's figures say it."""

from collections.abc import Callable, Sequence

from lmul.synth.accuracy_picture import accuracy_points, best_points
from lmul.synth.cell_points import (
    arrays_in_cells,
    multipliers_in_cells,
    pes_in_cells,
    window_pes,
)
from lmul.synth.cell_survey import AREA, DELAY, ENERGY, GLITCHES, CellSurvey
from lmul.synth.comparison import multiplier_name
from lmul.synth.mac_designs import ACCUMULATORS, ARRAY_SIDE
from lmul.synth.noise import ORDERS
from lmul.synth.paper_energy import DOT_CLAIMS, PRODUCT_CLAIMS
from lmul.synth.report_document import ReportDocument
from lmul.synth.report_table import percent
from lmul.synth.saved_table import Baseline
from lmul.synth.spread_points import SPREAD_FORMAT
from lmul.synth.spread_table import luck

__all__ = ["cell_findings"]


def cell_findings(document: ReportDocument) -> list[str]:
    """The sentences, most important first."""
    parts: Sequence[Callable[[ReportDocument], list[str]]] = (
        _saves,
        _lucky,
        _claim,
        _wider,
        _break_even,
        _loses,
        _front,
    )
    return [text for part in parts for text in part(document)]


def _saves(document: ReportDocument) -> list[str]:
    """fp8: the same format, conventional and smallest."""
    cells = document.cells
    said = []
    for fmt in ("e4m3", "e5m2"):
        against, smallest = Baseline(fmt, "exact", fmt), Baseline(fmt, "lmul_rne", fmt)
        figures = [
            one.saved(cells, level, what)
            for level in ("multiplier", "pe")
            for one in (against, smallest)
            for what in (AREA, ENERGY)
        ]
        if any(figure is None for figure in figures):
            continue
        shown = [percent(figure) for figure in figures if figure is not None]
        glitching = against.saved(cells, "multiplier", GLITCHES)
        delay = against.saved(cells, "multiplier", DELAY)
        assert glitching is not None and delay is not None
        text = (
            f"{fmt}: of the exact multiplier L-Mul saves {shown[0]} of the area and {shown[1]} of "
            f"the energy ({percent(glitching)} with glitches) at {percent(1 - delay)} of its "
            f"delay; of the exact PE {shown[4]} and {shown[5]}"
        )
        if (share := against.array_saved(cells)) is not None:
            text += f", and {percent(share)} of a 16x16 array's area"
        said.append(
            f"{text}. Of lmul_rne, which rounds exactly, it saves {shown[2]} and {shown[3]}, and "
            f"of its PE {shown[6]} and {shown[7]}"
        )
    if not said:
        return []
    return [f"In cells, on real operands (ftz, no wires): {'. '.join(said)}."]


def _lucky(document: ReportDocument) -> list[str]:
    """How far the order of statements alone moves these figures."""
    found = document.cells.spreads
    lmul = found.get(multiplier_name("lmul", SPREAD_FORMAT, "ftz"))
    pe = luck(document.cells, "pe", ENERGY)
    if lmul is None or pe is None:
        return []
    said = []
    for kind in ("lmul_rne", "exact"):
        other = found.get(multiplier_name(kind, SPREAD_FORMAT, "ftz"))
        if other is None:
            return []
        written = lmul.energy.as_written / other.energy.as_written
        median = lmul.energy.median / other.energy.median
        said.append(f"{percent(median)} of {kind}, where as written it takes {percent(written)}")
    return [
        f"Mapping is partly luck: the same statements in {ORDERS} other orders give L-Mul's "
        f"{SPREAD_FORMAT} multiplier {lmul.energy.least:.0f} to {lmul.energy.most:.0f} fJ. By the "
        f"medians of all orders it takes {' and '.join(said)}; PEs move by {percent(pe, 1)} to "
        "either side."
    ]


def _claim(document: ReportDocument) -> list[str]:
    """Against fp16 and fp32 the format saves, not L-Mul."""
    said = []
    for level, what, claims in (
        ("multiplier", "product", PRODUCT_CLAIMS),
        ("pe", "multiply-accumulate", DOT_CLAIMS),
    ):
        for wide in sorted(claims):
            lmul = Baseline("e4m3", "exact", wide).saved(document.cells, level, ENERGY)
            designs = multipliers_in_cells if level == "multiplier" else pes_in_cells
            narrow, other = (designs(fmt, "ftz")["exact"] for fmt in ("e4m3", wide))
            mine = document.cells.ratio(narrow, other, ENERGY)
            own = Baseline(wide, "exact", wide).saved(document.cells, level, ENERGY)
            if lmul is not None and mine is not None and own is not None:
                said.append(
                    f"of an exact {wide} {what} L-Mul in e4m3 saves {percent(lmul)}, the exact "
                    f"e4m3 circuit {percent(1 - mine)}, L-Mul in {wide} itself {percent(own)} "
                    f"(paper: {percent(claims[wide])})"
                )
    if not said:
        return []
    return [
        "The paper's savings are against wider formats, and there most is the format's doing. "
        f"Energy: {'; '.join(said)}."
    ]


def _wider(document: ReportDocument) -> list[str]:
    """bf16, fp16, fp32: where L-Mul has no exact rival of its size."""
    said = []
    for fmt in ("bf16", "fp16", "fp32"):
        one = Baseline(fmt, "exact", fmt)
        product, pe = (one.saved(document.cells, lvl, ENERGY) for lvl in ("multiplier", "pe"))
        if product is not None and pe is not None:
            said.append(f"{fmt} {percent(product)} and {percent(pe)}")
    if not said:
        return []
    return [
        "With more mantissa bits L-Mul saves more of the multiplier's energy, and keeps more of "
        f"that in a PE with fp32 sums: {'; '.join(said)}."
    ]


def _break_even(document: ReportDocument) -> list[str]:
    """The sum decides how much of the saving is left."""
    cells, level = document.cells, luck(document.cells, "pe", ENERGY)
    said = []
    for fmt in (fmt for fmt in document.formats if fmt in ACCUMULATORS):
        names = window_pes(fmt)
        saved = {
            accumulator: {
                other: 1 - ratio
                for other in ("exact", "lmul_rne")
                if (ratio := cells.ratio(names[accumulator, "lmul"], names[accumulator, other],
                                         ENERGY)) is not None
            }
            for accumulator in ACCUMULATORS[fmt]
        }  # fmt: skip
        if any(len(both) < 2 for both in saved.values()):
            continue
        by_exact = sorted(saved, key=lambda one: saved[one]["exact"])
        least, most = by_exact[0], by_exact[-1]
        even = [
            one for one, both in saved.items() if level is not None and both["lmul_rne"] < level
        ]
        text = (
            f"{fmt} from {percent(saved[least]['exact'])} ({least} sums) to "
            f"{percent(saved[most]['exact'])} ({most})"
        )
        if level is not None and even:
            text += (
                f"; of the PE with lmul_rne less than {percent(level, 1)}, which may be luck, "
                f"with {', '.join(even)} sums"
            )
        said.append(text)
    if not said:
        return []
    return [f"What a PE sums in decides what L-Mul saves of its energy: {'. '.join(said)}."]


def _loses(document: ReportDocument) -> list[str]:
    """Where another kind takes less than L-Mul, or as much and errs less."""
    said = []
    for fmt in document.formats:
        for label, designs, level in (
            ("multiplier", multipliers_in_cells(fmt, "ftz"), "multiplier"),
            ("PE", pes_in_cells(fmt, "ftz"), "pe"),
            (f"{ARRAY_SIDE}x{ARRAY_SIDE} array", arrays_in_cells(fmt, ARRAY_SIDE), "pe"),
        ):
            for other in ("lmul_rne", "mitchell", "int8"):
                pair = designs.get("lmul", ""), designs.get(other, "")
                if told := _less(document.cells, *pair, level):
                    said.append(f"{fmt} {label}: {other} takes {told}")
    if not said:
        return []
    return [f"Where L-Mul does not win (ftz): {'; '.join(said)}."]


def _less(cells: CellSurvey, lmul: str, other: str, level: str) -> str:
    """What another takes less of than L-Mul, beyond the luck of a level."""
    told = []
    for what, label in {AREA: "area", DELAY: "delay", ENERGY: "energy"}.items():
        ratio, least = cells.ratio(other, lmul, what), luck(cells, level, what)
        if ratio is not None and least is not None and ratio <= 1 - least:
            told.append(f"{percent(1 - ratio)} less {label}")
    return " and ".join(told)


def _front(document: ReportDocument) -> list[str]:
    """Which PEs no other beats in energy and error."""
    points = [point for point in accuracy_points(document) if point.narrow]
    if not any(point.kind == "lmul" for point in points):
        return []
    best = best_points(points)
    told = ", ".join(
        f"{point.kind} {point.label} ({point.energy:.0f} fJ, {percent(point.error, 1)})"
        if point.kind != "int8"
        else f"int8 ({point.energy:.0f} fJ, {percent(point.error, 1)})"
        for point in best
    )
    return [
        "Among 8-bit PEs, energy against the error of real dot products (Q·Kᵀ), no other beats: "
        f"{told}. "
        + (
            "L-Mul is among them."
            if any(point.kind == "lmul" for point in best)
            else "L-Mul is not among them."
        )
    ]
