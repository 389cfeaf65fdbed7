"""Docstrings are read, never run; passages are prose, each once."""

from pathlib import Path

import pytest

from lmul.accuracy import passages as module
from lmul.accuracy.language.docstrings import docstrings

FILE = '''"""Reads a file that is there.

It gives what :class:`~io.Reader` finds in ``it``, all in one go and never twice."""
raise SystemExit("nothing is run")
class Shown:
    """Short.

    Too short a title to be found by, whatever may follow in this paragraph here."""
    def f(self):
        """Another title of enough words.

        >>> Its text is a piece of code, and no prose that anyone would look for."""
def g():
    """Reads a file that is there.

    The same title again, which would have two right answers to one question asked."""
'''


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "one.py").write_text(FILE)
    (tmp_path / "broken.py").write_text("def (")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "skipped.py").write_text(FILE)
    monkeypatch.setattr(module, "roots", lambda: (tmp_path,))
    return tmp_path


def test_all_that_can_be_read(library: Path) -> None:
    found = list(docstrings(library))
    assert [path for path, _ in found] == ["one.py"] * 4
    assert {text.split()[0] for _, text in found} == {"Reads", "Short.", "Another"}


def test_passages_are_prose_without_markup(library: Path) -> None:
    assert module.passages(1) == [
        (
            "Reads a file that is there.",
            "It gives what io.Reader finds in it, all in one go and never twice.",
        )
    ]
    message = r"^torch and Python hold only 1 of 2 passages here: ask .*, with --passages 1$"
    with pytest.raises(ValueError, match=message):
        module.passages(2)
