"""`haste report`: a run's journal as a page, or as one object."""

from __future__ import annotations

import json as js
from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="the run's folder, or its name below runs/")],
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the report's content as one object")] = False,
) -> None:
    """Write report.html into the run's folder and say where it is."""
    from haste.view.report import report_json, write_report

    from .wiring import open_store

    store, folder = open_store(run)
    if json:
        typer.echo(js.dumps(report_json(store)))
        return
    page = write_report(store, folder / "report.html")
    typer.echo(str(page))
    if open_:
        typer.launch(page.resolve().as_uri())
