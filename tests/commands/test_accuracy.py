"""`lmul accuracy` and `lmul attention`: mistakes are one line."""

from importlib import metadata

import pytest

from lmul.cli import main


@pytest.mark.parametrize("command", [["accuracy"], ["attention", "Some words"]])
def test_missing_extra(command, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def version(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", version)
    assert main(command) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("lmul: torch is not installed: ")
    assert captured.err.rstrip().rstrip("'").endswith("[workloads]")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["accuracy", "--passages", "3"], "greater than or equal to 16"),
        (["attention", "Some words", "--design", "lmul-e4m3"], "not a PE or array"),
        (["attention", "Some words", "--design", "array-lmul-e4m4-4x4-os"], "e4m4"),
        (["attention", "Some words", "--head", "12"], "less than or equal to 11"),
    ],
)
def test_mistakes(given, said, capsys) -> None:
    assert main(given) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
