"""The command line: `lmul …`. Each command is a file in :mod:`lmul.commands`."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

import lmul
from lmul.commands.accuracy import accuracy
from lmul.commands.attention import attention
from lmul.commands.c import c
from lmul.commands.explain import explain
from lmul.commands.list import list_designs
from lmul.commands.lut import lut
from lmul.commands.matmul import matmul
from lmul.commands.measure.energy import energy
from lmul.commands.measure.fpga import fpga
from lmul.commands.measure.history import history
from lmul.commands.measure.optimise import optimise
from lmul.commands.measure.paper import paper
from lmul.commands.measure.report import report
from lmul.commands.measure.sweep import sweep
from lmul.commands.measure.synth import synth
from lmul.commands.sim import sim
from lmul.commands.verilator import verilator
from lmul.commands.verilog import verilog

__all__ = ["main"]

_MISTAKE = 2
_INTERRUPTED = 130


class _Stopped(Exception):
    """Ctrl-C; of a ``KeyboardInterrupt`` Typer leaves an exit code and no word."""


class _Unread(Exception):
    """Whoever read our output has seen enough; Typer would exit with 1."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:  # a Context of Typer's inside
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _Stopped(str(error)) from None
        except BrokenPipeError:
            raise _Unread from None


app = typer.Typer(
    name="lmul",
    cls=_Commands,
    help="L-Mul multipliers and their exact twins: Verilog, simulation, gate counts.",
    epilog="Example: lmul verilog lmul-e4m3-ftz -o build/verilog",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help breaks lines in mid-sentence
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"lmul {lmul.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    pass


app.command("list", epilog="Example: lmul list 'lmul-e4m3*'")(list_designs)
app.command(
    "explain",
    epilog="Example: lmul explain 1.5 -2.25 --format e4m3",
    # -2.25 is a number here, no option.
    context_settings={"ignore_unknown_options": True},
)(explain)
app.command("verilog", epilog="Example: lmul verilog lmul-e4m3-ftz -o build/verilog")(verilog)
app.command("c", epilog="Example: lmul c lmul-e4m3-ftz -o lmul_e4m3_ftz.h")(c)
app.command(
    "verilator",
    epilog="Example: lmul verilator --binary --timing --top lmul_e4m3_ftz_tb lmul_e4m3_ftz.vlt "
    "-f lmul_e4m3_ftz.f lmul_e4m3_ftz_tb.v",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)(verilator)
app.command("sim", epilog="Example: lmul sim lmul-e4m3-ftz --waves")(sim)
app.command("synth", epilog="Example: lmul synth lmul-e4m3-ftz exact-e4m3-ftz --json")(synth)
app.command(
    "matmul",
    epilog="Example: lmul matmul A.npy B.npy -o C.npy --design array-lmul-e4m3-16x16-os\n\n"
    "On real operands: lmul matmul --attention QK",
)(matmul)
app.command("lut", epilog="Example: lmul lut lmul-bf16 --for approxtrain -o lmul_7.bin")(lut)
app.command("energy", epilog="Example: lmul energy lmul-e4m3-ftz exact-e4m3-ftz --json")(energy)
app.command("fpga", epilog="Example: lmul fpga lmul-e4m3-ftz --device ice40-hx8k")(fpga)
app.command(
    "optimise",
    epilog="Example: lmul optimise --format bf16 --top 3\n\n"
    "How lmul_fine was found: lmul optimise --format bf16 --circuit 0.8\n\n"
    "L-Mul among its relatives: lmul optimise --relatives",
)(optimise)
app.command("accuracy", epilog="Example: lmul accuracy --quick")(accuracy)
app.command("attention", epilog="Example: lmul attention 'Addition is all you need'")(attention)
app.command("paper", epilog="Example: lmul paper --json")(paper)
app.command(
    "sweep",
    epilog="Example: lmul sweep examples/fp8.toml --dry-run\n\n"
    'That file begins: [[grid]] measures = ["cells", "energy", "error"], '
    'levels = ["multiplier", "pe"], kinds = ["lmul", "exact"], '
    'formats = ["e4m3", "e5m2"]',
)(sweep)
app.command("history", epilog="Example: lmul history build/kept-reports")(history)
app.command("report", epilog="Example: lmul report --compare build/report/report.json")(report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code: 0, 1 for a check that failed, 2 for a mistake."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = get_command(app)
    if not arguments:
        command.main(["--help"], prog_name="lmul", standalone_mode=False)
        return _MISTAKE
    try:
        code = command.main(list(arguments), prog_name="lmul", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except (_Stopped, typer.Abort, KeyboardInterrupt) as error:
        print(f"lmul: {str(error) or 'interrupted'}", file=sys.stderr)
        return _INTERRUPTED
    except (_Unread, BrokenPipeError):
        # Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        return _say(f"{error.strerror or error}{place}")
    except (ValueError, TypeError, lmul.LmulError) as error:
        return _say(_one_line(str(error)))
    except TyperException as error:
        context = getattr(error, "ctx", None)
        hint = f" (see: {context.command_path} --help)" if context else ""
        return _say(_one_line(error.format_message()) + hint)


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _say(message: str) -> int:
    print(f"lmul: {message}", file=sys.stderr)
    return _MISTAKE


if __name__ == "__main__":
    sys.exit(main())
