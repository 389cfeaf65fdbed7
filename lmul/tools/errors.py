"""What goes wrong outside Python, said in one line: a tool that is missing, a tool that failed."""

__all__ = ["LmulError", "ToolFailed", "ToolNotFound"]


class LmulError(Exception):
    """A failure that its user can do something about; the message is one line."""


class ToolNotFound(LmulError):
    """A program that a command needs is not installed; the message says how to get it."""


class ToolFailed(LmulError):
    """A program ran and reported an error; the message has its first error and its log's path."""
