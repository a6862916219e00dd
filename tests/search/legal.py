"""Legal journals without a machine: `decide` is asked, and a made-up world answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from haste.schema.competition import Competition, Direction, Kind, Metric, PredictionNeed, Scheme, Validation
from haste.schema.config import RunConfig
from haste.schema.events import (
    CandidateProposed,
    CompetitionClassified,
    CompetitionProfiled,
    EnsembleDecided,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    LearningsRecorded,
    ModelAsked,
    ModelFailed,
    ModelReplied,
    ProposalFailed,
    PrototypesDrafted,
    RunFinished,
    RunStarted,
    SearchEnded,
    SkillsLoaded,
    SubmissionChosen,
)
from haste.schema.execution import Outcome
from haste.schema.knowledge import Loading, SkillManifest, SkillNote, SkillScope, Status, Tier
from haste.schema.model import Bound, Fault, Role, Stage, Usage
from haste.schema.profile import Profile, Resources
from haste.schema.solution import Candidate, Operator, Scale
from haste.search.actions import (
    Action,
    Blend,
    Classify,
    Debug,
    Deliver,
    Draft,
    Execute,
    Finish,
    LoadSkills,
    ProfileCompetition,
    Record,
    Refine,
    Reflect,
)
from haste.search.chance import draw
from haste.search.decide import decide
from haste.search.evolve import evolve
from haste.search.spending import limit_of
from haste.search.state import RunState
from haste.store.memory import MemoryStore

MAXIMIZE = Metric(name="accuracy", direction=Direction.MAXIMIZE, needs=PredictionNeed.LABEL)
MINIMIZE = Metric(name="rmse", direction=Direction.MINIMIZE, needs=PredictionNeed.VALUE)
VALIDATION = Validation(scheme=Scheme.KFOLD, folds=5)


def competition(metric: Metric = MAXIMIZE, *, inferred: tuple[str, ...] = ()) -> Competition:
    return Competition(
        id="toy",
        title="Toy",
        description="",
        domain="tabular",
        kind=Kind.BINARY,
        metric=metric,
        targets=("y",),
        id_column="id",
        submission_columns=("y",),
        train="train.csv",
        test="test.csv",
        sample_submission="sample_submission.csv",
        validation=VALIDATION,
        inferred=inferred,
    )


def profile() -> Profile:
    return Profile(
        n_train=100,
        n_test=50,
        columns=(),
        targets=(),
        duplicate_rows=0.0,
        shared_rows=0.0,
        validation=VALIDATION,
        validation_reason="",
        resources=Resources(python="3.11", cores=2, memory_gb=8),
    )


def note() -> SkillNote:
    return SkillNote(name="seeds", tier=Tier.GLOBAL, status=Status.ACTIVE, description="d", body="b", digest="sha256:0")


def manifest() -> SkillManifest:
    scope = SkillScope(domain="tabular", competition="toy")
    return SkillManifest(policy=Loading.TIERED, scope=scope, inventory="sha256:0", query="", seed=0)


class World:
    """Answers actions from a seed: some candidates crash, some executions are lost, scores wander."""

    unusable = 0.0  # of the proposals

    def __init__(self, seed: int, *, crash: float = 0.15, lost: float = 0.05, exhaust: float = 0.1) -> None:
        self.seed, self.crash, self.lost, self.exhaust = seed, crash, lost, exhaust
        self.executed: list[tuple[str, str, int]] = []

    def _chance(self, *position: object) -> float:
        return draw(self.seed, *position) / 2**31

    def answer(self, action: Action, state: RunState) -> Iterator[Event]:  # noqa: C901 - one case per action
        match action:
            case Record():
                yield action.event
            case ProfileCompetition():
                yield CompetitionProfiled(profile=profile(), search_folds=5, confirm_folds=3)
            case Classify():
                yield CompetitionClassified(domain="text")
            case LoadSkills():
                yield SkillsLoaded(manifest=manifest(), notes=(note(),))
            case Draft():
                made = [
                    self._candidate(f"c{i + 1}", Operator.DRAFT, None, f"c{i + 1}", state) for i in range(action.count)
                ]
                yield PrototypesDrafted(candidates=tuple(made))
            case Refine():
                if self._chance("exhaust", state.proposals) < self.exhaust:
                    yield ProposalFailed(
                        operator=Operator.REFINE, branch=action.branch, scale=action.scale, reason="", exhausted=True
                    )
                    return
                if self._chance("unusable", state.proposals) < self.unusable:
                    yield ProposalFailed(
                        operator=Operator.REFINE, branch=action.branch, scale=action.scale, reason="no script"
                    )
                    return
                parent = state.branches[action.branch].incumbent
                yield CandidateProposed(
                    candidate=self._candidate(
                        f"c{len(state.nodes) + 1}", Operator.REFINE, parent, action.branch, state, action.scale
                    )
                )
            case Debug():
                parent = state.nodes[action.candidate].candidate
                if self._chance("unusable", state.proposals) < self.unusable:
                    yield ProposalFailed(
                        operator=Operator.DEBUG, branch=parent.branch, scale=None, reason="", candidate=parent.id
                    )
                    return
                yield CandidateProposed(
                    candidate=self._candidate(
                        f"c{len(state.nodes) + 1}", Operator.DEBUG, parent.id, parent.branch, state
                    )
                )
            case Execute():
                yield from self._execute(action)
            case Blend():
                made = self._candidate(f"c{len(state.nodes) + 1}", Operator.ENSEMBLE, None, "ensemble", state)
                yield EnsembleDecided(
                    members=action.members, method="vote", score=1.0, single=0.5, taken=True, candidate=made
                )
            case Deliver():
                yield SubmissionChosen(
                    candidate=action.candidate, submission="sha256:0", validation_score=None, search_score=None
                )
            case Reflect():
                yield LearningsRecorded(learnings=())
            case Finish():
                yield RunFinished(reason=action.reason)

    def _execute(self, action: Execute) -> Iterator[Event]:
        for work in action.works:
            yield ExecutionStarted(candidate=work.candidate, purpose=work.purpose, fold=work.fold, attempt=work.attempt)
        for work in sorted(action.works, key=lambda w: self._chance("order", w.candidate, w.purpose, w.fold)):
            key = (work.candidate, work.purpose, work.fold)
            if self._chance("lost", *key, work.attempt) < self.lost:
                outcome, score = Outcome.LOST, None
            elif self._chance("crash", work.candidate) < self.crash:
                outcome, score = Outcome.CRASHED, None
            else:
                outcome = Outcome.OK
                quality = self._chance("quality", work.candidate)
                score = None if work.purpose == "final" else quality + 0.1 * self._chance("fold", *key)
            if outcome is not Outcome.LOST:
                self.executed.append(key)
            yield ExecutionFinished(
                candidate=work.candidate,
                purpose=work.purpose,
                fold=work.fold,
                attempt=work.attempt,
                outcome=outcome,
                score=score,
                wall_s=1.0,
                submission="sha256:0" if outcome is Outcome.OK else None,
            )

    def _candidate(
        self,
        name: str,
        operator: Operator,
        parent: str | None,
        branch: str,
        state: RunState,
        scale: Scale = Scale.TWEAK,
    ) -> Candidate:
        return Candidate(
            id=name,
            operator=operator,
            branch=branch,
            parent=parent,
            code="sha256:0",
            title=f"{name} at {draw(state.rules.seed, 'title', state.proposals)}",
            rationale="",
            scale=scale,
        )


THINKING = {
    Classify: Stage.CLASSIFY,
    Draft: Stage.DRAFT,
    Refine: Stage.REFINE,
    Debug: Stage.DEBUG,
    Reflect: Stage.REFLECT,
}


class AskingWorld(World):
    """Its engineer asks a model once to three times before it answers, as `runner.converse` has it.

    Each call is drawn to use a share of its bound, or not to say what it used. `broken` says of a call's number whether
    the provider fails for good; what was truly charged is in `usd` and `tokens`.
    """

    unusable = 0.1

    def __init__(self, seed: int, *, broken: Callable[[int], bool] = lambda _n: False, **more: float) -> None:
        super().__init__(seed, **more)
        self.broken = broken
        self.calls, self.usd, self.tokens = 0, 0.0, 0

    def answer(self, action: Action, state: RunState) -> Iterator[Event]:
        if type(action) in THINKING:
            silent = yield from self._ask(action, state)
            if silent:
                return
        yield from super().answer(action, state)

    def _ask(self, action: Action, state: RunState) -> Generator[Event, None, bool]:
        spent, unread = state.spending, [event.request for event in state.unread]
        stage = THINKING[type(action)]
        for number in range(1 + int(3 * self._chance("questions", stage, state.proposals))):
            place = (stage, state.proposals, number)
            ref = f"sha256:{stage}-{state.proposals}-{number}"
            if ref in unread:
                unread.remove(ref)
                continue
            most = 1 + int(999 * self._chance("bound", *place))
            bound = Bound(tokens=most, usd=most / 1000)
            limit = limit_of(state.rules.budget, spent, bound)
            if limit is not None:
                yield LearningsRecorded(learnings=()) if isinstance(action, Reflect) else SearchEnded(reason=limit)
                return True
            self.calls += 1
            asked = {"request": ref, "role": Role.SPECIALIST, "stage": stage, "model": "m:m", "bound": bound}
            yield ModelAsked(**asked)
            if self.broken(self.calls):
                yield ModelFailed(**asked | {"fault": Fault.BAD_KEY, "detail": "", "pause_s": None, "bound": None})
                return True
            used = int(most * self._chance("used", *place))
            self.usd, self.tokens = self.usd + used / 1000, self.tokens + used
            told = self._chance("told", *place) < 0.9
            usage = Usage(input=used, output=0) if told else Usage()
            event = ModelReplied(
                **asked, reply="sha256:0", usage=usage, usd=used / 1000 if told else None, wall_s=1.0, overhead_s=0.0
            )
            spent = spent.after(event)
            yield event
        return False


def started(config: RunConfig, metric: Metric = MAXIMIZE) -> RunStarted:
    said = () if config.model == "builtin" else ("domain: tabular",)
    made = competition(metric, inferred=said)
    return RunStarted(run_id="r", config=config, competition=made, code_version="0", executor="fake")


def drive(
    store: MemoryStore,
    world: World,
    config: RunConfig,
    stop: Callable[[int], bool] = lambda _n: False,
    clock: Callable[[], float] | None = None,
) -> RunState:
    """Carry the journal on until it ends, or until `stop` says so after an entry."""
    state = RunState()
    for entry in store.read():
        state = evolve(state, entry)
    if not state.run_id:
        state = evolve(state, store.append(started(config)))
    while not state.finished:
        for event in world.answer(decide(state, clock() if clock else state.at), state):
            state = evolve(state, store.append(event))
            if stop(len(store.lines)):
                return state
    return state
