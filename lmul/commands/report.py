"""`lmul report`: the whole comparison."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]


def report(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to write into.")
    ] = Path("build/report"),
    quick: Annotated[
        bool, typer.Option("--quick", help="The 8-bit formats only; no fp32, bf16, fp16.")
    ] = False,
    compare: Annotated[
        Path | None, typer.Option(help="An older report.json: show what moved since.")
    ] = None,
    fail_if_worse: Annotated[
        float | None,
        typer.Option(metavar="PCT", help="With --compare: exit 1 if a figure is worse by more."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Count, verify and compare everything; print the table, write build/report/."""
    raise NotImplementedError
