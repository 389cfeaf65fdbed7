"""Text is split by files, and nothing is on both sides."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'torch'")

from lmul.accuracy.language import train


def test_a_file_is_on_one_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        text = f'"""File {number} alone."""\ndef f():\n    """The same in all."""\n'
        (tmp_path / f"{number}.py").write_text(text)
    (tmp_path / "umlaut.py").write_text('"""Grüße."""')
    monkeypatch.setattr(train, "roots", lambda: (tmp_path,))
    monkeypatch.setattr(train, "ROOTS", ("torch",))
    fit, other = (side.split("\n\n") for side in train.split_text())
    assert len(fit) + len(other) == 201
    assert not set(fit) & set(other)
    assert 5 < len(other) < 45
    assert "The same in all." in fit
