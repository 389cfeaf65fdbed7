"""The report's table of FPGAs: LUTs by family, Fmax where a design was placed."""

from lmul.synth.comparison.cell_survey import CellSurvey
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.points import FMAX, PLACED_ON, fpga_designs, placed_points
from lmul.synth.measure.measurement import Point
from lmul.synth.tables.table import NOTHING, Method, Table

__all__ = ["fpga_table"]


_METHOD = Method(
    "Xilinx 7 series, iCE40 UltraPlus and ECP5, as Yosys maps to them",
    "none, counts depend on no operands",
    "LUTs and DSP blocks by Yosys before placement, sums written as + and, for DSP blocks, "
    "products as *; MHz by nextpnr after placing and routing with "
    "registers at all ports, the median over the seeds",
)


def fpga_table(document: ReportDocument) -> Table:
    """LUTs of each design, with DSP blocks where they were allowed, and Fmax where it is known."""
    cells = document.cells
    placed = [point for point in placed_points(document.formats) if point in cells.found]
    designs = dict.fromkeys(
        [*fpga_designs(document.formats), *((point.design, point.dsp) for point in placed)]
    )
    rows = []
    for name, dsp in designs:
        found = [
            _figure(cells, name, "xilinx", dsp, "lut6"),
            _figure(cells, name, "xilinx", dsp, "dsps"),
        ]
        for device in PLACED_ON:
            found += [_placed(cells, name, device, dsp), _fmax(cells, name, device, dsp)]
        if any(cell != NOTHING for cell in found):
            rows.append([name, "allowed" if dsp else "no", *found])
    return Table(
        "On FPGAs",
        [
            "circuit",
            "DSPs",
            "LUT6, Xilinx",
            "DSP blocks",
            *(f"{what}, {device}" for device in PLACED_ON for what in ("LUT4", "MHz")),
        ],
        rows,
        [
            "LUTs of six inputs swallow short products: the share that L-Mul takes of LUTs is "
            "not the share that it takes of gates. A DSP block holds an integer product of up to "
            "18 bits whole, and an fp8 one wastes most of it. DSP blocks are Xilinx's.",
            f"LUT4 and MHz are kept figures; “{NOTHING}” was not placed. Another speed grade or a "
            f"fuller device gives other figures. {cells.kept}".strip(),
        ],
        text_columns=2,
        strong=frozenset({2}),
        method=_METHOD,
    )


def _figure(cells: CellSurvey, name: str, family: str, dsp: bool, what: str) -> str:
    one = cells.found.get(Point(name, "luts", device=family, dsp=dsp))
    values = [metric.value for metric in one.metrics if metric.name == what] if one else []
    return str(values[0]) if values else NOTHING


def _placed(cells: CellSurvey, name: str, device: str, dsp: bool) -> str:
    for point, one in cells.found.items():
        if (point.design, point.measure, point.device, point.dsp) == (name, "fpga", device, dsp):
            return str(next(m.value for m in one.metrics if m.name == "lut4"))
    return NOTHING


def _fmax(cells: CellSurvey, name: str, device: str, dsp: bool) -> str:
    library = f"{device} with DSPs" if dsp else device
    key = (name, FMAX, library)
    found = [m.value for m in cells.metrics if (m.design, m.name, m.library) == key]
    return f"{found[0]:.0f}" if found else NOTHING
