"""`haste skills promote` and `review`: from what runs learned to what the store holds."""

from __future__ import annotations

import json as js
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from .skills_change import Store, writer_of_person

if TYPE_CHECKING:
    from haste.runner.promotion import Settled, Writer
    from haste.runner.skill_store import Reading
    from haste.schema.events import Event
    from haste.schema.knowledge import Promotion
    from haste.store.inventory import SkillFiles

Runs = Annotated[list[Path] | None, typer.Argument(help="finished runs: folders, or names below runs/")]
Judging = Annotated[
    str, typer.Option(metavar="WHO", help="who judges learnings: builtin goes by what was measured; or PROVIDER:NAME")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def promote(  # noqa: PLR0913 - one parameter per option
    runs: Runs = None,
    auto: Annotated[bool, typer.Option("--auto", help="decide, and write")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what --auto would do; write nothing")] = False,
    model: Judging = "builtin",
    base_url: BaseUrl = None,
    fallback_model: Fallback = None,
    reply_mode: Reply = ReplyMode.TOOL,
    call_timeout: CallTimeout = 300.0,
    max_output_tokens: MaxOutputTokens = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    skills: Store = None,
    json: Json = False,
) -> None:
    """Put the learnings of finished runs before the store. They wait for `review`, or are decided with --auto."""
    from haste.runner.promotion import settle_round
    from haste.runner.skill_store import leave_evidence, leave_learnings, with_run
    from haste.schema.errors import ConfigError

    from .promotion_wiring import CONVERSATIONS, Whom, judging, spent_words, while_answered
    from .skills_wiring import open_skills, read_and_tell
    from .wiring import built_in_judge

    told = asking(base_url, fallback_model, reply_mode, call_timeout, max_output_tokens)
    whom = Whom(model, told, max_usd, max_tokens, prices)
    if model != "builtin" and not auto:
        msg = "a model judges what is decided with --auto; nothing else asks it"
        raise ConfigError(msg, where="--model", hint="add --auto, or leave --model away")
    stories = [_events(run) for run in runs or ()]  # all are read before the first is written
    files = open_skills(skills, create=not dry_run)
    if dry_run:
        reading = read_and_tell(files)
        for events in stories:
            reading = with_run(reading, events)
        _tell(settle_round(reading, None, judge=built_in_judge()), json=json)
        return
    with files.lock():
        for events in stories:
            leave_evidence(files, events)
            leave_learnings(files, events)
    if not auto:
        waiting = [learning.model_dump(mode="json") for learning in read_and_tell(files).pending]
        typer.echo(js.dumps(waiting) if json else f"{len(waiting)} learnings wait for `haste skills review`")
        return
    with judging(whom, files.root / CONVERSATIONS) as (judge, talk):
        # Counting is quick and keeps others out so long; while a model thinks they may write, and are noticed.
        with files.lock() if talk is None else nullcontext():
            reading, seen = _reading(files)
            _tell(while_answered(settle_round(reading, _writer(files, seen), judge=judge)), json=json)
        if talk is not None and not json:
            typer.echo(spent_words(talk))


def review(
    auto: Annotated[bool, typer.Option("--auto", help="ask nothing and let counting decide")] = False,
    skills: Store = None,
    json: Json = False,
) -> None:
    """Walk what waits, one by one: y lets it happen, n vetoes it for good, q leaves the rest as it is.

    A learning that would be skipped is shown too: y settles that, n leaves it waiting.
    """
    from haste.runner.promotion import settle_round
    from haste.runner.skill_store import read_store

    from .skills_wiring import open_skills
    from .wiring import built_in_judge

    files = open_skills(skills, create=False)
    if auto:
        with files.lock():
            reading, seen = _reading(files)
            settled: Iterable[Settled] = tuple(settle_round(reading, _writer(files, seen), judge=built_in_judge()))
    else:
        reading, seen = _reading(files)
        settled = settle_round(reading, writer_of_person(files, seen), partial(_ask, aside=json), built_in_judge())
    if not json:
        _tell(settled, json=False)
        return
    told = [_object(one) for one in settled]
    vetoed = sum(one["vetoed"] for one in told)
    waiting = len(read_store(files).pending)
    typer.echo(js.dumps({"settled": told, "let_happen": len(told) - vetoed, "vetoed": vetoed, "waiting": waiting}))


def _writer(files: SkillFiles, seen: Mapping[str, int]) -> Writer:
    """Decisions that nobody is asked about, in a ledger of this round's own."""
    from haste.runner.promotion import Writer

    now = time.time()
    return Writer(files, time.strftime("round-%Y%m%d-%H%M%S", time.gmtime(now)), now, seen)


def _reading(files: SkillFiles) -> tuple[Reading, dict[str, int]]:
    """The store, whole, with what was set aside told; and how long its ledger's streams were before it was read."""
    from .skills_wiring import read_and_tell

    with files.lock():  # also finishes what a killed process had begun
        seen = files.ledger_sizes()
        return read_and_tell(files), seen


def _ask(promotion: Promotion, *, aside: bool) -> bool | None:
    """Show what would be written and wait for y, n or q; the end of input is q. `aside`: stdout is left to JSON."""
    from haste.skills.skill import path_of

    typer.echo(f"\n{promotion.learning or promotion.skill}: {_words(promotion)}", err=aside)
    for change in promotion.changes:
        typer.echo(f"  {'new' if change.before is None else 'changed'} {path_of(change.after)}", err=aside)
    question = "skip it? [y]es, [n]o and leave it waiting, [q]uit"
    if promotion.changes:
        first = promotion.changes[0].after
        typer.echo("\n".join(f"  | {line}" for line in (first.description, "", *first.body.splitlines())), err=aside)
        question = "let it happen? [y]es, [n]o and never again, [q]uit"
    while True:
        try:
            answer = typer.prompt(question, prompt_suffix=" ", err=aside)
        except typer.Abort:
            return None
        if answer[:1].lower() in ("y", "n", "q"):
            return {"y": True, "n": False, "q": None}[answer[:1].lower()]


def _events(run: Path) -> tuple[Event, ...]:
    """A finished run's events. Raises StoreError for one that has not ended, or was broken off."""
    from haste.schema.errors import StoreError
    from haste.schema.events import RunFinished, RunResumed

    from .wiring import open_store

    store, folder = open_store(run)
    events = tuple(entry.event for entry in store.read())
    turns = [event for event in events if isinstance(event, RunFinished | RunResumed)]
    ended = turns[-1] if turns else None  # a run whose provider failed ends, is taken up again, and ends once more
    if not isinstance(ended, RunFinished) or ended.reason in ("interrupted", "provider"):
        msg = "this run was broken off" if isinstance(ended, RunFinished) else "this run has not ended"
        raise StoreError(msg, where=str(folder), hint="only whole runs teach; `haste resume` carries one on")
    return events


def _tell(settled: Iterable[Settled], *, json: bool) -> None:
    if json:
        typer.echo(js.dumps([_object(one) for one in settled]))
        return
    idle = True
    for one in settled:
        idle = False
        subject = one.promotion.learning or one.promotion.skill
        typer.echo(f"{subject}: {'vetoed' if one.vetoed else _words(one.promotion)}")
    if idle:
        typer.echo("nothing was waiting")


def _object(one: Settled) -> dict[str, Any]:
    return one.promotion.model_dump(mode="json", exclude={"changes"}) | {
        "vetoed": one.vetoed,
        "skills": [change.after.name for change in one.promotion.changes],
    }


def _words(promotion: Promotion) -> str:
    names = ", ".join(change.after.name for change in promotion.changes)
    verdict = promotion.verdict or (promotion.changes[0].after.status if promotion.changes else "nothing")
    return f"{verdict}{f' -> {names}' if names else ''} ({promotion.reason})"
