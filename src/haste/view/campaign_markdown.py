"""A campaign's report as Markdown: the same tables as its page, for a README or an issue."""

from __future__ import annotations

from typing import Any

from .campaign_tables import KEPT, TABLES
from .campaign_words import (
    ENDS,
    KEEP_INTERVALS,
    begun_text,
    caution,
    graded_text,
    medals_text,
    number_text,
    sentence,
    settings_rows,
)
from .grid import grid
from .numbers import duration_text


def markdown(summary: dict[str, Any]) -> str:
    """The whole text; unknown figures are dashes."""
    over = summary["overall"]
    lines = [
        f"# Campaign {summary['campaign']}",
        "",
        sentence(summary),
        "",
        f"- {medals_text(over)} (95 % Wilson interval; a failed run is an attempt without a medal)",
        f"- mean normalised score {number_text(over['normalised'], 3)}, {graded_text(over)}",
        f"- begun {begun_text(summary)}",
        f"- {duration_text(summary['wall_s'])} of working time; {ENDS[summary['finished']]}",
        f"- {'; '.join(f'{name}: {value}' for name, value in settings_rows(summary))}",
    ]
    lines += [f"- without `{one['reference']}`: {one['reason']}" for one in summary["unfit"]]
    lines += [f"- {row['outcome']}: `{row['run']}`: {row['error']}" for row in summary["runs"] if row["error"]]
    lines += [f"- {note}" for note in (caution(summary), *summary["notes"]) if note]
    lines += [f"- round {one['number']}: {note}" for one in summary["rounds"] for note in one["notes"]]
    for title, table in TABLES:
        told = table(summary)
        if told.rows:
            words = [KEEP_INTERVALS, ""] if title == KEPT else []
            lines += ["", f"## {title}", "", *words, *grid(told.heads, told.rows, told.numeric)]
    return "\n".join(lines) + "\n"
