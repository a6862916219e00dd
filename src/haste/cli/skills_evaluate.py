"""`haste skills evaluate-promotion`: how good a judge of learnings is, on labelled ones or on a store's own past."""

from __future__ import annotations

import json as js
import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haste.schema.errors import ConfigError

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
from .skills_promote import Json, Judging

if TYPE_CHECKING:
    from haste.skills.left_out import Share, Trial
    from haste.skills.promote import Judge
    from haste.skills.promotion_quality import Judged, Measure


class Part(StrEnum):
    DEV = "dev"
    TEST = "test"
    ALL = "all"


def evaluate_promotion(  # noqa: PLR0913 - one parameter per option
    context: typer.Context,
    model: Judging = "builtin",
    split: Annotated[
        Part | None,
        typer.Option(help="of the labelled set; rules are tried on dev, and test is for the report [default: all]"),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="leave each competition out of this skill store's past instead")
    ] = None,
    base_url: BaseUrl = None,
    fallback_model: Fallback = None,
    reply_mode: Reply = ReplyMode.TOOL,
    call_timeout: CallTimeout = 300.0,
    max_output_tokens: MaxOutputTokens = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    record: Annotated[
        Path, typer.Option(metavar="DIR", help="where what a model was asked is kept; what it holds is not paid again")
    ] = Path("promotion-evaluation"),
    json: Json = False,
) -> None:
    """Measure a judge: verdicts against labels, or what promoted skills did on competitions they never saw."""
    from .promotion_wiring import Whom, judging, spent_words

    if replay is not None and split is not None:
        msg = "--split is of the labelled set, which --replay does not read"
        raise ConfigError(msg, where="the command line", hint="leave one of the two out")
    whom = Whom(
        model,
        asking(base_url, fallback_model, reply_mode, call_timeout, max_output_tokens),
        max_usd,
        max_tokens,
        prices,
    )
    with judging(whom, record) as (judge, talk):
        told = _replayed(replay, judge) if replay is not None else _judged(split or Part.ALL, judge)
        told = {"command": typed(context), "model": model} | told
        if talk is not None:
            told |= {"calls": talk.spent.calls, "usd": talk.spent.usd}
        if json:
            typer.echo(js.dumps(told, indent=1))
            return
        _tell(told)
        if talk is not None:
            typer.echo(spent_words(talk))


def typed(context: typer.Context) -> str:
    """The line that was typed, with its options in the order in which they are documented."""
    words = ["haste", "skills", "evaluate-promotion"]
    for one in context.command.params:
        source = context.get_parameter_source(one.name or "")
        if source is not None and source.name == "COMMANDLINE":
            value = context.params[one.name or ""]
            words += one.opts[:1] if value is True else [*one.opts[:1], str(value)]
    return shlex.join(words)


def _judged(split: Part, judge: Judge) -> dict[str, Any]:
    """Figures of each part of the set. Raises ProviderError where a model answers no more: a part is no measure."""
    from haste.runner.asking import Unanswered
    from haste.runner.promotion_set import judge_set, labelled_set
    from haste.schema.errors import ProviderError
    from haste.skills.labelled import SPLITS

    among = labelled_set()
    parts = [part for part in SPLITS if split.value in (part, Part.ALL)]
    try:
        return {"splits": {part: figures(tuple(judge_set(among, part, judge))) for part in parts}}
    except Unanswered as end:
        msg = f"not all learnings were judged: {end}"
        raise ProviderError(msg, hint="the same command goes on from the record; raise the limit") from end


def figures(of: Sequence[Judged]) -> dict[str, Any]:
    """All that is reported of one part of the set, rounded to four digits."""
    from haste.skills.promotion_quality import confusion, measures

    kinds = sorted({one.kind for one in of})
    return {
        "items": len(of),
        "competitions": len({one.competition for one in of}),
        "figures": {name: _rounded(measure) for name, measure in measures(of).items()},
        "confusion": confusion(of),
        "right_by_kind": {kind: _right([one for one in of if one.kind == kind]) for kind in kinds},
    }


def _replayed(store: Path, judge: Judge) -> dict[str, Any]:
    from haste.runner.promotion_set import replay_store
    from haste.skills.left_out import kept_back, share

    from .skills_wiring import open_skills, read_and_tell

    trials = replay_store(read_and_tell(open_skills(store, create=False)), judge)
    promoted = [one for one in trials if one.promoted]
    groups = {
        "promoted": share(promoted),
        "promoted, domain": share([one for one in promoted if one.tier == "domain"]),
        "promoted, global": share([one for one in promoted if one.tier == "global"]),
        "promoted, active": share([one for one in promoted if one.status == "active"]),
        "kept at the competition tier": share(kept_back(trials)),
    }
    return {
        "replay": {name: _share(one) for name, one in groups.items()},
        "trials": [_trial(one) for one in promoted if one.gain is not None],
    }


def _share(share: Share) -> dict[str, Any]:
    return {name: _short(value) if isinstance(value, float) else value for name, value in vars(share).items()}


def _trial(trial: Trial) -> dict[str, Any]:
    told = {"competition": trial.competition, "skill": trial.skill, "claim": trial.claim}
    return told | {"tier": trial.tier.value, "status": trial.status.value, "gain": _short(trial.gain)}


def _rounded(measure: Measure) -> dict[str, float | None]:
    return {name: _short(value) for name, value in vars(measure).items()}


def _right(of: Sequence[Judged]) -> dict[str, int]:
    return {"items": len(of), "right": sum(one.label is one.verdict for one in of)}


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _tell(told: dict[str, Any]) -> None:
    for part, found in told.get("splits", {}).items():
        typer.echo(f"{part}: {found['items']} learnings of {found['competitions']} competitions")
        for name, one in found["figures"].items():
            typer.echo(f"  {name.replace('_', ' '):<24} {in_words(one['value'], one['low'], one['high'])}")
        for kind, one in found["right_by_kind"].items():
            typer.echo(f"  right on {kind:<15} {one['right']} of {one['items']}")
    for name, one in told.get("replay", {}).items():
        tried = f"{one['tried']} skills tried on {one['competitions']} competitions, {one['untried']} untried"
        kept = ", ".join(
            f"{where} {in_words(one[key], None, None)}"
            for key, where in (("kept_for", "where advised"), ("kept_against", "where advised against"))
        )
        typer.echo(f"{name}: not negative {in_words(one['not_negative'], one['low'], one['high'])}; {tried}")
        typer.echo(f"  share of changes kept there: {kept}")


def in_words(value: float | None, low: float | None, high: float | None) -> str:
    """`0.62 (0.51 to 0.70)`; without its interval where there is none."""
    if value is None:
        return "unknown"
    spread = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"{value:.2f}{spread}"
