"""One run of a campaign, from its assignment to its end: the same loop as of any other run."""

from __future__ import annotations

from pathlib import Path

from haste.runner.loop import drive
from haste.schema.campaign import Assignment, RunEnded
from haste.schema.config import RunConfig, Start
from haste.schema.errors import HasteError
from haste.schema.events import ModelReplied

from .crew import Crew
from .parts import Campaign
from .state import CampaignState


def config_of(one: Assignment, state: CampaignState, campaign: Campaign) -> RunConfig:
    """A run's configuration: what all have in common, with its own competition, seed, start, limits and store."""
    warm = one.start is Start.WARM
    current = state.current
    assert current is not None
    return state.rules.run.model_copy(
        update={
            "competition": one.reference,
            "seed": one.seed,
            "start": one.start,
            "budget": state.budgets[one.run],
            "skills_dir": str(campaign.pinned(current.number)) if warm else None,
        }
    )


def carry_out(one: Assignment, config: RunConfig, campaign: Campaign, crew: Crew) -> RunEnded:
    """Drive a run to its end and have it graded. Whatever goes wrong with it becomes its outcome."""
    folder, backends = campaign.run_folder(one.run), campaign.backends
    try:
        context = backends.open_run(config, folder)
        try:
            context.watch = lambda entry, state: campaign.watch_run(one.run, entry, state)
            context.interrupted, context.pause = crew.pause_point, crew.pause
            state = drive(context)
            backends.finish(context, state)
        finally:
            backends.close(context)
        ended = RunEnded(run=one.run, outcome="finished", reason=state.finished)
        ended = ended.model_copy(update={"wall_s": round(state.elapsed_s(state.at), 3)})
    except HasteError as fault:
        ended = RunEnded(run=one.run, outcome="failed", error=f"{fault.kind} error: {fault}")
    except Exception as fault:  # our own: the other runs are not to suffer from it, and it must be heard of
        ended = RunEnded(run=one.run, outcome="failed", error=f"{type(fault).__name__}: {fault}")
    return ended.model_copy(update=_spent(folder, campaign))


def _spent(folder: Path, campaign: Campaign) -> dict[str, float | int | None]:
    """What the run's model calls came to, also of a run that failed; None where any part of it is unknown."""
    try:
        events = campaign.backends.events(folder)
    except HasteError:
        return {"usd": None, "tokens": None}
    replies = [event for event in events if isinstance(event, ModelReplied)]
    costs = [reply.usd for reply in replies]
    used = [count for reply in replies for count in (reply.usage.input, reply.usage.output)]
    return {
        "usd": None if None in costs else sum(cost or 0.0 for cost in costs),
        "tokens": None if None in used else sum(count or 0 for count in used),
    }
