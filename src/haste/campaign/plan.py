"""What a campaign does next: `plan(state, now) -> Step`. Pure, and blind to grades: there are none in the state.

classify -> domains -> (plan a round -> pin the inventory -> runs -> judge -> promote -> close the round) ... -> finish

Every round begins with a copy of the inventory, a cold one too, and the campaign ends with one: between any two of them
lies what one round's promotion changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from haste.schema.campaign import (
    Assignment,
    CampaignEnd,
    CampaignEvent,
    Classified,
    RoundPlanned,
    RunAssigned,
    RunEnded,
    Spent,
)
from haste.schema.config import Budget

from .schedule import schedule
from .state import CampaignState, Round

SPENT = {
    "time_limit": "the campaign's time limit was reached",
    "cost_limit": "the campaign's money was spent",
    "token_limit": "the campaign's tokens were spent",
}


@dataclass(frozen=True)
class Record:
    """Nothing to be done but to write it down."""

    event: CampaignEvent


@dataclass(frozen=True)
class Classify:
    """Load every competition."""


@dataclass(frozen=True)
class SettleDomain:
    """Ask for the domain of one whose folder does not state it."""

    competition: Classified


@dataclass(frozen=True)
class Pin:
    """Keep the inventory as it is now, for the round's warm runs and for comparison."""

    round: Round


@dataclass(frozen=True)
class Run:
    """Carry these runs on, side by side, until one of them ends."""

    running: tuple[Assignment, ...]


@dataclass(frozen=True)
class Judge:
    """A verdict on everything that the round's finished runs learned."""

    round: Round


@dataclass(frozen=True)
class Promote:
    """Write the verdicts into the store."""

    round: Round


@dataclass(frozen=True)
class Close:
    """Count what the store holds now."""

    round: Round


@dataclass(frozen=True)
class Finish:
    """Keep the inventory as the last round left it, and end."""

    reason: CampaignEnd


Step: TypeAlias = Record | Classify | SettleDomain | Pin | Run | Judge | Promote | Close | Finish


def plan(state: CampaignState, now: float) -> Step:
    """The next step at `now` (seconds since the epoch) of a campaign that has not finished."""
    if state.classified is None:
        return Classify()
    if state.unsettled and spent(state, now) is None:
        return SettleDomain(state.unsettled[0])
    current = state.current
    return _next_round(state, now) if current is None else _in_round(state, current, now)


def _next_round(state: CampaignState, now: float) -> Step:
    rounds = schedule(state.rules, state.competitions, state.prefix)
    done = len(state.rounds)
    end: CampaignEnd | None = spent(state, now)
    if end is not None or done == len(rounds):
        return Finish(end or "complete")
    return Record(RoundPlanned(number=done + 1, assignments=rounds[done]))


def _in_round(state: CampaignState, current: Round, now: float) -> Step:
    if current.pinned is None and current.judged is None:
        return Pin(current)
    running = state.running
    waiting = [one for one in current.assignments if one.run not in state.budgets and one.run not in state.runs]
    if waiting and (over := spent(state, now)) is not None:
        return Record(RunEnded(run=waiting[0].run, outcome="skipped", error=SPENT[over]))
    if waiting and len(running) < state.rules.workers:
        return Record(RunAssigned(run=waiting[0].run, budget=allowance(state, now)))
    if running:
        return Run(running)
    if state.rules.promote and current.judged is None:
        return Judge(current)
    if state.rules.promote and current.promoted is None:
        return Promote(current)
    return Close(current)


def spent(state: CampaignState, now: float) -> CampaignEnd | None:
    """Which of the campaign's limits is reached, if any. What is unknown counts as the most it may be."""
    limits = state.rules.budget
    if limits.time_limit_s is not None and state.elapsed_s(now) >= limits.time_limit_s:
        return "time_limit"
    if limits.max_usd is not None and _usd(state) >= limits.max_usd > 0:
        return "cost_limit"
    if limits.max_tokens is not None and _tokens(state) >= limits.max_tokens > 0:
        return "token_limit"
    return None


def allowance(state: CampaignState, now: float) -> Budget:
    """The limits of the run that is assigned next: its own, or its share of what the campaign has left.

    What running ones may still spend is set aside for them; a run without a cap of its own gets an equal share of the
    rest for each worker that is free.
    """
    own, whole = state.rules.run.budget, state.rules.budget
    held = [state.budgets[one.run] for one in state.running]
    free = max(1, state.rules.workers - len(held))
    time_s, usd, tokens = own.time_limit_s, own.max_usd, own.max_tokens
    if whole.time_limit_s is not None:
        left_s = max(1.0, whole.time_limit_s - state.elapsed_s(now))
        time_s = left_s if time_s is None else min(time_s, left_s)
    if whole.max_usd is not None:
        left = max(0.0, whole.max_usd - _usd(state) - sum(one.max_usd or 0.0 for one in held))
        usd = left / free if usd is None else min(usd, left)
    if whole.max_tokens is not None:
        rest = max(0, whole.max_tokens - _tokens(state) - sum(one.max_tokens or 0 for one in held))
        tokens = rest // free if tokens is None else min(tokens, rest)
    return Budget(time_limit_s=time_s, max_usd=usd, max_tokens=tokens)


def _usd(state: CampaignState) -> float:
    """The most that everything so far may have cost."""
    return sum(one.most_usd for one in _spendings(state))


def _tokens(state: CampaignState) -> int:
    return sum(one.most_tokens for one in _spendings(state))


def _spendings(state: CampaignState) -> Iterator[Spent]:
    yield from (one.spent for one in state.domains.values())
    yield from (one.spent for one in state.runs.values())
    yield from (one.judged.spent for one in state.rounds if one.judged is not None)
