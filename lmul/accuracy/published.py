"""What others measured, to stand beside our figures; none of it is ours."""

from dataclasses import dataclass

__all__ = ["PUBLISHED", "Published"]


@dataclass(frozen=True)
class Published:
    """One published figure.

    Attributes
    ----------
    source, model, task : str
    figures : dict of str to str
        By arithmetic.
    """

    source: str
    model: str
    task: str
    figures: dict[str, str]


_PAPER = "arXiv 2410.00907v2"

PUBLISHED = (
    Published(
        f"{_PAPER}, tables 2 to 5",
        "Mistral-7B",
        "mean of five tasks, attention alone, %",
        {"bf16": "69.83", "L-Mul": "69.93", "e4m3": "69.55", "e5m2": "68.97"},
    ),
    Published(
        f"{_PAPER}, tables 2 to 5",
        "Llama-3.1-8B",
        "mean of five tasks, attention alone, %",
        {"bf16": "74.24", "L-Mul": "74.00", "e4m3": "73.40", "e5m2": "71.86"},
    ),
    Published(
        f"{_PAPER}, tables 2 to 5",
        "as printed there",
        "GSM8k, attention alone, %",
        {"bf16": "58.17", "L-Mul": "58.52", "e4m3": "57.92", "e5m2": "55.47"},
    ),
    Published(
        f"{_PAPER}, table 6",
        "Gemma2-2b",
        "GSM8k, all products, fine-tuned, e4m3 sums, %",
        {"L-Mul": "37.91", "e4m3": "36.09", "e5m2": "7.96"},
    ),
    Published(
        "UniCore, ISCA 2026",
        "models of 7B",
        "perplexity added by an integer addition with a constant, fp8",
        {"integer addition": "+0.02 to +0.08"},
    ),
)
