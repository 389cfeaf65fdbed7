"""Where tables are printed."""

from rich.console import Console

__all__ = ["table_console"]

_FILE_WIDTH = 160


def table_console() -> Console:
    """Standard output; wide enough for any table when it is a file or a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)
