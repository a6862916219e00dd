"""How far a run's refinement came: projections of the state that reports and studies count with."""

from __future__ import annotations

from haste.schema.solution import Operator

from .evolve import repair_root
from .state import Node, RunState


def iterations(state: RunState) -> int:
    """Refinements proposed, over both branches; repairs are part of the refinement they repair."""
    return len(_refinements(state))


def iterations_to_best(state: RunState) -> int | None:
    """How many refinements had been proposed, over both branches, when the best kept search score was.

    0: no refinement beat the prototypes. None: nothing was scored. A repaired refinement counts at the place of the
    refinement. Candidates that ran on every search fold are compared; before there are any, those of the screen.
    """
    best = _best(state)
    return None if best is None else _place(best, state)


def keep_rate(state: RunState) -> float | None:
    """Kept refinements as a share of the decided ones; None when none was decided."""
    kept, decided = kept_and_decided(state)
    return kept / decided if decided else None


def kept_and_decided(state: RunState) -> tuple[int, int]:
    """How many refinements (repaired or not) were kept, and of how many it was decided."""
    order = set(_refinements(state))
    decided = [
        n.decision.kept for n in state.nodes.values() if n.decision and repair_root(state, n.candidate.id) in order
    ]
    return sum(decided), len(decided)


def best_score(state: RunState) -> float | None:
    """The best mean over the search folds, of prototypes and kept refinements."""
    best = _best(state)
    return best.mean() if best else None


def milestones(state: RunState) -> tuple[tuple[int, float], ...]:
    """Each best score so far with the refinements proposed until then; whole candidates that count, in their order."""
    found: list[tuple[int, float]] = []
    for node in state.nodes.values():
        mean = node.mean()
        if mean is None or not _whole(node, state) or not _counts(node, state):
            continue
        if not found or state.better(mean, found[-1][1]):
            found.append((_place(node, state), mean))
    return tuple(found)


def _best(state: RunState) -> Node | None:
    kept = [node for node in state.nodes.values() if node.scores() and _counts(node, state)]
    best: Node | None = None
    for node in [node for node in kept if _whole(node, state)] or kept:
        if best is None or state.better(node.mean(), best.mean()):
            best = node
    return best


def _place(node: Node, state: RunState) -> int:
    """The refinements proposed up to a node, its own included; 0 for prototypes."""
    order = _refinements(state)
    root = repair_root(state, node.candidate.id)
    return order.index(root) + 1 if root in order else 0


def _whole(node: Node, state: RunState) -> bool:
    return len(node.scores()) == state.search_folds


def _refinements(state: RunState) -> list[str]:
    return [name for name, node in state.nodes.items() if node.candidate.operator is Operator.REFINE]


def _counts(node: Node, state: RunState) -> bool:
    """Whether a node is a prototype (repaired or not), or was kept."""
    if node.candidate.operator is Operator.ENSEMBLE:
        return False
    kept = node.decision is not None and node.decision.kept
    return kept or repair_root(state, node.candidate.id) in state.prototypes
