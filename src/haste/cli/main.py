"""The `haste` command: its groups, and the one place where an error becomes words and an exit code."""

from __future__ import annotations

import json
import sys

import typer

from haste.schema.errors import HasteError

from . import ablate, campaign, competitions, doctor, grade, report, resume, run, score, skills

app = typer.Typer(
    name="haste",
    help="Machine-learning engineering that gets better with every problem it solves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("resume")(resume.resume)
app.command("report")(report.report)
app.command("grade")(grade.grade)
app.command("score")(score.score)
app.command("doctor")(doctor.doctor)
app.command("ablate")(ablate.ablate)
app.add_typer(competitions.app, name="competitions")
app.add_typer(skills.app, name="skills")
app.add_typer(campaign.app, name="campaign")


def main() -> None:
    """Run the command line; errors that were met on purpose go to stderr, each class with its own exit code."""
    try:
        app()
    except HasteError as fault:
        _say(fault)
        raise SystemExit(fault.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("haste: stopped\n")
        raise SystemExit(130) from None


def _say(fault: HasteError) -> None:
    if "--json" in sys.argv:
        told = {"kind": fault.kind, "message": fault.message, "where": fault.where, "hint": fault.hint}
        sys.stderr.write(json.dumps({"error": told}) + "\n")
        return
    place = f"\n  where: {fault.where}" if fault.where else ""
    advice = f"\n  what to do: {fault.hint}" if fault.hint else ""
    sys.stderr.write(f"haste: {fault.kind} error: {fault.message}{place}{advice}\n")


if __name__ == "__main__":
    main()
