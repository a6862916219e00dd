"""The state of a run, folded from its events. Never stored: the journal is the only truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean

from haste.schema.competition import Competition, Metric
from haste.schema.config import RunConfig, Start
from haste.schema.events import (
    CandidateDecided,
    EnsembleDecided,
    ModelReplied,
    Purpose,
    ScreenDecided,
    SkillsLoaded,
    StopReason,
    SubmissionChosen,
)
from haste.schema.execution import Outcome
from haste.schema.knowledge import Learning, Loading, SkillNote
from haste.schema.profile import Profile
from haste.schema.solution import BlobRef, Candidate, Scale

from .spending import Spending

FINAL = 0  # the "fold" of a final fit


@dataclass(frozen=True)
class Result:
    """What is known of one candidate on one fold of one purpose."""

    attempts: int = 0  # started
    lost: int = 0
    outcome: Outcome | None = None  # None: never finished, or lost and to be tried again
    score: float | None = None
    detail: str = ""
    wall_s: float = 0.0
    submission: BlobRef | None = None
    diagnostics: BlobRef | None = None
    stderr: BlobRef | None = None


@dataclass(frozen=True)
class Node:
    """A candidate with its results."""

    candidate: Candidate
    results: Mapping[tuple[Purpose, int], Result] = field(default_factory=dict)
    decision: CandidateDecided | None = None
    screened: bool = False  # proposed before the screen was decided: its first batch is one fold

    def scores(self, purpose: Purpose = "search") -> dict[int, float]:
        """Fold -> score of the executions that went well."""
        return {
            fold: result.score
            for (of, fold), result in self.results.items()
            if of == purpose and result.score is not None
        }

    def mean(self, purpose: Purpose = "search") -> float | None:
        scores = self.scores(purpose)
        return fmean(scores.values()) if scores else None

    @property
    def failure(self) -> Result | None:
        """The first execution that did not go well, if any. A final fit out of time is the budget's, not its own."""
        for (purpose, _), result in self.results.items():
            if result.outcome not in (None, Outcome.OK, Outcome.TIMED_OUT if purpose == "final" else None):
                return result
        return None

    @property
    def final(self) -> BlobRef | None:
        """The submission of its fit on all training rows."""
        result = self.results.get(("final", FINAL))
        return result.submission if result and result.outcome is Outcome.OK else None

    @property
    def slowest_s(self) -> float | None:
        times = [r.wall_s for r in self.results.values() if r.outcome is Outcome.OK]
        return max(times) if times else None


@dataclass(frozen=True)
class Branch:
    """One line of refinements that began with a prototype."""

    root: str
    limit: int  # iterations
    incumbent: str
    current: str | None = None  # proposed and not decided yet
    scale: Scale = Scale.TWEAK
    misses: int = 0  # non-improvements in a row
    misses_at_scale: int = 0
    iterations: int = 0
    exhausted: frozenset[Scale] = frozenset()
    ended: str | None = None

    @property
    def used(self) -> float:
        """The share of its iterations that is spent."""
        return self.iterations / self.limit if self.limit else 1.0


@dataclass(frozen=True)
class RunState:
    run_id: str = ""
    config: RunConfig | None = None
    competition: Competition | None = None
    profile: Profile | None = None
    classified: bool = False  # the engineer gave its word on the domain
    skills_loaded: SkillsLoaded | None = None  # None: not yet, or a cold start
    search_folds: int = 0
    confirm_folds: int = 0
    nodes: Mapping[str, Node] = field(default_factory=dict)  # in order of proposal
    prototypes: tuple[str, ...] = ()
    debugs: Mapping[str, int] = field(default_factory=dict)  # root of a repair chain -> attempts asked for
    screen: ScreenDecided | None = None
    branches: Mapping[str, Branch] = field(default_factory=dict)
    proposals: int = 0  # asked for, answered or not: the position that chance is drawn at
    spending: Spending = field(default_factory=Spending)
    unread: tuple[ModelReplied, ...] = ()  # paid for, and no answer of the engineer has followed from them yet
    given_up: bool = False  # no model answers any more
    search_ended: StopReason | None = None
    interrupted: bool = False
    ensemble: EnsembleDecided | None = None
    chosen: SubmissionChosen | None = None
    learnings: tuple[Learning, ...] | None = None
    finished: StopReason | None = None
    earlier_s: float = 0.0  # time spent by earlier processes
    since: float | None = None  # when this process took the journal up
    at: float = 0.0  # of the last entry
    acted_s: float = 0.0  # working time up to the last entry that was no call of a model

    @property
    def rules(self) -> RunConfig:
        assert self.config is not None, "the journal begins with RunStarted"
        return self.config

    @property
    def skills(self) -> tuple[SkillNote, ...]:
        """What briefs show of the skills: the journal's words, never the store's."""
        return self.skills_loaded.notes if self.skills_loaded else ()

    @property
    def awaits_domain(self) -> bool:
        """Whether a model is to say what the competition's folder did not: the domain it belongs to."""
        assert self.competition is not None, "the journal begins with RunStarted"
        return self.rules.model != "builtin" and self.competition.domain_is_inferred and not self.classified

    @property
    def awaits_skills(self) -> bool:
        """Whether the run starts warm and has not chosen its skills yet."""
        warm = self.rules.start is Start.WARM and self.rules.loading is not Loading.NONE
        return warm and self.skills_loaded is None

    @property
    def metric(self) -> Metric:
        assert self.competition is not None, "the journal begins with RunStarted"
        return self.competition.metric

    def elapsed_s(self, now: float) -> float:
        """Working time so far; the hours between a kill and its resume do not count."""
        return self.earlier_s + (now - self.since if self.since is not None else 0.0)

    def better(self, one: float | None, other: float | None) -> bool:
        """Whether `one` is the better score; a missing score is worse than any."""
        if one is None or other is None:
            return one is not None
        return self.metric.gain(one, other) > 0
