"""`haste grade`: a submission against the held-out answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def grade(
    competition: Annotated[str, typer.Argument(help="a bundled name, or a folder with answers below private/")],
    submission: Annotated[Path, typer.Argument(help="the CSV file to grade")],
    json: Annotated[bool, typer.Option("--json", help="print one object")] = False,
) -> None:
    """Score a submission, with its rank and medal where the competition has a leaderboard."""
    from haste.competition import heldout
    from haste.schema.errors import SubmissionError

    from .wiring import load_competition

    loaded = load_competition(competition)
    if not submission.is_file():
        msg = "no such file"
        raise SubmissionError(msg, where=str(submission), hint="name the submission's CSV file")
    result = heldout.grade(loaded, submission.read_bytes())
    if json:
        typer.echo(result.model_dump_json())
        return
    typer.echo(f"{result.metric.name} ({result.metric.direction}): {result.score:.6g}")
    if result.medal is None:
        typer.echo("no leaderboard, so no medal")
        return
    typer.echo(f"medal: {result.medal} (rank {result.rank} of {result.teams})")
    typer.echo(
        f"gold {result.gold:.6g}  silver {result.silver:.6g}  bronze {result.bronze:.6g}  median {result.median:.6g}"
    )
