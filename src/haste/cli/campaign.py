"""`haste campaign`: many competitions in rounds, with what was learned promoted between them."""

from __future__ import annotations

import json as js
from pathlib import Path
from typing import Annotated, Any

import typer

from haste.schema.errors import ConfigError

from .model_options import BaseUrl, Fallback, MaxOutputTokens, Orchestrator, Prices, Reflect, ReplyMode
from .options import Sandbox
from .run import Loading, Order, Start

app = typer.Typer(
    help="Many competitions, in rounds that learn from each other.", no_args_is_help=True, rich_markup_mode=None
)
Json = Annotated[bool, typer.Option("--json", help="print one object at the end instead of progress")]

# option -> where it stands in a campaign file
PLACES: dict[str, tuple[str, ...]] = {
    "seeds": ("seeds",),
    "seeding": ("seeding",),
    "rounds": ("rounds",),
    "repeats": ("repeats",),
    "promote": ("promote",),
    "workers": ("workers",),
    "skills": ("skills",),
    "inventory": ("inventory",),
    "campaign_time_limit": ("budget", "time_limit"),
    "campaign_max_usd": ("budget", "max_usd"),
    "campaign_max_tokens": ("budget", "max_tokens"),
    "prototypes": ("search", "prototypes"),
    "iterations": ("search", "iterations"),
    "runner_up_iterations": ("search", "runner_up_iterations"),
    "base_url": ("models", "base_url"),
    "orchestrator_model": ("models", "orchestrator"),
    "reflect_model": ("models", "reflect"),
    "fallback_model": ("models", "fallback"),
    "reply_mode": ("models", "reply_mode"),
    "call_timeout": ("models", "timeout_s"),
    "max_output_tokens": ("models", "max_output_tokens"),
    "prices": ("models", "prices"),
} | {
    name: ("run", name)
    for name in (
        *("model", "start", "loading", "competition_tier", "withhold", "order", "folds", "time_limit"),
        *("max_usd", "max_tokens", "memory", "python", "sandbox"),
    )
}


@app.command()
def run(  # noqa: PLR0913 - one parameter per option
    competitions: Annotated[
        list[str],
        typer.Argument(metavar="FILE.toml | COMPETITION...", help="a campaign file, names and folders, or `all`"),
    ],
    model: Annotated[
        str | None, typer.Option(metavar="WHO", help="who thinks: builtin, or PROVIDER:NAME [default: builtin]")
    ] = None,
    base_url: BaseUrl = None,
    orchestrator_model: Orchestrator = None,
    reflect_model: Reflect = None,
    fallback_model: Fallback = None,
    reply_mode: Annotated[
        ReplyMode | None, typer.Option(help="how typed answers are asked for [default: tool]")
    ] = None,
    call_timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="how long one call may take [default: 300]")
    ] = None,
    max_output_tokens: MaxOutputTokens = None,
    prices: Prices = None,
    seeds: Annotated[
        list[int] | None, typer.Option("--seed", min=0, help="may be given several times [default: 0]")
    ] = None,
    seeding: Annotated[
        bool | None, typer.Option("--seeding/--no-seeding", help="begin with one competition per domain, cold")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="for all the others [default: 1]")] = None,
    repeats: Annotated[int | None, typer.Option(min=0, help="further rounds of everything, warm [default: 0]")] = None,
    promote: Annotated[
        bool | None, typer.Option("--promote/--no-promote", help="judge what was learned between rounds")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="runs at a time [default: one per core]")] = None,
    skills: Annotated[
        str | None, typer.Option(metavar="DIR", help="the store to learn into [default: one of the campaign's own]")
    ] = None,
    inventory: Annotated[
        str | None,
        typer.Option(metavar="empty|starter|DIR", help="what its own store begins as a copy of [default: empty]"),
    ] = None,
    start: Annotated[Start | None, typer.Option(help="cold: no run goes by skills [default: warm]")] = None,
    loading: Annotated[Loading | None, typer.Option(help="which skills a run sees [default: tiered]")] = None,
    competition_tier: Annotated[bool | None, typer.Option("--competition-tier/--no-competition-tier")] = None,
    withhold: Annotated[
        float | None,
        typer.Option(
            min=0, max=0.5, help="share of proven skills withheld; of candidates 10/3 of it, to half [default: 0.15]"
        ),
    ] = None,
    order: Annotated[Order | None, typer.Option(help="[default: random]")] = None,
    prototypes: Annotated[int | None, typer.Option(min=1, max=10, help="[default: 3]")] = None,
    iterations: Annotated[int | None, typer.Option(min=0, help="[default: 20]")] = None,
    runner_up_iterations: Annotated[int | None, typer.Option(min=0, help="[default: 6]")] = None,
    folds: Annotated[int | None, typer.Option(min=2, max=20, help="[default: by the data]")] = None,
    time_limit: Annotated[str | None, typer.Option(metavar="3m", help="of each run, or none [default: 3m]")] = None,
    max_usd: Annotated[float | None, typer.Option(min=0, help="of each run")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=0, help="of each run")] = None,
    campaign_time_limit: Annotated[str | None, typer.Option(metavar="2h", help="[default: none]")] = None,
    campaign_max_usd: Annotated[float | None, typer.Option(min=0, help="of all runs together")] = None,
    campaign_max_tokens: Annotated[int | None, typer.Option(min=0, help="of all runs together")] = None,
    memory: Annotated[str | None, typer.Option(metavar="4GB", help="of one candidate [default: 4GB]")] = None,
    python: Annotated[str | None, typer.Option(help="the interpreter that runs candidates")] = None,
    sandbox: Annotated[Sandbox | None, typer.Option(help="[default: auto]")] = None,
    out: Annotated[Path, typer.Option(help="where campaign folders go")] = Path("campaigns"),
    json: Json = False,
) -> None:
    """Seed one competition per domain cold, then solve the rest in rounds, promoting what was learned in between.

    Options that are given win over the file's keys; docs/campaigns.md lists those.
    """
    given = {name: value for name, value in locals().items() if name in PLACES and value is not None}
    from .campaign_drive import carry
    from .campaign_file import parse, read_file, to_config
    from .campaign_wiring import begin_campaign, read_prices
    from .wiring import cores

    if len(competitions) > 1 and (files := [one for one in competitions if _is_file(one)]):
        msg = "a campaign file stands alone: it names its competitions itself"
        raise ConfigError(msg, where=files[0], hint="put the other competitions into the file's `competitions`")
    if prices is not None:
        given["prices"] = read_prices(prices)
    file = Path(competitions[0]) if _is_file(competitions[0]) else None
    tables: dict[str, Any] = read_file(file) if file else {"competitions": competitions}
    base = file.parent if file else Path()
    told = parse(_over(tables, given), str(file or "the command line"))
    carry(begin_campaign(to_config(told, base, cores()), out, file.stem if file else "campaign"), as_json=json)


@app.command()
def resume(
    campaign: Annotated[Path, typer.Argument(help="the campaign's folder, or its name below campaigns/")],
    json: Json = False,
) -> None:
    """Carry a paused or killed campaign to its end, its runs included."""
    from .campaign_drive import carry
    from .campaign_wiring import resume_campaign

    carry(resume_campaign(campaign), as_json=json)


@app.command()
def report(
    campaign: Annotated[Path, typer.Argument(help="the campaign's folder, or its name below campaigns/")],
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the report's content as one object")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="print it as Markdown")] = False,
) -> None:
    """Write report.html, report.md and report.json into the campaign's folder and say where the page is."""
    from .campaign_report import summary_at, write_reports
    from .campaign_wiring import campaign_folder

    folder = campaign_folder(campaign)
    summary = summary_at(folder)
    if json:
        typer.echo(js.dumps(summary))
        return
    if markdown:
        from haste.view.campaign_markdown import markdown as text_of

        typer.echo(text_of(summary))
        return
    page = write_reports(summary, folder)
    typer.echo(str(page))
    if open_:
        typer.launch(page.as_uri())


def _is_file(word: str) -> bool:
    """Whether it names a campaign file, be it there or not; a competition's folder may have any name."""
    return word.endswith(".toml") and not Path(word).is_dir()


def _over(tables: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The tables with the options' values in their places."""
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in tables.items()}
    for name, value in given.items():
        *table, key = PLACES[name]
        inside = merged.setdefault(table[0], {}) if table else merged
        if isinstance(inside, dict):  # else the file's fault, which `parse` will name
            inside[key] = value
    return merged
