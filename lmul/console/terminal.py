"""The terminal: a progress bar where there is one, and tables of designs and their figures."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

__all__ = [
    "OnProgress",
    "figure_table",
    "progress_bar",
    "table_console",
    "wires_note",
    "written_note",
]


OnProgress = Callable[[int, int, str], None]
"""Called with (done, total, label)."""


@contextmanager
def progress_bar(title: str, remaining: bool = False, log: bool = False) -> Iterator[OnProgress]:
    """A bar on standard error for as long as the block runs; gone when it ends.

    With ``remaining`` it also tells the time that is left, where steps are many and much alike.

    Yields what long functions take as ``on_progress``. When standard error is no terminal, no bar
    is drawn; with ``log`` a line there tells of each tenth that is done, and of each half minute.
    """
    console = Console(stderr=True)
    if log and not console.is_terminal:
        yield _lines(title)
        return
    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *([TextColumn("left"), TimeRemainingColumn()] if remaining else []),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None, title=title)

        def show(done: int, total: int, label: str) -> None:
            progress.update(task, completed=done, total=total, description=label)

        yield show


def _lines(title: str) -> OnProgress:
    start = last = time.monotonic()
    told = 0

    def show(done: int, total: int, label: str) -> None:
        nonlocal last, told
        now = time.monotonic()
        percent = 100 * done // total if total else 0
        if percent // 10 > told or now - last >= _SILENCE_S:
            last, told = now, percent // 10
            seconds = f"{now - start:.0f} s"
            print(f"{title}: {percent} %, {seconds}: {label}", file=sys.stderr, flush=True)

    return show


_FILE_WIDTH = 160
_SILENCE_S = 30.0


def table_console() -> Console:
    """Standard output; wide enough for any table when it is a file or a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)


def figure_table(title: str, *columns: str) -> Table:
    """A row a design: its name on the left, figures on the right of their columns."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("design", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def wires_note(wires: str) -> str:
    """What is said of wires below figures: ``"no wires"``, or that they are an estimate."""
    return "no wires" if wires == "none" else f"{wires} wires, an estimate: nothing was placed"


def written_note(writes: Mapping[str, float]) -> str:
    """In which share of additions each part of a sum is written that is written on change only."""
    return ", ".join(f"{share:.1%} of additions write the part {n}" for n, share in writes.items())
