"""The report's page: folds, what stands beside each table, and that tables sort."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from chromium_page import document_after
from matplotlib.axes import Axes
from outside import NEEDS_CHROMIUM

from lmul.synth.pictures.picture import Picture
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
    chapter = Chapter.of("All & one", TABLE, Table("Empty", ["x"], []), detail=[DETAIL])
    return html_page(
        "T", "lead", ["v"], Chapter.of("Front", PICTURE), ["f"], [chapter], {"tool": "1"}
    )


def draw(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1])


DETAIL = replace(TABLE, title="More")
PICTURE = Picture("five", "Five panels", "c", [("p", draw)] * 5, key={"one": ("#ff0000", "o")})


def test_detail_is_folded_and_named():
    text = page()
    chapter = text[text.index('<details class="chapter">') :]
    head, rest = chapter.split("</summary>", 1)
    assert "<h2>All &amp; one</h2>" in head
    assert "A table · More" in head
    assert rest.index('<section id="a-table">') < rest.index('<details class="detail" id="more">')
    assert "<details open" not in text
    assert "Empty" not in text


def test_how_is_said_once_a_chapter():
    text = page()
    assert text.count("toy cells") == 1
    details = text[text.index('<details class="how">') :].split("</details>", 1)[0]
    for told in ("How measured", "toy cells", "two &lt;pairs&gt;", "by hand"):
        assert told in details
    chapter = Chapter.of("C", TABLE, DETAIL)
    said = markdown("T", [], Chapter.of("Front"), [], [chapter], {})
    assert said.count("*How measured.* Library: toy cells.") == 1
    other = Chapter.of("C", TABLE, replace(DETAIL, method=Method("none", "none", "guessed")))
    assert "*How measured (More).* Library: none." in markdown(
        "T", [], Chapter.of("Front"), [], [other], {}
    )


def test_the_last_row_of_panels_fills_the_sheet():
    spans = [int(n) for n in re.findall(r"grid-column:span (\d)", page())]
    assert spans == [2, 2, 2, 3, 3]
    assert "--tracks:6" in page()
    assert page().count('<ul class="key">') == 1


def test_tables_come_as_csv():
    [given] = re.findall(r'<a download="a-table.csv" href="data:text/csv[^,]*,([^"]*)">', page())
    rows = list(csv.reader(io.StringIO(unquote(given))))
    assert rows == [
        ["kind", "saved"],
        ["a", "1234"],
        ["a", ""],
        ["b", "12 %"],
        ["b", "-3 %"],
        ["c", "+2.5e2"],
    ]


def test_columns_of_nothing_are_left_out():
    table = Table(
        "T",
        ["kind", "a", "b", "c"],
        [["x", "–", "1", "–"], ["y", "–", "–", "2"]],
        strong=frozenset({1, 2}),
        wide=frozenset({3}),
    )
    found = table.filled()
    assert found.columns == ["kind", "b", "c"]
    assert found.rows == [["x", "1", "–"], ["y", "–", "2"]]
    assert (found.strong, found.wide, found.text_columns) == (frozenset({1}), frozenset({2}), 1)


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_tables_sort(tmp_path: Path):
    # The table before a click on its second heading, and after each of three.
    script = """
        const table = document.querySelector("#a-table table");
        const seen = () => [
            [...table.querySelectorAll("td.number")].map((cell) => cell.textContent),
            [...table.querySelectorAll("th")].map((head) => head.getAttribute("aria-sort")),
        ];
        const all = [seen()];
        for (let click = 0; click < 3; click++) {
            table.querySelectorAll("th button")[1].click();
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
