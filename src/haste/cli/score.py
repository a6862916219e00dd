"""`haste score`: one's own script through the folds, the sandbox and the metric that candidates go through."""

from __future__ import annotations

import json as js
from pathlib import Path
from typing import Annotated

import typer

from .options import Sandbox, gigabytes


def score(  # noqa: PLR0913 - one parameter per option
    competition: Annotated[str, typer.Argument(help="a bundled name or a folder")],
    solution: Annotated[Path, typer.Argument(help="a script that reads input/ and writes submission.csv")],
    folds: Annotated[int | None, typer.Option(min=2, max=20)] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the folds")] = 0,
    workers: Annotated[int | None, typer.Option(min=1)] = None,
    memory: Annotated[str, typer.Option(metavar="4GB")] = "4GB",
    python: Annotated[Path | None, typer.Option(help="the interpreter that runs it")] = None,
    sandbox: Annotated[Sandbox, typer.Option(help="auto, required or off")] = Sandbox.AUTO,
    json: Annotated[bool, typer.Option("--json", help="print one object")] = False,
) -> None:
    """Score a script of your own on every fold: outcome, score and log of each."""
    from haste.schema.config import RunConfig
    from haste.schema.execution import Limits

    from .wiring import cores, interpreter, score_solution

    config = RunConfig.model_validate(
        {
            "competition": competition,
            "seed": seed,
            "folds": folds,
            "workers": workers or cores(),
            "limits": Limits(memory_gb=gigabytes(memory, "--memory")),
            "python": interpreter(python),
            "sandbox": sandbox.value,
        }
    )
    scored = score_solution(config, solution)
    if json:
        typer.echo(js.dumps(scored.as_json()))
    else:
        for line in scored.as_text():
            typer.echo(line)
    if scored.mean is None:
        raise typer.Exit(4)
