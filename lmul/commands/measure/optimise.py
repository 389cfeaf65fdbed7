"""`lmul optimise`: what to add to L-Mul's sum, by error and gates."""

from typing import Annotated, Any

import typer

from lmul.console.terminal import progress_bar, table_console

__all__ = ["optimise"]


def optimise(
    format: Annotated[
        str | None,
        typer.Option(
            "--format", help="A format, up to 10 mantissa bits; --relatives alone takes several."
        ),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            metavar="OPERANDS",
            help="uniform: all mantissa pairs. attention: the products of the real tile. Or an "
            ".npz file with matrices 'left' (..., M, K) and 'right' (..., K, N).",
        ),
    ] = "uniform",
    objective: Annotated[
        str,
        typer.Option(
            help="What is made small: mred (mean relative error), bias, worst, or dot (the error "
            "of dot products)."
        ),
    ] = "mred",
    top: Annotated[
        int | None,
        typer.Option(
            metavar="T", help="Tables of T top bits alone: 1 to 4; 0 for the constant alone."
        ),
    ] = None,
    target: Annotated[
        float | None,
        typer.Option(
            "--circuit",
            metavar="PERCENT",
            help="Search a table by 3 top bits and the carry together with its gates, for this "
            "mean error: some minutes.",
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="With --circuit: how often synthesis counts 16 circuits, some three seconds each.",
        ),
    ] = None,
    relatives: Annotated[
        bool,
        typer.Option("--relatives", help="L-Mul among its relatives: named constants and kinds."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Find the best constant or table to add to L-Mul's sum.

    A table is addressed by the top bits of both mantissas. Each is shown with its error and with
    the gates of the whole multiplier under ftz. What was found or counted once is kept: a search
    that was stopped goes on where it was.
    """
    from lmul.console.report import console_table
    from lmul.hdl.numbers.formats import FORMATS
    from lmul.sim.golden.codec import as_format
    from lmul.synth.optimise.cores import cores
    from lmul.synth.optimise.pairs import check_objective, pairs_on
    from lmul.synth.optimise.relatives import RELATED_FORMATS
    from lmul.synth.optimise.relatives import relatives as find_relatives
    from lmul.synth.optimise.search import ROUNDS, circuits, constants_and_tables
    from lmul.synth.optimise.shown import (
        cores_table,
        counted,
        counted_cores,
        relatives_table,
        rows_section,
        rows_table,
    )
    from lmul.synth.tables.table import Table
    from lmul.tools.metrics import Report
    from lmul.tools.yosys import tool_versions

    aim = check_objective(objective)
    if target is not None and not 0 < target < 100:
        raise ValueError(f"A mean error in percent must be between 0 and 100, not {target!r}")
    if target is not None and aim != "mred":
        raise ValueError("--circuit searches for a mean error: it goes with --objective mred alone")
    if target is not None and top is not None:
        raise ValueError("--circuit searches tables by 3 top bits: it does not go with --top")
    if rounds is not None and (target is None or rounds < 0):
        raise ValueError(f"--rounds goes with --circuit and is no negative number, not {rounds!r}")
    if relatives and (on != "uniform" or aim != "mred" or top is not None or target is not None):
        raise ValueError("--relatives goes with --format and --json alone")
    if format is None and not relatives:
        raise ValueError(f"--format is missing: one of {', '.join(FORMATS)}")
    formats = [as_format(name) for name in ([format] if format else RELATED_FORMATS)]
    tables: list[Table] = []
    sections: dict[str, list[dict[str, Any]]] = {}
    with progress_bar("optimise", log=True) as on_progress:
        for fmt in formats if relatives else ():
            rows = counted(find_relatives(fmt), on_progress)
            sections[f"relatives_{fmt.name}"] = rows
            tables.append(relatives_table(fmt.name, rows))
            if in_cores := counted_cores(cores(fmt), on_progress):
                sections[f"cores_{fmt.name}"] = in_cores
                tables.append(cores_table(fmt.name, in_cores))
        if not relatives:
            [fmt] = formats
            pairs = pairs_on(on, fmt)
            if target is None:
                found = constants_and_tables(fmt, pairs, aim, top, on_progress)
            else:
                count = ROUNDS if rounds is None else rounds
                found = circuits(fmt, pairs, target / 100, count, on_progress=on_progress)
            sections = {"corrections": rows_section(found)}
            tables = [rows_table(f"{fmt.name}, {pairs.label}", found, target is not None)]
    if as_json:
        print(Report(tool_versions(), [], sections).to_json(), end="")
        return
    for table in tables:
        table_console().print(console_table(table))
