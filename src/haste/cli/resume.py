"""`haste resume`: take a run up where its journal ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def resume(
    run: Annotated[Path, typer.Argument(help="the run's folder, or its name below runs/")],
    json: Annotated[bool, typer.Option("--json", help="print one object at the end instead of progress")] = False,
) -> None:
    """Carry an interrupted or killed run to its end. Finished executions are not repeated."""
    from .wiring import Session

    Session.resume(run).drive(as_json=json)
