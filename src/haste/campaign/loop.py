"""The campaign's loop: ask `plan` what comes next, do it, append what happened. It fits a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from haste.schema.campaign import Assignment, CampaignEvent, RunEnded

from . import barrier, domains
from .crew import Crew, Paused
from .parts import Campaign
from .plan import Classify, Close, Finish, Judge, Pin, Promote, Record, Run, SettleDomain, Step, plan
from .runs import carry_out, config_of
from .state import CampaignState, evolve, fold


def drive(campaign: Campaign) -> CampaignState:
    """Carry a campaign from wherever its journal stands to its end, or to the person's request to pause.

    Killed or paused at any moment and started again, it goes on as if nothing had been, its runs included.
    """
    state = fold(campaign.journal.read())

    def work(one: Assignment) -> RunEnded:
        return carry_out(one, config_of(one, state, campaign), campaign, crew)

    crew = Crew(work)
    try:
        while state.finished is None:
            for event in _perform(plan(state, campaign.clock()), state, campaign, crew):
                entry = campaign.journal.append(event)
                state = evolve(state, entry)
                campaign.watch(entry)
    except Paused:
        pass
    finally:
        crew.stop()
    return state


def _perform(step: Step, state: CampaignState, campaign: Campaign, crew: Crew) -> Iterator[CampaignEvent]:
    if campaign.interrupted():
        raise Paused
    match step:
        case Record():
            yield step.event
        case Run():
            crew.carry_on(step.running)
            yield crew.wait(campaign.interrupted)
        case _:
            yield from DEEDS[type(step)](step, state, campaign)


DEEDS: dict[type[Any], Callable[[Any, CampaignState, Campaign], Iterator[CampaignEvent]]] = {
    Classify: domains.classify,
    SettleDomain: domains.settle_domain,
    Pin: barrier.pin,
    Judge: barrier.judge,
    Promote: barrier.promote,
    Close: barrier.close,
    Finish: barrier.finish,
}
