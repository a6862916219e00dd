"""What a study leaves in its folder, and what it says at its end. Made anew from the journals whenever it is asked.

`comparison.json`, `summary.json`, `report.html` and `report.md` say the same in different words; `rows.csv` is for
whoever plots for themselves.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haste.campaign.study.carry import Study
    from haste.campaign.study.outcomes import Row
    from haste.campaign.study.plan import StudyConfig

PUBLISHED = ("study.json", "comparison.json", "summary.json", "report.md")  # small, and enough for docs/results.md


def tell(study: Study, publish: Path | None, *, as_json: bool) -> None:
    """Write everything and say it. Exits with 1 where runs are missing: then the study is not what was planned."""
    from haste.view.study_words import absent, basis, finding

    told = write_outcome(study, publish)
    if as_json:
        typer.echo(json.dumps(told["summary"]))
    else:
        for one in told["comparison"]["contrasts"]:
            typer.echo(f"\n{one['arm']} against {one['against']} ({basis(one)})")
            for sentence in finding(one):
                typer.echo(f"  {sentence}")
        typer.echo("")
        for sentence in absent(told["study"]["plan"], told["comparison"]):
            typer.echo(sentence)
        typer.echo(f"report {study.root / 'report.html'}")
    if told["comparison"]["missing"]:
        raise typer.Exit(1)


def write_outcome(study: Study, publish: Path | None = None) -> dict[str, Any]:
    """Write the study's files and return what is in them. Raises StoreError where they cannot be written."""
    from haste.campaign.study.summary import summarise
    from haste.schema.errors import StoreError
    from haste.store.inventory_files import replace_text
    from haste.view.study_markdown import study_markdown
    from haste.view.study_page import study_page

    comparison, command = study.comparison(), command_of(study.config)
    told = {
        "study": study.config.model_dump(mode="json"),
        "comparison": comparison.model_dump(mode="json"),
        "summary": summarise(study.config, comparison, command),
    }
    texts = {
        "comparison.json": json.dumps(told["comparison"], indent=1) + "\n",
        "summary.json": json.dumps(told["summary"], indent=1) + "\n",
        "rows.csv": _table(study.rows()),
        "report.html": study_page(told["study"], told["comparison"], command),
        "report.md": study_markdown(told["study"], told["comparison"], command),
    }
    try:
        for name, text in texts.items():
            replace_text(study.root / name, text)
        if publish is not None:
            publish.mkdir(parents=True, exist_ok=True)
            for name in PUBLISHED:
                replace_text(publish / name, (study.root / name).read_text(encoding="utf-8"))
    except OSError as fault:
        msg = f"cannot write the study's outcome: {fault.strerror or fault}"
        raise StoreError(msg, where=str(study.root), hint="free disk space, then run the same command") from fault
    return told


def study_at(root: Path) -> Study:
    """A study's folder, to be read only. Raises ConfigError where there is none."""
    from haste.campaign.study.carry import Study

    from .study_wiring import StudyBench, read_study

    return Study(read_study(root), root.absolute(), StudyBench(root))


def command_of(config: StudyConfig) -> str:
    """What has to be typed for this study; options that are at their defaults are left out."""
    from haste.campaign.study.catalogue import PLANS
    from haste.competition.catalogue import bundled
    from haste.schema.config import SearchConfig

    words = ["haste", "ablate", config.plan.name]
    everything = {one.id for one in bundled()}
    if set(config.competitions) != everything:
        words += config.measured
    words += [word for one in config.only_teach for word in ("--only-teach", one)]
    words += ["--seeds", str(len(config.seeds))]
    plan = PLANS.get(config.plan.name, config.plan)
    usual = SearchConfig(**plan.search)
    for name in ("iterations", "runner_up_iterations"):
        if (value := getattr(config.run.search, name)) != getattr(usual, name):
            words += [f"--{name.replace('_', '-')}", str(value)]
    if config.run.folds is not None:
        words += ["--folds", str(config.run.folds)]
    if not config.share_executions:
        words.append("--no-share-executions")
    if config.run.sandbox != "auto":
        words += ["--sandbox", config.run.sandbox]
    return shlex.join(words)


def _table(rows: Sequence[Row]) -> str:
    """One line per run, as comma-separated values; milestones are left to the journals."""
    from haste.campaign.study.outcomes import Row

    names = [name for name in Row.model_fields if name != "milestones"]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.model_dump() for row in rows)
    return text.getvalue()
