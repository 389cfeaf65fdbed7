"""One point tried: its result, or why there is none, in a line."""

from dataclasses import dataclass

from lmul.synth.point import Measured, Point, measured
from lmul.tools.errors import LmulError

__all__ = ["Failure", "attempt"]


@dataclass(frozen=True)
class Failure:
    """Why a point has no result.

    Attributes
    ----------
    message : str
        One line.
    """

    message: str


def attempt(point: Point) -> Measured | Failure:
    """The result of a point, or why it has none; it raises only what is meant to stop all."""
    try:
        return measured(point)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        return Failure(f"{error.strerror or error}{place}")
    except (LmulError, TypeError, ValueError) as error:
        return Failure(" ".join(str(error).split()))
    except Exception as error:  # a defect of ours: told apart by its type, the rest goes on
        return Failure(f"{type(error).__name__}: {' '.join(str(error).split())}")
