"""Where a campaign stands, folded from its journal. Never stored, and there is no grade in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from haste.schema.campaign import (
    Assignment,
    CampaignConfig,
    CampaignEnd,
    CampaignEntry,
    CampaignFinished,
    CampaignResumed,
    CampaignStarted,
    Classified,
    CompetitionsClassified,
    DomainSettled,
    InventoryPinned,
    LearningsJudged,
    PromotionDone,
    RoundEnded,
    RoundPlanned,
    RunAssigned,
    RunEnded,
    RunId,
)
from haste.schema.config import Budget


@dataclass(frozen=True)
class Round:
    """One round, and how far it has come."""

    number: int
    assignments: tuple[Assignment, ...]
    pinned: InventoryPinned | None = None
    judged: LearningsJudged | None = None
    promoted: PromotionDone | None = None
    ended: RoundEnded | None = None


@dataclass(frozen=True)
class CampaignState:
    campaign: str = ""
    prefix: str = ""
    config: CampaignConfig | None = None
    codes: tuple[str, ...] = ()  # the versions of the code that carried it, each change one more
    classified: CompetitionsClassified | None = None
    domains: Mapping[str, DomainSettled] = field(default_factory=dict)  # of the competitions that were asked about
    rounds: tuple[Round, ...] = ()
    budgets: Mapping[RunId, Budget] = field(default_factory=dict)  # of every run that was assigned
    runs: Mapping[RunId, RunEnded] = field(default_factory=dict)  # those that ended
    finished: CampaignEnd | None = None
    earlier_s: float = 0.0  # time spent by earlier processes
    since: float | None = None  # when this process took the journal up
    at: float = 0.0  # of the last entry

    @property
    def rules(self) -> CampaignConfig:
        assert self.config is not None, "the journal begins with CampaignStarted"
        return self.config

    @property
    def competitions(self) -> tuple[Classified, ...]:
        """Those that can be solved, each in its domain."""
        known = self.classified.competitions if self.classified else ()
        return tuple(
            one.model_copy(update={"domain": self.domains[one.id].domain}) if one.id in self.domains else one
            for one in known
        )

    @property
    def unsettled(self) -> tuple[Classified, ...]:
        """Those whose domain is still to be asked for."""
        if self.rules.run.model == "builtin":
            return ()
        return tuple(one for one in self.competitions if one.domain_is_inferred and one.id not in self.domains)

    @property
    def current(self) -> Round | None:
        """The round that is planned and has not ended."""
        return self.rounds[-1] if self.rounds and self.rounds[-1].ended is None else None

    @property
    def running(self) -> tuple[Assignment, ...]:
        """Assigned and not ended, in the order of the round."""
        current = self.current
        return tuple(
            one for one in (current.assignments if current else ()) if one.run in self.budgets.keys() - self.runs.keys()
        )

    @property
    def inventory(self) -> str | None:
        """The digest of the store as the last round left it."""
        ended = [one.ended for one in self.rounds if one.ended is not None]
        return ended[-1].inventory.digest if ended else None

    def elapsed_s(self, now: float) -> float:
        """Working time so far; the hours between a kill and its resume do not count."""
        return self.earlier_s + (now - self.since if self.since is not None else 0.0)


def fold(entries: Iterable[CampaignEntry]) -> CampaignState:
    return reduce(evolve, entries, CampaignState())


def evolve(state: CampaignState, entry: CampaignEntry) -> CampaignState:
    """The state after one more entry."""
    return replace(_apply(state, entry), at=entry.at)


def _apply(state: CampaignState, entry: CampaignEntry) -> CampaignState:  # noqa: C901 - one case per event
    match event := entry.event:
        case CampaignStarted():
            begun = replace(state, campaign=event.campaign, prefix=event.prefix, config=event.config, since=entry.at)
            return _carried(begun, event.code_version)
        case CampaignResumed():
            before = state.elapsed_s(max(state.at, event.until or 0.0))
            resumed = replace(state, earlier_s=before, since=entry.at)
            return _carried(resumed, event.code_version)
        case CompetitionsClassified():
            return replace(state, classified=event)
        case DomainSettled():
            return replace(state, domains={**state.domains, event.competition: event})
        case RoundPlanned():
            return replace(state, rounds=(*state.rounds, Round(event.number, event.assignments)))
        case InventoryPinned():
            return _round(state, replace(state.rounds[-1], pinned=event))
        case RunAssigned():
            return replace(state, budgets={**state.budgets, event.run: event.budget})
        case RunEnded():
            return replace(state, runs={**state.runs, event.run: event})
        case LearningsJudged():
            return _round(state, replace(state.rounds[-1], judged=event))
        case PromotionDone():
            return _round(state, replace(state.rounds[-1], promoted=event))
        case RoundEnded():
            return _round(state, replace(state.rounds[-1], ended=event))
        case CampaignFinished():
            return replace(state, finished=event.reason)


def _carried(state: CampaignState, code: str) -> CampaignState:
    return state if state.codes[-1:] == (code,) else replace(state, codes=(*state.codes, code))


def _round(state: CampaignState, changed: Round) -> CampaignState:
    return replace(state, rounds=(*state.rounds[:-1], changed))
