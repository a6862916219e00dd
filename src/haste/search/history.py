"""What a brief shows of the past: projections of the state into plain values."""

from __future__ import annotations

from haste.schema.brief import Attempt
from haste.schema.execution import Outcome

from .state import Node, RunState


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
    )
