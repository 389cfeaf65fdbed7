"""Files and pages that README, CONTRIBUTING and docs name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

ADDED_BY_A_READER = {"hdl/products/cut.py", "synth/tables/reach.py"}
"""What docs/adding.md asks for; its own test adds them."""

_SOURCE = re.compile(r"`((?:hdl|sim|synth|lmul|tests|examples)/[\w/]+\.\w+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sources_exist(page: Path):
    named = {*_SOURCE.findall(page.read_text(encoding="utf-8"))} - ADDED_BY_A_READER
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    for name, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / name if name else page
        assert target.exists(), name
        if anchor:
            assert anchor in anchors(target), f"{name}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Of headings, as a Markdown reader makes them."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
