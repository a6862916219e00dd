"""`haste competitions`: what there is to solve, and whether a folder of one's own is fit for it."""

from __future__ import annotations

import json as js
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .model_options import (
    BaseUrl,
    CallTimeout,
    Fallback,
    MaxOutputTokens,
    MaxTokens,
    MaxUsd,
    Prices,
    Reply,
    ReplyMode,
    asking,
)

if TYPE_CHECKING:
    from .promotion_wiring import Whom

app = typer.Typer(help="Bundled competitions, and folders of your own.", no_args_is_help=True, rich_markup_mode=None)
CONVERSATION = ".conversation"  # in the folder; what is hidden there is no data
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
def list_(json: Json = False) -> None:
    """The bundled competitions."""
    from haste.competition.catalogue import bundled

    rows = [{"id": c.id, "domain": c.domain, "metric": c.metric, "rows": c.rows, "title": c.title} for c in bundled()]
    if json:
        typer.echo(js.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("id", "domain", "metric", "rows", "title"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    # Piped, nothing is cut: whoever reads it may want whole names.
    console = Console()
    (console if console.is_terminal else Console(width=200)).print(table)


@app.command()
def show(competition: str, json: Json = False) -> None:
    """What HASTE makes of a competition: columns, target, metric, validation, and what of it was inferred."""
    from .wiring import load_competition

    loaded = load_competition(competition)
    told = loaded.competition
    if json:
        typer.echo(told.model_dump_json(exclude={"digests"}))
        return
    lines = {
        "domain": told.domain,
        "kind": told.kind,
        "metric": f"{told.metric.name} ({told.metric.direction}, needs {told.metric.needs})",
        "target": ", ".join(told.targets),
        "id column": told.id_column or "none (rows are matched by order)",
        "rows": f"{len(loaded.train)} train, {len(loaded.test)} test",
        "columns": ", ".join(map(str, loaded.test.columns)),
        "validation": f"{told.validation.scheme}, {told.validation.folds} folds, {told.validation.trust}",
        "folder": str(loaded.folder),
    }
    typer.echo(f"{told.title} [{told.id}]")
    for name, value in lines.items():
        typer.echo(f"  {name:<11} {value}")
    for sentence in told.inferred:
        typer.echo(f"  inferred: {sentence}")


@app.command()
def check(competition: str, json: Json = False) -> None:
    """Whether a folder is fit to be solved: loads it, builds a fold, scores a dummy and a perfect prediction."""
    from haste.competition.catalogue import resolve
    from haste.competition.check import check as findings_of

    findings = findings_of(resolve(competition))
    if json:
        typer.echo(js.dumps([{"level": f.level, "where": f.where, "message": f.message} for f in findings]))
    else:
        for finding in findings:
            typer.echo(f"{finding.level:<7} {finding.where}: {finding.message}")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(3)


@app.command()
def init(  # noqa: PLR0913 - one parameter per option
    folder: Path,
    force: Annotated[bool, typer.Option("--force", help="overwrite an existing competition.toml")] = False,
    model: Annotated[
        str, typer.Option(metavar="WHO", help="who reads the folder: builtin by rules alone, or PROVIDER:NAME")
    ] = "builtin",
    base_url: BaseUrl = None,
    fallback_model: Fallback = None,
    reply_mode: Reply = ReplyMode.TOOL,
    call_timeout: CallTimeout = 300.0,
    max_output_tokens: MaxOutputTokens = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
) -> None:
    """Write a commented competition.toml with everything that was inferred, for you to correct.

    What a model writes is tried on the folder first; where it does not work, what the rules infer is written.
    """
    from haste.schema.errors import ConfigError, StoreError
    from haste.store.inventory_files import replace_text

    from .promotion_wiring import Whom

    path = folder / "competition.toml"
    if path.exists() and not force:
        msg = "it exists already"
        raise ConfigError(msg, where=str(path), hint="edit it, or overwrite it with --force")
    try:
        told = asking(base_url, fallback_model, reply_mode, call_timeout, max_output_tokens)
        text = _settings(folder, Whom(model, told, max_usd, max_tokens, prices))
        replace_text(path, text)
    except OSError as fault:
        msg = f"cannot write: {fault.strerror or fault}"
        raise StoreError(msg, where=str(path), hint="make the folder writable") from fault
    typer.echo(str(path))


def _settings(folder: Path, whom: Whom) -> str:
    """The text to write. Raises CompetitionError where rules alone must do and cannot."""
    from haste.competition.check import init as by_rules

    if whom.model == "builtin":
        return by_rules(folder)
    from haste.agents.llm.engineer import LlmEngineer
    from haste.runner.inferring import infer_settings

    from .promotion_wiring import spent_words, talking

    with talking(whom, folder / CONVERSATION) as talk:
        found = infer_settings(folder, LlmEngineer(), talk)
        sys.stderr.write(f"haste: {spent_words(talk, CONVERSATION)}\n")
    if found.toml is None:
        sys.stderr.write(f"haste: {found.why_not}; going by rules alone\n")
        return by_rules(folder)
    head = [f"Written by `haste competitions init --model {whom.model}` and tried: it loads, and a fold can be built."]
    head += ["Correct what is wrong. Not stated below, and inferred:"] if found.added else ["Correct what is wrong."]
    return "".join(f"# {line}\n" for line in (*head, *found.added)) + "\n" + found.toml


@app.command()
def layout(
    competition: str,
    destination: Annotated[Path, typer.Argument(help="the folder to make; scripts read it as input/")],
) -> None:
    """Lay a competition's files out in the form that solutions read, for running one by hand."""
    from haste.competition.layout import lay_out
    from haste.schema.errors import StoreError

    from .wiring import load_competition

    if destination.exists():
        msg = "it exists already"
        raise StoreError(msg, where=str(destination), hint="name a folder that does not exist yet")
    typer.echo(str(lay_out(load_competition(competition), destination, None)))


@app.command()
def build(
    ids: Annotated[list[str] | None, typer.Argument(help="which ones [default: all]")] = None,
    out: Annotated[Path, typer.Option(help="where to build them")] = Path("bundled"),
    check_only: Annotated[
        bool, typer.Option("--check", help="rebuild and compare digests with the bundled ones; writes nothing else")
    ] = False,
) -> None:
    """Rebuild the bundled competitions and their leaderboards from the packages their data ships in."""
    from haste.competition import build as building
    from haste.schema.errors import CompetitionError

    names = tuple(ids or ())
    if not check_only:
        for line in building.build(names, out, typer.echo, work=out / ".panel"):
            typer.echo(line)
        return
    mismatches = building.check(names, typer.echo)
    if mismatches:
        msg = "rebuilt data differ: " + "; ".join(mismatches)
        raise CompetitionError(msg, hint="install the package versions that digests.json names")
    typer.echo("every rebuilt file has the bundled digest")
