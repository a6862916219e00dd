"""Journals for the views' tests: `search.decide` is asked for real, and a small performer answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from haste.schema.competition import (
    Competition,
    Direction,
    Grade,
    Kind,
    Medal,
    Metric,
    PredictionNeed,
    Scheme,
    Trust,
    Validation,
)
from haste.schema.config import Budget, RunConfig, SearchConfig, Start
from haste.schema.events import (
    CandidateProposed,
    CompetitionProfiled,
    EnsembleDecided,
    Entry,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    LearningsRecorded,
    ProposalFailed,
    PrototypesDrafted,
    RunFinished,
    RunInterrupted,
    RunResumed,
    RunStarted,
    SkillsLoaded,
    SubmissionChosen,
    SubmissionGraded,
)
from haste.schema.execution import Guarantee, Outcome
from haste.schema.knowledge import (
    Effect,
    Learning,
    Loading,
    SkillExposure,
    SkillManifest,
    SkillNote,
    SkillScope,
    Status,
    Tier,
)
from haste.schema.profile import ColumnProfile, Drift, Profile, Resources, Role, TargetProfile
from haste.schema.solution import Candidate, Diagnosis, Operator
from haste.search import actions
from haste.search.decide import decide
from haste.search.evolve import evolve
from haste.search.judge import compare
from haste.search.state import RunState
from haste.store.memory import MemoryStore

AUC = Metric(name="roc_auc", direction=Direction.MAXIMIZE, needs=PredictionNeed.RANKING)
RMSE = Metric(name="rmse", direction=Direction.MINIMIZE, needs=PredictionNeed.VALUE)
FOLD_EFFECT = (0.0, 0.004, -0.003)  # what makes a fold hard; cancels in pairs


def competition(metric: Metric = AUC, trust: Trust = Trust.HARNESS, **changes: Any) -> Competition:
    values: dict[str, Any] = {
        "id": "churn",
        "title": "Who leaves?",
        "description": "Predict churn.",
        "domain": "tabular",
        "kind": Kind.BINARY,
        "metric": metric,
        "targets": ("left",),
        "classes": ("0", "1"),
        "id_column": "id",
        "submission_columns": ("left",),
        "train": "train.csv",
        "test": "test.csv",
        "sample_submission": "sample_submission.csv",
        "validation": Validation(scheme=Scheme.STRATIFIED, folds=3, trust=trust),
        "digests": {"train.csv": "ab" * 32},
        "inferred": ("The metric is roc_auc, because the target has two classes.",),
    }
    return Competition(**{**values, **changes})


def profile(**changes: Any) -> Profile:
    def column(name: str, role: Role, **more: Any) -> ColumnProfile:
        known = {"dtype": "float64", "n_unique": 40, "missing": 0.0, "test_missing": 0.0, "in_test": True}
        return ColumnProfile(name=name, role=role, **{**known, **more})

    values: dict[str, Any] = {
        "n_train": 1200,
        "n_test": 300,
        "columns": (
            column("id", Role.ID, dtype="int64", n_unique=1200),
            column("tenure", Role.NUMERIC, minimum=0, maximum=72, mean=31.5, skew=0.2, missing=0.125),
            column("plan", Role.CATEGORICAL, dtype="object", n_unique=3, examples=("basic", "plus"), unseen=0.0),
            column("left", Role.TARGET, in_test=False, test_missing=None),
        ),
        "targets": (TargetProfile(name="left", missing=0, n_unique=2, shares={"0": 0.73, "1": 0.27}),),
        "duplicate_rows": 0.01,
        "shared_rows": 0.0,
        "drift": Drift(auc=0.53, columns=("tenure",)),
        "validation": Validation(scheme=Scheme.STRATIFIED, folds=3),
        "validation_reason": "Two classes, no groups and no time column: stratified folds.",
        "resources": Resources(python="3.11.2", cores=2, memory_gb=8.0, packages={"scikit-learn": "1.9.0"}),
        "notes": ("tenure is missing in 12.5 % of the rows.",),
    }
    return Profile(**{**values, **changes})


def skills() -> SkillsLoaded:
    """One skill shown, one withheld, three without room."""
    note = SkillNote(
        name="average-seeds",
        tier=Tier.DOMAIN,
        status=Status.ACTIVE,
        description="Averaging. Use anywhere.",
        body="Average.",
        digest="sha256:" + "1" * 64,
        effect=Effect(gain=1.5, low=0.5, high=2.5, competitions=4),
    )
    states = (("average-seeds", "loaded"), ("winsorise", "masked"), ("bigger-trees", "dropped"))
    manifest = SkillManifest(
        policy=Loading.TIERED_RANKED,
        scope=SkillScope(domain="tabular", competition="churn"),
        inventory="sha256:" + "a" * 64,
        query="",
        seed=0,
        exposures=tuple(
            SkillExposure(f"skill-{name}", name, 1, "sha256:0", state, reason=f"because {state}")
            for name, state in states
        ),
        unlisted=2,
    )
    return SkillsLoaded(manifest=manifest, notes=(note,))


@dataclass
class Script:
    """What the engineer proposes, in order, and how good each candidate turns out.

    `quality` is the mean score of c1, c2, ...; a missing one is the last known. `wobble` is added to fold f of
    candidate number n as `wobble * ((7n + 5f) % 3)`, so that gains have noise of their own.
    """

    quality: dict[int, float]
    refinements: int = 6
    fails: dict[str, tuple[Outcome, str, str]] = field(default_factory=dict)  # candidate -> outcome, detail, stderr
    title: str = "refinement {n}"
    wobble: float = 0.0005
    wall_s: float = 2.0
    overhead_s: float = 0.25
    learnings: int = 2
    repairs: bool = True


class Player:
    """Drives one run; `clock` moves only by what the performer says passed."""

    def __init__(self, script: Script, made: Competition | None = None, search: SearchConfig | None = None) -> None:
        self.script = script
        self.now = 1000.0
        self.store = MemoryStore(lambda: self.now)
        self.competition = made or competition()
        self.config = RunConfig(
            competition="churn",
            search=search or SearchConfig(iterations=4, runner_up_iterations=2),
            budget=Budget(time_limit_s=600.0),
        )
        self.state = RunState()
        self.watchers: list[Callable[[Entry, RunState], None]] = []

    def begin(self, missing: tuple[Guarantee, ...] = ()) -> Player:
        self.append(
            RunStarted(
                run_id="churn-0",
                config=self.config,
                competition=self.competition,
                code_version="0.1.0",
                executor="bwrap",
                missing_guarantees=missing,
            )
        )
        return self

    def append(self, event: Event) -> RunState:
        entry = self.store.append(event)
        self.state = evolve(self.state, entry)
        for watch in self.watchers:
            watch(entry, self.state)
        return self.state

    def play(self, stop_after: int | None = None, interrupt_after: int | None = None) -> Player:
        """To the end, or until the journal holds `stop_after` entries (as if killed there)."""
        while not self.state.finished:
            if interrupt_after is not None and len(self.store.lines) >= interrupt_after and not self.state.interrupted:
                self.append(RunInterrupted())
            action = decide(self.state, self.now)
            for event in self.perform(action, self.state):
                self.append(event)
                if stop_after is not None and len(self.store.lines) >= stop_after:
                    return self
        return self

    def resume(self, after_s: float) -> Player:
        self.now += after_s
        self.append(RunResumed(code_version="0.1.0"))
        return self

    def grade(self, score: float, medal: Medal | None = Medal.SILVER) -> Player:
        chosen = self.state.chosen
        assert chosen is not None
        metric = self.competition.metric
        self.store.append_grade(
            SubmissionGraded(
                run_id="churn-0",
                competition="churn",
                submission=chosen.submission,
                grade=Grade(
                    score=score, metric=metric, medal=medal, rank=7, teams=120, gold=0.95, silver=0.9, bronze=0.85
                ),
            )
        )
        return self

    def perform(self, action: actions.Action, state: RunState) -> Iterator[Event]:  # noqa: C901
        self.now += 0.5  # the harness thinks
        match action:
            case actions.Record():
                yield action.event
            case actions.Finish():
                yield RunFinished(reason=action.reason)
            case actions.ProfileCompetition():
                confirm = 0 if self.competition.validation.trust is Trust.REPORTED else 3
                yield CompetitionProfiled(profile=profile(), search_folds=3, confirm_folds=confirm)
            case actions.LoadSkills():
                yield skills()
            case actions.Draft():
                made = tuple(self.candidate(i + 1, Operator.DRAFT, None) for i in range(action.count))
                yield PrototypesDrafted(candidates=made)
            case actions.Refine():
                yield self.refine(action, state)
            case actions.Debug():
                yield self.debug(action, state)
            case actions.Execute():
                for work in action.works:
                    yield from self.execute(work)
            case actions.Blend():
                yield self.blend(action, state)
            case actions.Deliver():
                node = state.nodes.get(action.candidate or "")
                score = (node.mean("confirm") or node.mean()) if node else None
                if node and state.ensemble and state.ensemble.candidate == node.candidate:
                    score = state.ensemble.score
                yield SubmissionChosen(
                    candidate=action.candidate,
                    submission=self.store.put(b"id,left\n1,0.5\n"),
                    validation_score=score,
                    search_score=node.mean() if node else None,
                )
            case actions.Reflect():
                yield LearningsRecorded(learnings=tuple(self.learning(i) for i in range(self.script.learnings)))

    def candidate(self, number: int, operator: Operator, parent: Candidate | None, **more: Any) -> Candidate:
        name = f"c{number}"
        title = self.script.title.format(n=number) if operator is not Operator.DRAFT else f"prototype {number}"
        code = f"SEED = 0\nTECHNIQUE = {number}\nprint('<b>model</b>')\n"
        return Candidate(
            id=name,
            operator=operator,
            branch=parent.branch if parent else name,
            parent=parent.id if parent else None,
            code=self.store.put(code.encode()),
            title=title,
            rationale="because the profile says so",
            technique=f"technique-{number}",
            **more,
        )

    def refine(self, action: actions.Refine, state: RunState) -> Event:
        done = sum(n.candidate.operator is Operator.REFINE for n in state.nodes.values())
        if done >= self.script.refinements:
            return ProposalFailed(
                operator=Operator.REFINE,
                branch=action.branch,
                scale=action.scale,
                reason="nothing left",
                exhausted=True,
            )
        parent = state.nodes[state.branches[action.branch].incumbent].candidate
        made = self.candidate(
            len(state.nodes) + 1, Operator.REFINE, parent, scale=action.scale, diagnosis=Diagnosis.FEATURE_GAP
        )
        return CandidateProposed(candidate=made)

    def debug(self, action: actions.Debug, state: RunState) -> Event:
        failed = state.nodes[action.candidate].candidate
        if not self.script.repairs:
            return ProposalFailed(
                operator=Operator.DEBUG, branch=failed.branch, scale=None, reason="no repair known", candidate=failed.id
            )
        return CandidateProposed(candidate=self.candidate(len(state.nodes) + 1, Operator.DEBUG, failed))

    def execute(self, work: actions.Work) -> Iterator[Event]:
        yield ExecutionStarted(candidate=work.candidate, purpose=work.purpose, fold=work.fold, attempt=work.attempt)
        self.now += self.script.wall_s
        told: dict[str, Any] = {"outcome": Outcome.OK}
        if work.candidate in self.script.fails:
            outcome, detail, stderr = self.script.fails[work.candidate]
            told = {"outcome": outcome, "detail": detail, "stderr": self.store.put(stderr.encode())}
        elif work.purpose == "final":
            told["submission"] = self.store.put(b"id,left\n1,0.5\n")
        else:
            told["score"] = self.score(int(work.candidate[1:]), work.fold)
            told["submission"] = self.store.put(b"id,left\n9,0.5\n")
        yield ExecutionFinished(
            candidate=work.candidate,
            purpose=work.purpose,
            fold=work.fold,
            attempt=work.attempt,
            wall_s=self.script.wall_s,
            overhead_s=self.script.overhead_s,
            peak_memory_gb=0.2,
            **told,
        )

    def score(self, number: int, at: int) -> float:
        known = max((n for n in self.script.quality if n <= number), default=min(self.script.quality))
        quality = self.script.quality.get(number, self.script.quality[known])
        return quality + FOLD_EFFECT[at] + self.script.wobble * ((number * 7 + at * 5) % 3)

    def blend(self, action: actions.Blend, state: RunState) -> Event:
        single = state.nodes[action.single].scores("confirm")
        scores = {at: score + 0.002 for at, score in single.items()}
        ahead = compare(state.metric, scores, single)
        name = f"c{len(state.nodes) + 1}"
        made = Candidate(
            id=name,
            operator=Operator.ENSEMBLE,
            branch=name,
            parent=None,
            code=self.store.put(b"# the average\n"),
            title=f"rank average of {', '.join(action.members)}",
            rationale="it beats the best of them on the confirm split",
            members=action.members,
        )
        return EnsembleDecided(
            members=action.members,
            method="rank_average",
            score=sum(scores.values()) / len(scores),
            single=state.nodes[action.single].mean("confirm"),
            taken=ahead.gain > 0,
            fold_gains=ahead.fold_gains,
            candidate=made if ahead.gain > 0 else None,
        )

    def learning(self, number: int) -> Learning:
        return Learning(
            id=f"churn-0-{number}",
            statement=f"Encoding plans helped, take {number}.",
            tier=Tier.DOMAIN,
            domain="tabular",
            competition="churn",
            claim="plans/encode/helps",
            supports=("c4",),
            gain=2.5,
            kept=1,
            tried=2,
        )


GOOD = {1: 0.80, 2: 0.82, 3: 0.70, 4: 0.84, 5: 0.79, 6: 0.8403, 7: 0.86, 8: 0.85}


def warm_run() -> Player:
    player = Player(Script(dict(GOOD)))
    player.config = player.config.model_copy(update={"start": Start.WARM, "loading": Loading.TIERED_RANKED})
    return player


def good_run() -> Player:
    """Three prototypes, kept and reverted refinements on two branches, an ensemble, a grade."""
    return Player(Script(dict(GOOD))).begin().play()
