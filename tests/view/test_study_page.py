"""How a study's page is laid out."""

from __future__ import annotations

import re

from haste.campaign.study.compare import compare
from haste.view.study_page import study_page
from tests.campaign.study_rows import config, rows_of

WIDE, LETTER, GAP = 940, 7.5, 14  # pixels: of a page's text, of a character in a table, between columns


def test_the_table_of_arms_fits_on_the_page():
    """Figures are not broken over lines; names, titles and heads are, between words."""
    plan = config("start", competitions=6, seeds=3)
    comparison = compare(plan.plan, rows_of(plan), plan.places).model_dump(mode="json")
    page = study_page(plan.model_dump(mode="json"), comparison, "haste ablate start")
    table = page[page.index('id="arms"') :].split("</table>")[0]
    heads, *rows = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[1:])
    assert len(rows) == len(comparison["arms"])
    assert "Recalled" in heads

    def letters(cell: str, words: bool) -> int:
        lines = re.sub(r"<[^>]+>", "\n", cell)
        return max(map(len, lines.split() if words else lines.split("\n")))

    columns = [
        max(letters(head, words=True), *(letters(row[at], words=at == 0) for row in rows))
        for at, head in enumerate(heads)
    ]
    assert sum(LETTER * column + GAP for column in columns) <= WIDE
