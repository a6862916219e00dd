"""Joining a campaign's journal, its runs and its views: the summary, and the three files that show it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from haste.schema.errors import StoreError


def summary_at(folder: Path) -> dict[str, Any]:
    """The summary of the campaign in `folder`, finished or not. Raises StoreError."""
    from haste.campaign.rows import read_row
    from haste.campaign.state import fold
    from haste.campaign.summary import summarise

    from .campaign_wiring import last_sign, open_journal, run_store

    entries = list(open_journal(folder).read())
    if not entries:
        msg = "the journal has no beginning: nothing was done yet"
        raise StoreError(msg, where=str(folder), hint="start the campaign again with `haste campaign run`")
    state = fold(entries)
    rows = [
        read_row(one, planned.number, state.runs.get(one.run), run_store(folder / "runs" / one.run))
        for planned in state.rounds
        for one in planned.assignments
    ]
    if state.finished is None:
        state = replace(state, at=last_sign(folder, state))
    return summarise(state, rows, entries[0].at)


def write_reports(summary: dict[str, Any], folder: Path) -> Path:
    """report.html, report.md and report.json; the path of the page. Raises StoreError."""
    from haste.view.campaign_markdown import markdown
    from haste.view.campaign_page import campaign_page

    texts = {
        "report.json": json.dumps(summary, indent=1) + "\n",
        "report.md": markdown(summary),
        "report.html": campaign_page(summary),
    }
    try:
        for name, text in texts.items():
            partial = folder / f"{name}.partial"
            partial.write_text(text, encoding="utf-8")
            partial.replace(folder / name)
    except OSError as fault:
        msg = f"cannot write the report: {fault.strerror or fault}"
        raise StoreError(msg, where=str(folder), hint="free disk space or make the folder writable") from fault
    return folder / "report.html"
