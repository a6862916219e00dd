"""One event at a time, the state moves on. `fold` does it for a whole journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import TypeVar, assert_never

from haste.schema.events import (
    BranchEnded,
    CandidateDecided,
    CandidateProposed,
    CompetitionClassified,
    CompetitionProfiled,
    EnsembleDecided,
    Entry,
    ExecutionFinished,
    ExecutionStarted,
    LearningsRecorded,
    ModelAsked,
    ModelFailed,
    ModelReplied,
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
from haste.schema.solution import Candidate, Operator, Scale

from .state import Branch, Node, Result, RunState

K = TypeVar("K")
V = TypeVar("V")
MOST_ATTEMPTS = 10
SCALES = (Scale.TWEAK, Scale.STRUCTURAL, Scale.APPROACH)


def fold(entries: Iterable[Entry]) -> RunState:
    return reduce(evolve, entries, RunState())


def evolve(state: RunState, entry: Entry) -> RunState:
    """The state after one more entry. Total: any event that `decide` led to is understood in any state."""
    moved = replace(_apply(state, entry), at=entry.at)
    asked = isinstance(entry.event, ModelAsked | ModelReplied | ModelFailed | RunResumed)
    return moved if asked else replace(moved, acted_s=moved.elapsed_s(entry.at))


def _apply(state: RunState, entry: Entry) -> RunState:  # noqa: C901 - one case per event, nothing else
    match event := entry.event:
        case RunStarted():
            return replace(
                state, run_id=event.run_id, config=event.config, competition=event.competition, since=entry.at
            )
        case RunResumed():
            return _give_up(_go_on(_taken_up(state, entry.at)))
        case RunInterrupted():
            return replace(state, interrupted=True)
        case CompetitionProfiled():
            return replace(
                state, profile=event.profile, search_folds=event.search_folds, confirm_folds=event.confirm_folds
            )
        case CompetitionClassified():
            return _classified(state, event)
        case ModelAsked() | ModelReplied() | ModelFailed():
            return _asked(state, event)
        case SkillsLoaded():
            return replace(state, skills_loaded=event)
        case PrototypesDrafted():
            names = tuple(candidate.id for candidate in event.candidates)
            state = reduce(_add, event.candidates, state)
            return replace(state, prototypes=names, proposals=state.proposals + 1, unread=())
        case CandidateProposed():
            return _proposed(state, event.candidate)
        case ProposalFailed():
            return _proposal_failed(state, event)
        case ExecutionStarted() | ExecutionFinished():
            return _executed(state, event)
        case ScreenDecided():
            return _screened(state, event)
        case CandidateDecided():
            return _decided(state, event)
        case BranchEnded():
            return _branch(state, replace(state.branches[event.branch], ended=event.reason, current=None))
        case SearchEnded():
            return _ended(state, event)
        case EnsembleDecided():
            if event.candidate is not None:
                state = _add(state, event.candidate)
            return replace(state, ensemble=event)
        case SubmissionChosen():
            return replace(state, chosen=event)
        case LearningsRecorded():
            return replace(state, learnings=event.learnings, unread=())
        case RunFinished():
            return replace(state, finished=event.reason)
        case _:
            assert_never(event)


def _with(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**mapping, key: value}


def _branch(state: RunState, branch: Branch) -> RunState:
    return replace(state, branches=_with(state.branches, branch.root, branch))


def _add(state: RunState, candidate: Candidate) -> RunState:
    return replace(state, nodes=_with(state.nodes, candidate.id, Node(candidate, screened=state.screen is None)))


def _ended(state: RunState, event: SearchEnded) -> RunState:
    """A call that was not waited for any longer, since the time was up, says nothing of its provider."""
    given_up = state.given_up and event.reason == "provider"
    return replace(state, search_ended=event.reason, given_up=given_up)


def _asked(state: RunState, event: ModelAsked | ModelReplied | ModelFailed) -> RunState:
    """A provider is given up where the last who can be asked has failed for good."""
    spending = state.spending.after(event)
    if isinstance(event, ModelAsked):
        return replace(state, spending=spending)
    if isinstance(event, ModelReplied):
        return replace(state, spending=spending, unread=(*state.unread, event), given_up=False)
    last = event.pause_s is None and state.rules.models.fallback in (None, event.model)
    return replace(state, spending=spending, given_up=last)


def _classified(state: RunState, event: CompetitionClassified) -> RunState:
    """The domain holds from here on, in the profile's facts too."""
    assert state.competition is not None
    assert state.profile is not None
    facts = {**state.profile.facts, "domain": event.domain}
    return replace(
        state,
        competition=state.competition.model_copy(update={"domain": event.domain}),
        profile=state.profile.model_copy(update={"facts": facts}),
        classified=True,
        unread=(),
    )


def _proposed(state: RunState, candidate: Candidate) -> RunState:
    state = replace(_add(state, candidate), proposals=state.proposals + 1, unread=())
    if candidate.operator is Operator.DEBUG:
        root = repair_root(state, candidate.id)
        state = replace(state, debugs=_with(state.debugs, root, state.debugs.get(root, 0) + 1))
    branch = state.branches.get(candidate.branch)
    if branch is None:
        return state
    asked = 1 if candidate.operator is Operator.REFINE else 0
    return _branch(state, replace(branch, current=candidate.id, iterations=branch.iterations + asked))


def _proposal_failed(state: RunState, event: ProposalFailed) -> RunState:
    state = replace(state, proposals=state.proposals + 1, unread=())
    if event.operator is Operator.DEBUG and event.candidate is not None:
        root = repair_root(state, event.candidate)
        done = state.debugs.get(root, 0) + 1
        # Where the engineer gave the chain up, no further attempt is asked for.
        return replace(
            state,
            debugs=_with(state.debugs, root, state.rules.search.debug_attempts if event.exhausted else done),
        )
    branch = state.branches.get(event.branch or "")
    if branch is None or event.scale is None:
        return state
    if event.exhausted:
        return _branch(state, _escalate(replace(branch, exhausted=branch.exhausted | {event.scale})))
    return _branch(state, _miss(replace(branch, iterations=branch.iterations + 1), state))


def _executed(state: RunState, event: ExecutionStarted | ExecutionFinished) -> RunState:
    node = state.nodes[event.candidate]
    key = (event.purpose, event.fold)
    result = node.results.get(key, Result())
    if isinstance(event, ExecutionStarted):
        result = replace(result, attempts=event.attempt)
    elif event.outcome is Outcome.LOST and result.lost + 1 < state.rules.search.lost_attempts:
        result = replace(result, lost=result.lost + 1, detail=event.detail)
    else:
        result = replace(
            result,
            outcome=event.outcome,
            score=event.score,
            detail=event.detail,
            wall_s=event.wall_s,
            submission=event.submission,
            diagnostics=event.diagnostics,
            stderr=event.stderr,
        )
    node = replace(node, results=_with(node.results, key, result))
    return replace(state, nodes=_with(state.nodes, node.candidate.id, node))


def _taken_up(state: RunState, at: float) -> RunState:
    """By another process; the time between does not count."""
    spending = state.spending.taken_up()
    return replace(state, earlier_s=state.elapsed_s(state.at), since=at, given_up=False, spending=spending)


def _go_on(state: RunState) -> RunState:
    """Who resumes an interrupted run wants it to go on, unless its choice was made already.

    One whose provider failed goes on where it stood in any case; what it handed over meanwhile was for the time being.
    """
    if state.finished == "provider":
        state = replace(state, finished=None)
    if state.search_ended == "provider":
        state = replace(state, search_ended=None, ensemble=None, chosen=None)
    if not state.interrupted or state.chosen is not None:
        return state
    ended = None if state.search_ended == "interrupted" else state.search_ended
    return replace(state, interrupted=False, search_ended=ended)


def _give_up(state: RunState) -> RunState:
    """An execution that was under way at ever so many deaths of the harness is not begun again."""
    nodes = {
        name: replace(node, results={key: _abandoned(result) for key, result in node.results.items()})
        for name, node in state.nodes.items()
    }
    return replace(state, nodes=nodes)


def _abandoned(result: Result) -> Result:
    if result.outcome is None and result.attempts >= MOST_ATTEMPTS:
        return replace(result, outcome=Outcome.LOST, detail=f"the harness died during {result.attempts} attempts")
    return result


def _screened(state: RunState, event: ScreenDecided) -> RunState:
    rules = state.rules.search
    branches = {}
    for root, limit in ((event.winner, rules.iterations), (event.runner_up, rules.runner_up_iterations)):
        if root is not None:
            branches[state.nodes[root].candidate.branch] = Branch(
                root=state.nodes[root].candidate.branch, limit=limit, incumbent=root
            )
    return replace(state, screen=event, branches=branches)


def _decided(state: RunState, event: CandidateDecided) -> RunState:
    node = replace(state.nodes[event.candidate], decision=event)
    state = replace(state, nodes=_with(state.nodes, event.candidate, node))
    branch = state.branches.get(event.branch)
    if branch is None:
        return state
    branch = replace(branch, current=None)
    if event.kept:
        kept = replace(
            branch, incumbent=event.candidate, scale=Scale.TWEAK, misses=0, misses_at_scale=0, exhausted=frozenset()
        )
        return _branch(state, kept)
    return _branch(state, _miss(branch, state))


def _miss(branch: Branch, state: RunState) -> Branch:
    branch = replace(branch, misses=branch.misses + 1, misses_at_scale=branch.misses_at_scale + 1)
    rules = state.rules.search
    return _escalate(branch) if rules.escalation and branch.misses_at_scale >= rules.escalate_after else branch


def _escalate(branch: Branch) -> Branch:
    """The next scale with something left to try; after the top, the round begins again at the bottom."""
    at = SCALES.index(branch.scale)
    for scale in (*SCALES[at + 1 :], *SCALES[: at + 1]):
        if scale not in branch.exhausted:
            return replace(branch, scale=scale, misses_at_scale=0)
    return branch


def repair_root(state: RunState, candidate: str) -> str:
    """The candidate that a chain of repairs began with (itself if it is no repair)."""
    node = state.nodes[candidate]
    while node.candidate.operator is Operator.DEBUG and node.candidate.parent is not None:
        node = state.nodes[node.candidate.parent]
    return node.candidate.id
