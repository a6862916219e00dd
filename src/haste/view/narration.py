"""What happened, as plain lines: one meaningful event, one line. Knows nothing of terminals."""

from __future__ import annotations

from haste.schema.events import (
    BranchEnded,
    CandidateDecided,
    CandidateProposed,
    CompetitionClassified,
    CompetitionProfiled,
    EnsembleDecided,
    Event,
    ExecutionFinished,
    LearningsRecorded,
    ModelFailed,
    ProposalFailed,
    PrototypesDrafted,
    RunFinished,
    RunInterrupted,
    RunResumed,
    RunStarted,
    ScreenDecided,
    SearchEnded,
    SkillsLoaded,
    SubmissionChosen,
)
from haste.schema.execution import Outcome
from haste.schema.profile import Profile, Role
from haste.schema.solution import Operator
from haste.search.state import FINAL, Node, RunState

from .numbers import count_text, duration_text, gain_text, score_text
from .wording import (
    BRANCH_ENDS,
    OUTCOMES,
    REASONS,
    STOPS,
    budget_text,
    direction_text,
    gain_with_noise,
    missing_text,
    reported,
)

FEATURES = (Role.NUMERIC, Role.CATEGORICAL, Role.TEXT, Role.DATETIME, Role.IMAGE, Role.AUDIO, Role.GROUP, Role.CONSTANT)


def narrate(event: Event, before: RunState, after: RunState) -> list[str]:  # noqa: C901 - one case per event
    """The lines for one event, which led from `before` to `after`; none for what would only be noise."""
    match event:
        case RunStarted():
            return _started(event)
        case RunResumed():
            return [f"resumed  after {count_text(len(before.nodes), 'candidate')}"]
        case RunInterrupted():
            return ["interrupted: no more search, the best so far is fitted and handed over"]
        case CompetitionProfiled():
            return [_profiled(event, after)]
        case CompetitionClassified():
            return [f"domain   {event.domain}" + (event.reason and f" (as inferred: {one_line(event.reason, 200)})")]
        case ModelFailed():
            return [_fault(event)]
        case SkillsLoaded():
            return [_skills(event)]
        case PrototypesDrafted():
            return [f"drafted  {count_text(len(event.candidates), 'prototype')}"]
        case CandidateProposed() if event.candidate.operator is Operator.DEBUG:
            made = event.candidate
            return [f"repair   {made.id} of {made.parent}: {one_line(made.title)}"]
        case ProposalFailed():
            return [f"engineer {event.operator}: {one_line(event.reason)}", *_escalation(event.branch, before, after)]
        case ExecutionFinished():
            return _executed(event, after)
        case ScreenDecided():
            return [_screened(event, after)]
        case CandidateDecided():
            return [_decided(event, before, after), *_escalation(event.branch, before, after)]
        case BranchEnded():
            used = before.branches[event.branch].iterations
            return [f"branch   {event.branch} ended after {count_text(used, 'iteration')}: {BRANCH_ENDS[event.reason]}"]
        case SearchEnded():
            return [f"search   ended: {STOPS[event.reason]}" + (event.detail and f" ({event.detail})")]
        case EnsembleDecided():
            return [_blended(event)]
        case SubmissionChosen():
            return [_chosen(event, after)]
        case LearningsRecorded():
            nothing = [f"learned  nothing: {one_line(event.reason, 200)}"] if event.reason else []
            return nothing + [f"learned  {one_line(learning.statement, 200)}" for learning in event.learnings]
        case RunFinished():
            return [f"finished in {duration_text(after.elapsed_s(after.at))}: {STOPS[event.reason]}"]
        case _:
            return []


def one_line(text: str, most: int = 100) -> str:
    """Untrusted text without line breaks and control characters, cut to a length."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def score_with_trust(score: float | None, state: RunState) -> str:
    return score_text(score) + (" (reported)" if score is not None and reported(state.competition) else "")


def _started(event: RunStarted) -> list[str]:
    competition, config = event.competition, event.config
    metric = f"{competition.metric.name} ({direction_text(competition.metric.direction)})"
    limit = budget_text(config.budget.time_limit_s)
    lines = [f"run      {event.run_id}: {one_line(competition.title)}, {metric}, {limit}, seed {config.seed}"]
    if event.missing_guarantees:
        lines.append(f"warning  the sandbox ({event.executor}) lacks: {missing_text(event.missing_guarantees)}")
    return lines


def _profiled(event: CompetitionProfiled, state: RunState) -> str:
    profile = event.profile
    competition = state.competition
    kind = f"{competition.domain}, {competition.kind.replace('_', ' ')}" if competition else ""
    confirm = f" + {event.confirm_folds} to confirm" if event.confirm_folds else ""
    folds = count_text(event.search_folds, f"{profile.validation.scheme} fold")
    rows = f"{profile.n_train:,} + {profile.n_test:,} rows"
    return f"profile  {kind}, {rows}, {_features(profile)}; {folds}{confirm}"


def _fault(event: ModelFailed) -> str:
    then = "given up" if event.pause_s is None else f"asked again in {duration_text(event.pause_s)}"
    return f"model    {event.model} ({event.stage}): {one_line(event.detail, 160)}; {then}"


def _features(profile: Profile) -> str:
    counts = [(len(profile.of_role(role)), role.value) for role in FEATURES]
    told = [f"{count} {role}" for count, role in counts if count]
    return ", ".join(told) + " columns" if told else "no feature columns"


def _skills(event: SkillsLoaded) -> str:
    states = [exposure.state for exposure in event.manifest.exposures]
    withheld, dropped = states.count("masked"), states.count("dropped") + event.manifest.unlisted
    more = [f"{withheld} withheld at random"] if withheld else []
    more += [f"{dropped} without room"] if dropped else []
    names = one_line(", ".join(note.name for note in event.notes), 120)
    told = "; ".join([count_text(len(event.notes), "skill") + (f": {names}" if names else ""), *more])
    return f"skills   {event.manifest.policy}, {told}"


def _executed(event: ExecutionFinished, state: RunState) -> list[str]:
    """Prototypes on the screen's fold, completed confirmations, failed final fits and lost executions; the rest is
    told by decisions."""
    node = state.nodes[event.candidate]
    name = f"{event.candidate} {one_line(node.candidate.title)}"
    if event.outcome is Outcome.LOST:
        return [f"lost     {name} ({event.purpose}, fold {event.fold + 1}): {one_line(event.detail)}"]
    if event.purpose == "search" and state.screen is None:
        return [f"screened {name}: {_result(event, state)}"]
    if event.purpose == "confirm" and event.outcome is not Outcome.OK:
        return [f"confirm  {name}: {_result(event, state)}"]
    if event.purpose == "confirm" and len(node.scores("confirm")) == state.confirm_folds:
        search = f"search {score_text(node.mean())}"
        return [f"confirm  {name}: {score_with_trust(node.mean('confirm'), state)} ({search})"]
    if event.purpose == "final" and event.outcome is not Outcome.OK and event.fold == FINAL:
        return [f"fit      {name}: {_result(event, state)}"]
    return []


def _result(event: ExecutionFinished, state: RunState) -> str:
    if event.outcome is Outcome.OK:
        return score_with_trust(event.score, state)
    return OUTCOMES[event.outcome] + (f": {one_line(event.detail)}" if event.detail else "")


def _screened(event: ScreenDecided, state: RunState) -> str:
    if event.winner is None:
        return "screen   no prototype ran"
    second = f", runner-up {event.runner_up}" if event.runner_up else ""
    return f"screen   winner {event.winner} ({score_with_trust(event.scores.get(event.winner), state)}){second}"


def _decided(event: CandidateDecided, before: RunState, after: RunState) -> str:
    node = after.nodes[event.candidate]
    word = "keep    " if event.kept else "revert  "
    branch = before.branches.get(event.branch)
    place = f" [{branch.iterations}/{branch.limit}]" if branch else ""
    head = f"{word} {event.candidate} on {event.branch}{place} {one_line(node.candidate.title)}"
    if event.reason == "failed":
        return f"{head}: {_failure(node)}"
    gain = f", gain {gain_with_noise(event)}" if event.gain is not None else ""
    ran = len(node.scores())
    part = f" on {ran} of {after.search_folds} folds" if ran < after.search_folds else ""
    return f"{head}: {score_with_trust(node.mean(), after)}{part}{gain} ({REASONS[event.reason]})"


def _failure(node: Node) -> str:
    failure = node.failure
    if failure is None or failure.outcome is None:
        return REASONS["failed"]
    return OUTCOMES[failure.outcome] + (f": {one_line(failure.detail)}" if failure.detail else "")


def _escalation(name: str | None, before: RunState, after: RunState) -> list[str]:
    old, new = before.branches.get(name or ""), after.branches.get(name or "")
    kept = old is not None and new is not None and old.incumbent != new.incumbent
    if old is None or new is None or old.scale is new.scale or kept:
        return []
    return [f"escalate branch {new.root}: from {old.scale} to {new.scale}"]


def _blended(event: EnsembleDecided) -> str:
    members = ", ".join(event.members)
    gain = f", gain {gain_text(sum(event.fold_gains) / len(event.fold_gains))}" if event.fold_gains else ""
    verdict = "taken" if event.taken else "not taken"
    against = f"{score_text(event.score)} against {score_text(event.single)}"
    return f"ensemble {event.method.replace('_', ' ')} of {members}: {against}{gain} ({verdict})"


def _chosen(event: SubmissionChosen, state: RunState) -> str:
    if event.candidate is None:
        return "submit   the dummy predictor's answer: no candidate was valid"
    title = one_line(state.nodes[event.candidate].candidate.title)
    return f"submit   {event.candidate} {title}: validation {score_with_trust(event.validation_score, state)}"
