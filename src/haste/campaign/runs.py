"""One run of a campaign, from its assignment to its end: the same loop as of any other run."""

from __future__ import annotations

from pathlib import Path

from haste.runner.loop import drive
from haste.schema.campaign import Assignment, RunEnded, Spent
from haste.schema.config import RunConfig, Start
from haste.schema.errors import HasteError

from .crew import Crew
from .parts import Campaign
from .spending import spent_by
from .state import CampaignState


def config_of(one: Assignment, state: CampaignState, campaign: Campaign) -> RunConfig:
    """A run's configuration: what all have in common, with its own competition, seed, start, limits and store.

    Where a model thinks, the domain is the one that the rounds were planned by: no run asks for it.
    """
    warm = one.start is Start.WARM
    asks = state.rules.run.model != "builtin"
    current = state.current
    assert current is not None
    return state.rules.run.model_copy(
        update={
            "competition": one.reference,
            "domain": one.domain if asks else None,
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
    return ended.model_copy(update={"spent": _spent(folder, config, campaign)})


def _spent(folder: Path, config: RunConfig, campaign: Campaign) -> Spent:
    """What the run's model calls came to, also of a run that failed."""
    try:
        return spent_by(campaign.backends.events(folder))
    except HasteError:  # the journal cannot be read: all that the run was allowed may be gone
        most_usd, most_tokens = config.budget.max_usd or 0.0, config.budget.max_tokens or 0
        return Spent(usd=None, tokens=None, most_usd=most_usd, most_tokens=most_tokens)
