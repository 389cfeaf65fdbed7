"""What a report says of the sources that it was made from."""

import ast
import gc
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from lmul.tools import sources


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on PATH")
def test_commit_marks_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "__file__", str(tmp_path / "sources.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert sources.commit() == ""  # no checkout

    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    (tmp_path / "a").write_text("1")
    for command in (["init", "-q"], ["add", "a"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    head = ["git", "rev-parse", "HEAD"]
    found = subprocess.run(head, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sources.commit() == found.stdout.strip()
    (tmp_path / "a").write_text("2")
    assert sources.commit() == f"{found.stdout.strip()}-dirty"


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sources.commit() == ""


@pytest.fixture
def other_threads_go_on():
    """Collecting garbage, which happens anywhere, lets another thread go on, as finalisers may."""
    before = gc.get_threshold()
    gc.set_threshold(50)
    gc.callbacks.append(lambda *_: time.sleep(0))
    yield
    gc.callbacks.pop()
    gc.set_threshold(*before)


def test_trees_in_several_threads(other_threads_go_on):
    text = Path(sources.__file__).read_text(encoding="utf-8")
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(sources.syntax_tree, [text] * 20))
    assert all(isinstance(tree, ast.Module) for tree in trees)


def test_a_tree_beside_another_librarys(other_threads_go_on):
    """Dask's threads make trees, too, and do not wait for ours."""
    text = Path(sources.__file__).read_text(encoding="utf-8")
    done = Event()

    def other() -> None:
        while not done.is_set():
            with suppress(SystemError):
                ast.parse("a = [1, (2, 3)]")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(other)
        try:
            trees = [sources.syntax_tree(text) for _ in range(20)]
        finally:
            done.set()
    assert all(isinstance(tree, ast.Module) for tree in trees)
