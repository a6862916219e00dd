"""`haste report`: the journals of a run, a campaign or a study as a page, or as one object."""

from __future__ import annotations

import json as js
from pathlib import Path
from typing import Annotated

import typer

from . import campaign


def report(
    run: Annotated[
        Path, typer.Argument(help="the folder of a run, a campaign or a study, or a run's name below runs/")
    ],
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the report's content as one object")] = False,
) -> None:
    """Write report.html into the folder and say where it is."""
    from haste.view.report import report_json, write_report

    from .campaign_wiring import is_campaign
    from .study_wiring import is_study
    from .wiring import open_store

    if is_campaign(run):
        campaign.report(run, open_=open_, json=json)
        return
    if is_study(run):
        from .study_outcome import study_at, write_outcome

        told, page = write_outcome(study_at(run)), run / "report.html"
        shown = {name: told[name] for name in ("summary", "comparison")}
    else:
        store, folder = open_store(run)
        page = folder / "report.html"
        shown = report_json(store) if json else {}
        if not json:
            write_report(store, page)
    typer.echo(js.dumps(shown) if json else str(page))
    if open_ and not json:
        typer.launch(page.resolve().as_uri())
