"""The report's page: what stands beside each table, and that tables sort."""

import json
import re
from pathlib import Path

import pytest
from chromium_page import document_after
from outside import NEEDS_CHROMIUM

from lmul.synth.comparison.document import ReportDocument
from lmul.synth.comparison.error_survey import ErrorSurvey
from lmul.synth.report.chapters import Chapter
from lmul.synth.report.html import html_page
from lmul.synth.report.markdown import markdown
from lmul.synth.tables.table import Method, Table

METHOD = Method("toy cells", "two <pairs>", "by hand")
TABLE = Table(
    "A table",
    ["kind", "saved"],
    [["a", "1,234"], ["a", "–"], ["b", "12\u00a0%"], ["b", "-3\u00a0%"], ["c", "+2.5e2"]],
    ["A note."],
    text_columns=1,
    method=METHOD,
)


def page() -> str:
    document = ReportDocument({}, [], {}, ErrorSurvey([], {}, [], {}), [], "none", full=False)
    chapters = [Chapter.of("All & one", TABLE, Table("Empty", ["x"], []))]
    return html_page("T", "lead", ["v"], ["f"], document, chapters)


def test_contents_lead_to_every_section():
    text = page()
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', text)
    assert links == [("all-one", "All &amp; one"), ("a-table", "A table")]
    for anchor, _ in links:
        assert text.count(f' id="{anchor}"') == 1


def test_method_is_at_hand():
    text = page()
    hover = 'title="Library: toy cells. Stimulus: two &lt;pairs&gt;. Method: by hand."'
    assert hover in text
    details = text[text.index("<details") : text.index("</details>")]
    for told in ("How measured", "toy cells", "two &lt;pairs&gt;", "by hand"):
        assert told in details
    assert "*How measured.* Library: toy cells." in markdown(
        "T", [], [], [Chapter.of("C", TABLE)], {}
    )


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_tables_sort(tmp_path: Path):
    # The table before a click on its second heading, and after each of three.
    script = """
        const seen = () => [
            [...document.querySelectorAll("tbody td.number")].map((cell) => cell.textContent),
            [...document.querySelectorAll("th")].map((head) => head.getAttribute("aria-sort")),
        ];
        const all = [seen()];
        for (let click = 0; click < 3; click++) {
            document.querySelectorAll("th button")[1].click();
            all.push(seen());
        }
        document.body.textContent = JSON.stringify(all);
    """
    text = document_after(page(), script, tmp_path)
    [body] = re.findall(r"<body>(.*)</body>", text, re.DOTALL)
    found = json.loads(body.replace("&nbsp;", " "))
    as_made = ["1,234", "–", "12 %", "-3 %", "+2.5e2"]
    assert found == [
        [as_made, ["none", "none"]],
        [["-3 %", "12 %", "+2.5e2", "1,234", "–"], ["none", "ascending"]],
        [["1,234", "+2.5e2", "12 %", "-3 %", "–"], ["none", "descending"]],
        [as_made, ["none", "none"]],
    ]
