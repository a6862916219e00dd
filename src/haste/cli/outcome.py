"""What a run says at its end: a few lines for a person, one object for a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from haste.schema.errors import ProviderError
from haste.schema.events import ModelFailed

if TYPE_CHECKING:
    from haste.runner.context import Context


NOTHING_VALID = 8  # exit code: there is a submission, but it is the dummy predictor's


def tell(context: Context, *, as_json: bool) -> None:
    """Write report.html, then print the outcome; an interrupted run exits with 130 although it has a submission.

    Raises ProviderError where a model's provider failed before anything could be handed over.
    """
    from haste.view.report import write_report
    from haste.view.summary import summarise

    from .wiring import open_store

    graded, _ = open_store(context.folder)
    write_report(graded, context.folder / "report.html")
    summary = summarise(graded.read(), graded.read_grades())
    if summary["stop_reason"] == "provider" and summary["submission"] is None:
        raise _given_up(context)
    if summary["submission"]:
        summary["submission"] = str(context.folder / summary["submission"])
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        for line in _lines(summary, context.folder):
            typer.echo(line)
    if summary["stop_reason"] == "interrupted":
        raise typer.Exit(130)
    if summary["candidate"] is None:
        raise typer.Exit(NOTHING_VALID)


def _lines(summary: dict[str, Any], folder: Path) -> list[str]:
    score, trust = summary["validation_score"], summary["validation_trust"]
    mark = " (reported by the script itself)" if trust == "reported" else ""
    lines = ["", f"stopped: {summary['stop_reason']} after {summary['wall_s']:.0f} s"]
    if summary["stop_reason"] == "provider":
        lines.append(f"the model's provider failed; to go on where it stood: haste resume {_short(folder)}")
    lines.append(
        "no candidate ran; the submission is the dummy predictor's"
        if score is None
        else f"validation {summary['metric']}: {score:.6g}{mark}"
    )
    if summary["grade"] is not None:
        medal = summary["medal"]
        words = "no leaderboard" if medal is None else "no medal" if medal == "none" else f"{medal} medal"
        lines.append(f"held-out {summary['metric']}: {summary['grade']:.6g} - {words}")
    if summary["calls"]:
        lines.append(_spent(summary))
    shown = _short(folder)
    left = {"submission": "submission.csv", "solution": "solution", "report": "report.html"}
    return lines + [f"{name:<11} {shown / file}" for name, file in left.items() if (folder / file).exists()]


def _spent(summary: dict[str, Any]) -> str:
    from haste.view.numbers import count_text
    from haste.view.spending import tokens_text, usd_text

    tokens, asked = summary["tokens"], count_text(summary["calls"], "call")
    usage = f"{tokens_text(tokens['input'])} tokens in and {tokens_text(tokens['output'])} out"
    cost = "cost unknown" if summary["usd"] is None else usd_text(summary["usd"])
    paid = "of the recorded run: " if summary["model"].startswith("replay:") else ""
    return f"{paid}{asked} to {summary['model'].removeprefix('replay:')}, {usage}, {cost}"


def _given_up(context: Context) -> ProviderError:
    """What the provider said last, and how to go on."""
    failed = [entry.event for entry in context.store.read() if isinstance(entry.event, ModelFailed)]
    last = failed[-1]
    hint = f"mend that, then: haste resume {_short(context.folder)}"
    return ProviderError(f"{last.fault.replace('_', ' ')}: {last.detail}", where=last.model, hint=hint)


def _short(folder: Path) -> Path:
    try:
        return folder.relative_to(Path.cwd())
    except ValueError:
        return folder
