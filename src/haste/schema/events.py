"""The events of a run's journal: past tense, frozen, plain. The store stamps order and time.

A change of an event's shape raises `SCHEMA_VERSION` and adds a step to `upcast.py`, so that every old journal
still folds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .competition import Competition, Grade
from .config import RunConfig
from .execution import Guarantee, Outcome
from .knowledge import Learning, SkillManifest, SkillNote
from .model import Bound, Fault, Role, Stage, Usage
from .profile import Profile
from .solution import BlobRef, Candidate, Operator, Scale
from .value import Value

SCHEMA_VERSION = 1

Purpose = Literal["search", "confirm", "final"]
StopReason = Literal[
    "iterations",
    "stagnation",
    "time_limit",
    "token_limit",
    "cost_limit",
    "interrupted",
    "no_valid_candidate",
    "provider",
]
KeepReason = Literal[
    "beats_noise", "any_gain", "within_noise", "worse", "behind_early", "failed", "unscored_incumbent", "prototype"
]


class RunStarted(Value):
    kind: Literal["run_started"] = "run_started"
    run_id: str
    config: RunConfig
    competition: Competition
    code_version: str
    executor: str  # which isolation: bwrap, landlock, plain, fake
    missing_guarantees: tuple[Guarantee, ...] = ()


class RunResumed(Value):
    """A new process took the journal up; the time in between does not count against the budget."""

    kind: Literal["run_resumed"] = "run_resumed"
    code_version: str


class RunInterrupted(Value):
    """The person pressed Ctrl-C: no more search, the best so far is fitted and handed over."""

    kind: Literal["run_interrupted"] = "run_interrupted"


class CompetitionProfiled(Value):
    kind: Literal["competition_profiled"] = "competition_profiled"
    profile: Profile
    search_folds: int
    confirm_folds: int


class SkillsLoaded(Value):
    """Which skills the run goes by from here on, whatever becomes of the store: `notes` are what briefs show."""

    kind: Literal["skills_loaded"] = "skills_loaded"
    manifest: SkillManifest
    notes: tuple[SkillNote, ...]


class CompetitionClassified(Value):
    """The orchestrator's word on the domain, where the competition's folder did not state it."""

    kind: Literal["competition_classified"] = "competition_classified"
    domain: str
    reason: str = ""  # why it is the inferred one all the same


class ModelAsked(Value):
    """A call that is about to be made. Where neither reply nor fault follows, the harness died meanwhile."""

    kind: Literal["model_asked"] = "model_asked"
    request: BlobRef  # the `ModelRequest` as canonical JSON: its digest is the request's identity
    role: Role
    stage: Stage
    model: str  # PROVIDER:NAME that is asked
    bound: Bound  # the most that it can come to


class ModelReplied(Value):
    """A call that was paid for, recorded before anything is read from it. `reply` is a `ModelReply` as JSON."""

    kind: Literal["model_replied"] = "model_replied"
    request: BlobRef
    reply: BlobRef
    role: Role
    stage: Stage
    model: str
    usage: Usage
    usd: float | None  # None: no price is known for the model or its tokens
    wall_s: float  # from asking to the reply
    overhead_s: float  # the harness's part of the call: rendering, recording
    bound: Bound | None = None  # the most it could have come to: counts against caps where `usage` is not known


class ModelFailed(Value):
    """A call that brought no reply. `pause_s` is how long the harness waits before it asks again; None: it does not."""

    kind: Literal["model_failed"] = "model_failed"
    request: BlobRef
    role: Role
    stage: Stage
    model: str
    fault: Fault
    detail: str
    pause_s: float | None
    wall_s: float = 0.0  # from asking to the fault
    bound: Bound | None = None  # where it may have been paid for all the same; None: surely not


class PrototypesDrafted(Value):
    """All prototypes at once, so that a crash never leaves half a screen."""

    kind: Literal["prototypes_drafted"] = "prototypes_drafted"
    candidates: tuple[Candidate, ...]


class CandidateProposed(Value):
    kind: Literal["candidate_proposed"] = "candidate_proposed"
    candidate: Candidate


class ProposalFailed(Value):
    """The engineer had no (usable) answer. `exhausted`: it knows nothing more at this scale."""

    kind: Literal["proposal_failed"] = "proposal_failed"
    operator: Operator
    branch: str | None
    scale: Scale | None
    reason: str
    candidate: str | None = None  # the failed one, of a repair
    exhausted: bool = False


class ExecutionStarted(Value):
    kind: Literal["execution_started"] = "execution_started"
    candidate: str
    purpose: Purpose
    fold: int  # 0 for "final"
    attempt: int  # 1, 2, ...: a lost execution is tried again


class ExecutionFinished(Value):
    kind: Literal["execution_finished"] = "execution_finished"
    candidate: str
    purpose: Purpose
    fold: int
    attempt: int
    outcome: Outcome
    score: float | None = None  # by the competition's metric; None unless ok, and for "final"
    detail: str = ""
    wall_s: float = 0.0
    overhead_s: float = 0.0  # harness time outside the candidate's own
    peak_memory_gb: float | None = None
    submission: BlobRef | None = None
    diagnostics: BlobRef | None = None
    stdout: BlobRef | None = None
    stderr: BlobRef | None = None
    recalled: bool = False  # an earlier result of the same script on the same rows; its times are those of then


class ScreenDecided(Value):
    """Which prototypes go on. `winner` is None when none of them ran."""

    kind: Literal["screen_decided"] = "screen_decided"
    winner: str | None
    runner_up: str | None
    scores: dict[str, float | None]  # on the one fold of the screen


class CandidateDecided(Value):
    kind: Literal["candidate_decided"] = "candidate_decided"
    candidate: str
    branch: str
    kept: bool
    reason: KeepReason
    against: str | None  # the incumbent of that moment
    gain: float | None = None  # mean over the folds both have; positive is better
    noise: float | None = None  # corrected standard error of that mean
    fold_gains: tuple[float, ...] = ()


class BranchEnded(Value):
    kind: Literal["branch_ended"] = "branch_ended"
    branch: str
    reason: Literal["iterations", "stagnation", "failed"]


class SearchEnded(Value):
    kind: Literal["search_ended"] = "search_ended"
    reason: StopReason
    detail: str = ""  # what a cap was too low for


class EnsembleDecided(Value):
    """The average of the finalists, compared with the best single one on the confirm split."""

    kind: Literal["ensemble_decided"] = "ensemble_decided"
    members: tuple[str, ...]  # candidates, best first
    method: Literal["rank_average", "mean", "geometric_mean", "vote"]
    score: float | None
    single: float | None  # the best single candidate there
    taken: bool
    fold_gains: tuple[float, ...] = ()
    candidate: Candidate | None = None  # the ensemble as a candidate of its own, when taken


class SubmissionChosen(Value):
    kind: Literal["submission_chosen"] = "submission_chosen"
    candidate: str | None  # None: no candidate was valid, and the dummy predictor stands in
    submission: BlobRef
    validation_score: float | None
    search_score: float | None


class LearningsRecorded(Value):
    kind: Literal["learnings_recorded"] = "learnings_recorded"
    learnings: tuple[Learning, ...]
    reason: str = ""  # why there are none, though there was something to learn from


class RunFinished(Value):
    kind: Literal["run_finished"] = "run_finished"
    reason: StopReason


class SubmissionGraded(Value):
    """The grades stream's only event; `Event` does not hold it, so no journal of a run can."""

    kind: Literal["submission_graded"] = "submission_graded"
    run_id: str
    competition: str
    submission: BlobRef
    grade: Grade


Event = Annotated[
    RunStarted
    | RunResumed
    | RunInterrupted
    | CompetitionProfiled
    | CompetitionClassified
    | SkillsLoaded
    | ModelAsked
    | ModelReplied
    | ModelFailed
    | PrototypesDrafted
    | CandidateProposed
    | ProposalFailed
    | ExecutionStarted
    | ExecutionFinished
    | ScreenDecided
    | CandidateDecided
    | BranchEnded
    | SearchEnded
    | EnsembleDecided
    | SubmissionChosen
    | LearningsRecorded
    | RunFinished,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Entry(Value):
    """One line of a journal. `at` is seconds since the epoch; `check` chains each line to all before it."""

    seq: int  # from 1
    at: float
    schema_version: int
    event: Event
    check: str


class GradeEntry(Value):
    seq: int
    at: float
    schema_version: int
    event: SubmissionGraded
    check: str
