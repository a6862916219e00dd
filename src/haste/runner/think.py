"""Asking the engineer. It is told a brief; what it answers becomes candidates in the journal.

An engineer may have to ask a model first (`converse`); then each deed may end in `Unanswered`, with no answer at all.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from haste.competition.settings import DOMAINS
from haste.schema.brief import Brief, Failure, Incumbent, Line
from haste.schema.events import (
    CandidateProposed,
    CompetitionClassified,
    Event,
    LearningsRecorded,
    ProposalFailed,
    PrototypesDrafted,
)
from haste.schema.execution import Limits, Outcome
from haste.schema.knowledge import Learning
from haste.schema.solution import Candidate, Operator, Proposal, Unusable
from haste.search.actions import Classify, Debug, Draft, Refine, Reflect
from haste.search.budget import search_wall_s, told_left_s
from haste.search.chance import draw
from haste.search.history import attempts, keep_at, lines_beside
from haste.search.state import Node, RunState

from .agreement import errors_agree
from .asking import Unanswered
from .context import Context
from .converse import converse
from .diagnostics import diagnostics_by_fold, with_moved


def classify(_action: Classify, state: RunState, context: Context) -> Iterator[Event]:
    """The word on the domain that was had before the run, or the engineer's; what is none leaves it as inferred."""
    assert state.competition is not None
    said: str | Unusable | None = state.rules.domain
    if said is None:
        asking: Generator[Event, None, str | Unusable] = converse(
            context.engineer.classify(_brief(state)), state, context
        )
        said = yield from asking
    if isinstance(said, str) and said in DOMAINS:
        yield CompetitionClassified(domain=said)
        return
    reason = said.reason if isinstance(said, Unusable) else f"there is no domain {said!r}"
    yield CompetitionClassified(domain=state.competition.domain, reason=reason)


def draft(action: Draft, state: RunState, context: Context) -> Iterator[Event]:
    """The screen's prototypes; the user's own script, where there is one, is one of them."""
    made: list[Candidate] = []
    if context.config.from_solution is not None:
        made.append(own_script(context.config.from_solution))
    wanted = action.count - len(made)
    reason = "the engineer drafted nothing"
    proposals: Sequence[Proposal] = ()
    if wanted:
        asking: Generator[Event, None, Sequence[Proposal] | Unusable]
        asking = converse(context.engineer.draft(_brief(state), wanted), state, context)
        answer = yield from asking
        if isinstance(answer, Unusable):
            reason = answer.reason
        else:
            proposals = answer
    made += [_candidate(p, Operator.DRAFT, context, f"c{len(made) + i}") for i, p in enumerate(proposals, 1)]
    if made:
        yield PrototypesDrafted(candidates=tuple(made))
    else:
        yield ProposalFailed(operator=Operator.DRAFT, branch=None, scale=None, reason=reason)


def refine(action: Refine, state: RunState, context: Context) -> Iterator[Event]:
    branch = state.branches[action.branch]
    incumbent = state.nodes[branch.incumbent]
    brief = _brief(state).model_copy(
        update={
            "branch": action.branch,
            "scale": action.scale,
            "incumbent": _incumbent(incumbent, context),
            "history": with_moved(state, context.store, attempts(state), action.branch),
            "others": tuple(
                _with_details(line, incumbent, state, context) for line in lines_beside(state, action.branch)
            ),
            "iterations_left": branch.limit - branch.iterations,
        }
    )
    proposal = yield from converse(context.engineer.refine(brief), state, context)
    if not isinstance(proposal, Proposal):
        yield ProposalFailed(
            operator=Operator.REFINE,
            branch=action.branch,
            scale=action.scale,
            reason=proposal.reason if proposal else f"nothing left to try at the scale {action.scale}",
            exhausted=proposal is None,
        )
        return
    made = _candidate(proposal, Operator.REFINE, context, _next_id(state), incumbent.candidate)
    yield CandidateProposed(candidate=made)


def debug(action: Debug, state: RunState, context: Context) -> Iterator[Event]:
    failed = state.nodes[action.candidate]
    brief = _brief(state).model_copy(
        update={"branch": failed.candidate.branch, "failure": _failure(failed, action.attempt, context)}
    )
    proposal = yield from converse(context.engineer.debug(brief), state, context)
    if not isinstance(proposal, Proposal):
        yield ProposalFailed(
            operator=Operator.DEBUG,
            branch=failed.candidate.branch,
            scale=None,
            reason=proposal.reason if proposal else "the engineer knows no repair",
            candidate=action.candidate,
            exhausted=proposal is None,
        )
        return
    yield CandidateProposed(candidate=_candidate(proposal, Operator.DEBUG, context, _next_id(state), failed.candidate))


def reflect(_action: Reflect, state: RunState, context: Context) -> Iterator[Event]:
    asking: Generator[Event, None, Sequence[Learning] | Unusable]
    asking = converse(context.engineer.reflect(_brief(state)), state, context)
    try:
        learnings = yield from asking
    except Unanswered as silence:
        if silence.limit is not None:  # what cannot be paid any more is not learned
            yield LearningsRecorded(learnings=(), reason=str(silence))
        return
    if isinstance(learnings, Unusable):
        yield LearningsRecorded(learnings=(), reason=learnings.reason)
        return
    named = (one.model_copy(update={"id": f"{state.run_id}/{n}"}) for n, one in enumerate(learnings, 1))
    yield LearningsRecorded(learnings=tuple(named))


def _brief(state: RunState) -> Brief:
    assert state.competition is not None
    assert state.profile is not None
    return Brief(
        competition=state.competition,
        profile=state.profile,
        seed=draw(state.rules.seed, "proposal", state.proposals),
        order=state.rules.order,
        history=attempts(state),
        skills=state.skills,
        time_left_s=told_left_s(state),
        limits=_limits(state),
        folds=state.search_folds or None,
        keep_at=keep_at(state),
    )


def _limits(state: RunState) -> Limits:
    """Those of one execution in the search."""
    limits, most_s = state.rules.limits, search_wall_s(state)
    return limits if most_s is None else limits.model_copy(update={"wall_s": min(limits.wall_s, most_s)})


def _with_details(line: Line, incumbent: Node, state: RunState, context: Context) -> Line:
    """The line with its script and, for a model, which may reason about it, how far the errors of both agree."""
    other = state.nodes[line.incumbent]
    errors = errors_agree(incumbent, other, context) if context.models is not None else None
    return line.model_copy(update={"code": context.store.get(other.candidate.code).decode(), "errors": errors})


def _incumbent(node: Node, context: Context) -> Incumbent:
    wrote = diagnostics_by_fold(node, context.store)
    return Incumbent(
        candidate=node.candidate.id,
        title=node.candidate.title,
        code=context.store.get(node.candidate.code).decode(),
        recipe=node.candidate.recipe,
        score=node.mean(),
        fold_scores=tuple(score for _, score in sorted(node.scores().items())),
        wall_s=node.slowest_s,
        diagnostics=wrote.get(0),
        diagnostics_by_fold=wrote,
    )


def _failure(node: Node, attempt: int, context: Context) -> Failure:
    failure = node.failure
    assert failure is not None
    return Failure(
        candidate=node.candidate.id,
        title=node.candidate.title,
        code=context.store.get(node.candidate.code).decode(),
        recipe=node.candidate.recipe,
        technique=node.candidate.technique,
        outcome=failure.outcome or Outcome.CRASHED,
        detail=failure.detail,
        stderr=context.store.get(failure.stderr).decode(errors="replace") if failure.stderr else "",
        attempt=attempt,
    )


def _candidate(
    proposal: Proposal, operator: Operator, context: Context, name: str, parent: Candidate | None = None
) -> Candidate:
    return Candidate(
        id=name,
        operator=operator,
        branch=parent.branch if parent else name,
        parent=parent.id if parent else None,
        code=context.store.put(proposal.code.encode()),
        author=context.engineer.name,
        **proposal.model_dump(exclude={"code"}),
    )


def _next_id(state: RunState) -> str:
    """In the row of what the engineer proposed, which averages do not belong to."""
    proposed = sum(1 for node in state.nodes.values() if node.candidate.operator is not Operator.ENSEMBLE)
    return f"c{proposed + 1}"


def own_script(code: str) -> Candidate:
    return Candidate(
        id="c1",
        operator=Operator.DRAFT,
        branch="c1",
        parent=None,
        code=code,
        title="the user's own script",
        rationale="given with --from",
        author="user",
    )
