"""`haste report`: a run's or a campaign's journal as a page, or as one object."""

from __future__ import annotations

import json as js
from pathlib import Path
from typing import Annotated

import typer

from . import campaign


def report(
    run: Annotated[Path, typer.Argument(help="the folder of a run or a campaign, or its name below runs/")],
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the report's content as one object")] = False,
) -> None:
    """Write report.html into the folder and say where it is."""
    from haste.view.report import report_json, write_report

    from .campaign_wiring import is_campaign
    from .wiring import open_store

    if is_campaign(run):
        campaign.report(run, open_=open_, json=json)
        return
    store, folder = open_store(run)
    if json:
        typer.echo(js.dumps(report_json(store)))
        return
    page = write_report(store, folder / "report.html")
    typer.echo(str(page))
    if open_:
        typer.launch(page.resolve().as_uri())
