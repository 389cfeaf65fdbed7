"""A study as a report's JSON: figures as metrics; intervals, verdicts and sources beside them."""

from dataclasses import asdict
from importlib import metadata
from typing import Any

from lmul.accuracy.bootstrap import Interval
from lmul.accuracy.claims import judge
from lmul.accuracy.encoder import TOKENS
from lmul.accuracy.language.model import pretrained
from lmul.accuracy.language.training import accepted
from lmul.accuracy.published import PUBLISHED
from lmul.accuracy.rows import Row
from lmul.accuracy.study import FIGURES, Figure, Study
from lmul.sim.accuracy.capture import MODEL_PACKAGE
from lmul.tools.metrics import Metric, Report

__all__ = ["to_report"]


def to_report(study: Study) -> Report:
    """The document that ``lmul accuracy --json`` prints."""
    kept = pretrained()
    stimuli = {
        "retrieval": f"{study.size.passages} passages of docstrings, up to {TOKENS} tokens",
        "text": f"{study.size.windows} windows of {kept.model.shape.context} characters, held out",
    }
    rows = {row.name: row for row in (*study.main, *study.factors)}
    figures = [
        (figure, row)
        for row in rows.values()
        for figure in FIGURES.values()
        if study.has(figure, row)
    ]
    metrics = [
        Metric(
            row.name,
            "model",
            figure.name,
            study.value(figure, row).value,
            better=figure.better,
            stimulus=stimuli[figure.task],
        )
        for figure, row in figures
    ]
    packages = ("torch", "transformers", MODEL_PACKAGE, "numpy")
    section = {
        "size": asdict(study.size),
        "passages_sha256": study.passages_sha256,
        "language_model": kept.provenance,
        "intervals": [_with_interval(study, figure, row) for figure, row in figures],
        "claims": [
            {
                "text": judged.claim.text,
                "source": judged.claim.source or "a question of ours",
                "contrast": judged.claim.contrast,
                "verdict": judged.verdict,
                "by": {
                    name: {**_numbers(contrast), "verdict": judged.verdicts[name]}
                    for name, contrast in judged.contrasts.items()
                },
            }
            for judged in judge(study.found)
        ],
        "training": asdict(accepted()),
        "published": [asdict(one) for one in PUBLISHED],
    }
    tools = {name: metadata.version(name) for name in packages}
    return Report(tools, metrics, {"accuracy": section})


def _with_interval(study: Study, figure: Figure, row: Row) -> dict[str, Any]:
    return {
        "design": row.name,
        "name": figure.name,
        **_numbers(study.value(figure, row)),
        "change": _numbers(study.change(figure, row)),
    }


def _numbers(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}
