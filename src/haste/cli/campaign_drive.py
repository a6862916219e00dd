"""Carrying a campaign to its end or to a pause, showing it, and saying what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from .campaign_report import summary_at, write_reports
from .outcome import NOTHING_VALID
from .wiring import interruptible

if TYPE_CHECKING:
    from haste.campaign.parts import Campaign


def carry(campaign: Campaign, *, as_json: bool) -> None:
    """Exit code 130 for one that was paused, 8 for one of which no run came to a valid submission."""
    from rich.console import Console

    from haste.campaign.loop import drive
    from haste.view.campaign_live import CampaignView

    live = CampaignView(Console(stderr=as_json), mode="silent" if as_json else "auto")
    campaign.watch, campaign.watch_run = live.watch, live.watch_run
    with live, interruptible("pausing; `haste campaign resume` goes on") as interrupted:
        campaign.interrupted = interrupted
        live.recall(campaign.journal.read())
        state = drive(campaign)
    summary = summary_at(campaign.folder)
    page = write_reports(summary, campaign.folder)
    if as_json:
        typer.echo(json.dumps(summary | {"folder": str(campaign.folder), "report": str(page)}))
    else:
        for line in _lines(summary, campaign):
            typer.echo(line)
    if state.finished is None:
        raise typer.Exit(130)
    if not any(row["candidate"] for row in summary["runs"]):
        raise typer.Exit(NOTHING_VALID)


def _lines(summary: dict[str, Any], campaign: Campaign) -> list[str]:
    from haste.view.campaign_words import medals_text

    over = summary["overall"]
    lines = ["", medals_text(over)]
    lines += [f"without {one['reference']}: {one['reason']}" for one in summary["unfit"]]
    lines += [f"{row['outcome']} {row['run']}: {row['error']}" for row in summary["runs"] if row["error"]]
    if summary["finished"] is None:
        lines.append(f"paused; go on with: haste campaign resume {campaign.folder}")
    return [*lines, f"report      {campaign.folder / 'report.html'}"]
