"""A campaign: rounds of runs over many competitions. Its configuration, and the events of its own journal.

No event holds a grade or a medal: what is decided in a campaign cannot rest on held-out answers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .config import Budget, RunConfig, Start
from .events import StopReason
from .knowledge import Problem, Promotion, StoreWrite
from .value import Value

RunId = str  # the name of its folder below the campaign's `runs/`


class CampaignConfig(Value):
    competitions: tuple[str, ...] = Field(min_length=1)  # bundled names or absolute folders; order is the schedule's
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field((0,), min_length=1)  # each competition is solved with each
    seeding: bool = True  # begin with one competition per domain, cold
    rounds: int = Field(1, ge=1)  # that the other competitions are spread over
    repeats: int = Field(0, ge=0)  # further rounds, each with every competition again, warm
    promote: bool = True  # judge what was learned between rounds; False: the inventory stays as it is
    workers: int = Field(1, ge=1)  # runs at a time
    run: RunConfig  # what the runs have in common; competition, seed, start and store are each run's own
    budget: Budget = Budget(time_limit_s=None)  # of the whole campaign
    skills: str | None = None  # absolute path of a store to learn into; None: one of the campaign's own
    inventory: str = "empty"  # what the campaign's own store begins as: empty, starter, or a store's absolute path


class Classified(Value):
    """A competition that can be solved. `domain` decides which round it is in, and which skills it may see."""

    reference: str  # as in the configuration
    id: str
    title: str
    domain: str
    domain_is_inferred: bool = False  # the folder does not state it
    leaderboard: bool | None = None  # whether one ranks what is handed over; None: a journal that does not tell
    data: str = ""  # digest of what can be learned from; empty where there are no rows, or a journal does not tell


class Unfit(Value):
    """A competition that could not be loaded or is another one over again; the campaign goes on without it."""

    reference: str
    reason: str


class Assignment(Value):
    run: RunId
    reference: str
    competition: str  # its id
    domain: str
    seed: int
    start: Start


class InventoryCount(Value):
    """The live and the retired skills of a store."""

    digest: str
    tiers: dict[str, int]  # of the live ones
    statuses: dict[str, int]
    ledger_runs: int  # runs that left evidence


class Spent(Value):
    """What model calls came to. Caps are held against the most that they may have come to."""

    usd: float | None = 0.0  # None: unknown
    tokens: int | None = 0  # input and output; None: unknown
    most_usd: float = 0.0
    most_tokens: int = 0


class CampaignStarted(Value):
    kind: Literal["campaign_started"] = "campaign_started"
    campaign: str
    config: CampaignConfig
    prefix: str  # of run names: empty where no other campaign shares the store
    code_version: str


class CampaignResumed(Value):
    """A new process took the journal up; the time in between does not count against the budget."""

    kind: Literal["campaign_resumed"] = "campaign_resumed"
    code_version: str
    changed_from: str | None = None  # the code version until here, where it was another
    until: float | None = None  # the last that the earlier process is known to have worked; None: the entry before this


class CompetitionsClassified(Value):
    kind: Literal["competitions_classified"] = "competitions_classified"
    competitions: tuple[Classified, ...]
    unfit: tuple[Unfit, ...] = ()


class DomainSettled(Value):
    """The orchestrator's word on a domain that no folder states: rounds are planned by it, and no run asks again."""

    kind: Literal["domain_settled"] = "domain_settled"
    competition: str  # its id
    domain: str
    note: str = ""  # why it is as inferred from the data, where there is no usable word
    spent: Spent = Spent()


class RoundPlanned(Value):
    kind: Literal["round_planned"] = "round_planned"
    number: int  # from 1
    assignments: tuple[Assignment, ...]


class InventoryPinned(Value):
    """The store as the round found it and its warm runs see it, whatever becomes of it; a copy lies in the campaign."""

    kind: Literal["inventory_pinned"] = "inventory_pinned"
    number: int
    inventory: InventoryCount
    expected: str | None  # digest that the last round left behind, where somebody else has changed the store since


class RunAssigned(Value):
    kind: Literal["run_assigned"] = "run_assigned"
    run: RunId
    budget: Budget  # its own limits, or what the campaign's leave, whichever is less


class RunEnded(Value):
    """`failed`: it could not be carried out, `error` says why. `skipped`: the campaign's budget was spent before."""

    kind: Literal["run_ended"] = "run_ended"
    run: RunId
    outcome: Literal["finished", "failed", "skipped"]
    reason: StopReason | None = None
    error: str = ""
    spent: Spent = Spent()
    wall_s: float = 0.0


class Judged(Value):
    """What happens with one learning or skill, and the very texts to write: written again, they are the same."""

    promotion: Promotion
    writes: tuple[StoreWrite, ...]


class LearningsJudged(Value):
    """All verdicts between two rounds, before the first of them is written."""

    kind: Literal["learnings_judged"] = "learnings_judged"
    number: int
    stream: str  # of the ledger
    at: float  # seconds since the epoch, that the ledger's decisions bear
    changed_since: str | None  # digest of the round's pinned inventory, where somebody else has changed the store since
    judged: tuple[Judged, ...]
    spent: Spent = Spent()  # where a model was asked


class PromotionDone(Value):
    kind: Literal["promotion_done"] = "promotion_done"
    number: int
    refused: tuple[Problem, ...] = ()  # what the store did not take; such learnings wait for the next round


class RoundEnded(Value):
    kind: Literal["round_ended"] = "round_ended"
    number: int
    inventory: InventoryCount


CampaignEnd = Literal["complete", "time_limit", "cost_limit", "token_limit"]


class CampaignFinished(Value):
    kind: Literal["campaign_finished"] = "campaign_finished"
    reason: CampaignEnd


CampaignEvent = Annotated[
    CampaignStarted
    | CampaignResumed
    | CompetitionsClassified
    | DomainSettled
    | RoundPlanned
    | InventoryPinned
    | RunAssigned
    | RunEnded
    | LearningsJudged
    | PromotionDone
    | RoundEnded
    | CampaignFinished,
    Field(discriminator="kind"),
]

CAMPAIGN_EVENT: TypeAdapter[CampaignEvent] = TypeAdapter(CampaignEvent)


class CampaignEntry(Value):
    seq: int  # from 1
    at: float
    schema_version: int
    event: CampaignEvent
    check: str
