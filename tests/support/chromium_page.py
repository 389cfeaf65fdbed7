"""A page in headless Chromium: what its document is after a script."""

import shutil
import subprocess
from pathlib import Path

__all__ = ["document_after"]

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def document_after(page: str, script: str, folder: Path) -> str:
    """The page's document after its own scripts and one more."""
    browser = shutil.which("chromium")
    assert browser
    path = folder / "page.html"
    path.write_text(page.replace("</body>", f"<script>{script}</script></body>"))
    done = subprocess.run(
        [browser, *_FLAGS.split(), f"--user-data-dir={folder}", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout
