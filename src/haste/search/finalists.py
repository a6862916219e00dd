"""Who is confirmed: the best few, unlike each other where possible, so that their average has something to gain."""

from __future__ import annotations

from haste.schema.solution import Operator, Scale

from .state import Node, RunState


def finalists(state: RunState) -> list[Node]:
    """At most `finalists` candidates, best first by search score; one per line of thought before a second of any.

    A line of thought begins with a prototype or a new approach; candidates that only tweak it belong to it. Only
    candidates that ran on every search fold count; where there is none (an early stop), those that ran on any.
    """
    singles = [n for n in state.nodes.values() if n.candidate.operator is not Operator.ENSEMBLE and n.failure is None]
    whole = [n for n in singles if state.search_folds and len(n.scores()) == state.search_folds]
    ranked = _distinct(best_first(state, whole or [n for n in singles if n.scores()]))
    leaders: list[Node] = []
    lines: set[str] = set()
    for node in ranked:
        line = _line(state, node)
        if line not in lines:
            lines.add(line)
            leaders.append(node)
    others = [n for n in ranked if n not in leaders]
    return best_first(state, [*leaders, *others][: state.rules.search.finalists])


def single_best(state: RunState) -> Node | None:
    """The best finalist: by confirm score where they all have one, else by search score; None without finalists."""
    contenders = finalists(state)
    confirmed = [n for n in contenders if state.confirm_folds and len(n.scores("confirm")) == state.confirm_folds]
    if not confirmed:
        return contenders[0] if contenders else None
    best = confirmed[0]
    for node in confirmed[1:]:
        if state.better(node.mean("confirm"), best.mean("confirm")):
            best = node
    return best


def best_first(state: RunState, nodes: list[Node]) -> list[Node]:
    """Sorted by the mean of their search scores; equal ones stay in their order."""
    metric = state.metric
    return sorted(nodes, key=lambda n: metric.gain(n.mean() or 0.0, 0.0), reverse=True)


def _distinct(ranked: list[Node]) -> list[Node]:
    """Without those that score exactly as an earlier one on every fold: a change that changed nothing."""
    seen: list[dict[int, float]] = []
    kept = []
    for node in sorted(ranked, key=lambda n: n.decision is not None and not n.decision.kept):
        if node.scores() not in seen:
            seen.append(node.scores())
            kept.append(node)
    return [node for node in ranked if node in kept]


def _line(state: RunState, node: Node) -> str:
    while node.candidate.scale is not Scale.APPROACH and node.candidate.parent is not None:
        node = state.nodes[node.candidate.parent]
    return node.candidate.id
