"""A report's document of made-up figures: every circuit, each kind at its own factor."""

from made_up_cells import made_up_cells

from lmul.sim.accuracy.accumulators import AccumulatorAccuracy
from lmul.sim.accuracy.operands import DotError
from lmul.synth.comparison.designs import REPORT_FORMATS, pes_in_cells, window_pes
from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.comparison.headline import HeadlineRow
from lmul.synth.comparison.mac_survey import MacSurvey

__all__ = ["DOCUMENT", "cells_of", "document"]


def document(formats=REPORT_FORMATS, full=True) -> ReportDocument:
    rows = [HeadlineRow(fmt, "ftz", {"lmul": 1, "exact": 2}, {}) for fmt in formats]
    names = [name for fmt in formats for name in (*pes_in_cells(fmt, "ftz").values(),
                                                  *window_pes(fmt).values())]  # fmt: skip
    errors = {
        (name, "QK"): AccumulatorAccuracy(DotError(0.02 if "exact" in name else 0.05, 0, 0), 0, 9)
        for name in names
    }
    mac = MacSurvey({}, {}, errors, {"QK": DotError(0.01, 0.0, 0.0)})
    cells = made_up_cells(formats, full)
    survey = ErrorSurvey([], {}, [], {})
    return ReportDocument({}, rows, {}, survey, [], "none", full, mac, cells)


DOCUMENT = document()


def cells_of(table):
    return [[cell.replace("\u00a0", " ") for cell in row] for row in table.rows]
