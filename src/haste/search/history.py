"""What a brief shows of the past: projections of the state into plain values."""

from __future__ import annotations

from haste.schema.brief import Attempt, Line
from haste.schema.execution import Outcome

from .judge import compare, t_quantile
from .state import Branch, Node, RunState


def attempts(state: RunState) -> tuple[Attempt, ...]:
    """Every candidate so far as one line, oldest first."""
    return tuple(_attempt(node) for node in state.nodes.values())


def _attempt(node: Node) -> Attempt:
    made, decision, failure = node.candidate, node.decision, node.failure
    return Attempt(
        candidate=made.id,
        branch=made.branch,
        operator=made.operator,
        title=made.title,
        technique=made.technique,
        scale=made.scale,
        diagnosis=made.diagnosis,
        outcome=(failure.outcome if failure else None) or Outcome.OK,
        score=node.mean(),
        gain=decision.gain if decision else None,
        noise=decision.noise if decision else None,
        kept=decision.kept if decision else None,
        detail=failure.detail if failure else "",
        parent=made.parent,
        fold_scores=dict(sorted(node.scores().items())),
        fold_gains=decision.fold_gains if decision else (),
        wall_s=node.slowest_s,
        expected=made.expected,
        asked=made.asked,
    )


def lines_beside(state: RunState, root: str) -> tuple[Line, ...]:
    """The branches other than that of `root`, compared with its incumbent. Without their scripts."""
    mine = state.nodes[state.branches[root].incumbent].scores()
    return tuple(_line(state, other, mine) for other in state.branches.values() if other.root != root)


def _line(state: RunState, branch: Branch, mine: dict[int, float]) -> Line:
    node = state.nodes[branch.incumbent]
    scores = node.scores()
    ahead = compare(state.metric, scores, mine) if scores.keys() & mine.keys() else None
    return Line(
        branch=branch.root,
        incumbent=branch.incumbent,
        title=node.candidate.title,
        score=node.mean(),
        folds=len(scores),
        ahead=ahead.gain if ahead else None,
        noise=ahead.noise if ahead else None,
        changes_left=branch.limit - branch.iterations,
        ended=branch.ended is not None,
    )


def keep_at(state: RunState) -> float | None:
    """How many standard errors a gain must exceed to be kept, where all search folds ran; None: any gain is kept."""
    rules = state.rules.search
    if not rules.noise_aware or state.search_folds < 2:
        return None
    return t_quantile(rules.keep_confidence, state.search_folds - 1)
