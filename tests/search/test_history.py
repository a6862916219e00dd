"""What a brief says of branches and of the keep rule follows from the state alone."""

from __future__ import annotations

import pytest

from haste.schema.config import RunConfig, SearchConfig
from haste.schema.execution import Outcome
from haste.schema.solution import Candidate, Operator
from haste.search.history import keep_at, lines_beside
from haste.search.judge import Comparison, compare
from haste.search.state import Branch, Node, Result, RunState

from .legal import MAXIMIZE, MINIMIZE, competition


def node(name: str, *scores: float) -> Node:
    made = Candidate(
        id=name, operator=Operator.DRAFT, branch=name, parent=None, code="", title=f"Title {name}", rationale=""
    )
    results = {("search", fold): Result(outcome=Outcome.OK, score=score) for fold, score in enumerate(scores)}
    return Node(made, results)


def state_of(*nodes: Node, metric=MAXIMIZE, **search) -> RunState:
    branches = {n.candidate.id: Branch(n.candidate.id, limit=5, incumbent=n.candidate.id, iterations=2) for n in nodes}
    config = RunConfig(competition="toy", search=SearchConfig(**search))
    return RunState(
        config=config, competition=competition(metric), nodes={n.candidate.id: n for n in nodes}, branches=branches,
        search_folds=5,
    )  # fmt: skip


@pytest.mark.parametrize(("metric", "sign"), [(MAXIMIZE, 1), (MINIMIZE, -1)])
def test_branches_are_compared_on_the_folds_that_both_ran(metric, sign):
    state = state_of(node("c1", 0.5, 0.6), node("c3", 0.7, 0.9, 0.1), metric=metric)
    (line,) = lines_beside(state, "c1")
    assert (line.branch, line.incumbent, line.title, line.folds) == ("c3", "c3", "Title c3", 3)
    assert line.score == pytest.approx(1.7 / 3)
    assert line.ahead == pytest.approx(sign * 0.25)
    assert line.noise == compare(metric, {0: 0.7, 1: 0.9}, {0: 0.5, 1: 0.6}).noise
    assert (line.changes_left, line.ended, line.code) == (3, False, "")
    (back,) = lines_beside(state, "c3")
    assert back.ahead == pytest.approx(-sign * 0.25)


def test_what_never_ran_is_not_compared():
    (line,) = lines_beside(state_of(node("c1", 0.5), node("c2")), "c1")
    assert (line.score, line.folds, line.ahead, line.noise) == (None, 0, None, None)
    assert lines_beside(state_of(node("c1", 0.5)), "c1") == ()


def test_the_factor_is_that_of_the_keep_rule():
    factor = keep_at(state_of(node("c1"), keep_confidence=0.8))
    assert factor == pytest.approx(0.941, abs=1e-3)
    for gain, kept in ((factor * 1.01, True), (factor * 0.99, False)):
        assert Comparison(gain, 1.0, (gain,) * 5).beats(0.8) is kept
    assert keep_at(state_of(node("c1"), noise_aware=False)) is None
