"""The one way in which a bench says that a circuit is wrong."""

from collections.abc import Sequence

__all__ = ["Mismatch", "require_no_mismatch"]


class Mismatch(AssertionError):
    """The circuit's answer is not the golden model's."""


def require_no_mismatch(compared: int, mismatches: int, examples: Sequence[str]) -> None:
    """Fail when a result was wrong, or when none was compared.

    Raises
    ------
    Mismatch
        With the number of wrong results, and the examples.
    AssertionError
        When nothing was compared.
    """
    if mismatches:
        raise Mismatch(f"{mismatches} of {compared} results are wrong: {'; '.join(examples)}")
    assert compared, "no result was compared"
