"""What scripts wrote about themselves reaches a brief by fold, and beside what their parents wrote."""

from __future__ import annotations

import json
from typing import Any

from haste.runner.diagnostics import LATEST, diagnostics_by_fold, with_moved
from haste.schema.events import CandidateDecided
from haste.schema.execution import Outcome
from haste.schema.solution import Candidate, Operator
from haste.search.history import attempts
from haste.search.state import Node, Result, RunState
from haste.store.memory import MemoryStore


def node(store: MemoryStore, name: str, wrote: dict[int, Any], *, parent: str | None = None, kept: bool | None = None):
    made = Candidate(
        id=name,
        operator=Operator.REFINE if parent else Operator.DRAFT,
        branch="c1",
        parent=parent,
        code="",
        title=name,
        rationale="",
        expected=f"{name} helps",
    )
    results = {
        ("search", fold): Result(
            outcome=Outcome.OK,
            score=0.5 + fold,
            wall_s=fold,
            diagnostics=store.put(one if isinstance(one, bytes) else json.dumps(one).encode()),
        )
        for fold, one in wrote.items()
    }
    results["confirm", 0] = Result(outcome=Outcome.OK, score=9.0, diagnostics=store.put(b'{"confirmed": 1}'))
    decided = CandidateDecided(
        candidate=name, branch="c1", kept=bool(kept), reason="worse", against=parent, gain=-0.1, fold_gains=(-0.1, -0.1)
    )
    return Node(made, results, None if kept is None else decided)


def state_of(*nodes: Node) -> RunState:
    return RunState(nodes={one.candidate.id: one for one in nodes})


def test_each_search_fold_has_its_own_and_the_unreadable_none():
    store = MemoryStore()
    one = node(store, "c1", {2: {"a": 2}, 0: {"a": 0}, 1: b"{broken", 3: ["no object"]})
    assert diagnostics_by_fold(one, store) == {0: {"a": 0}, 2: {"a": 2}}


def test_the_latest_undone_say_what_moved_on_the_last_fold_of_both():
    store = MemoryStore()
    held = node(store, "c1", {0: {"a": 1, "same": 3, "word": "x", "flag": True}, 1: {"a": 2.0, "same": 3}, 2: {"a": 9}})
    tried = node(store, "c2", {0: {"a": 5}, 1: {"a": 3, "same": 3, "new": 1, "a2": None}}, parent="c1", kept=False)
    state = state_of(held, tried)
    first, second = with_moved(state, store, attempts(state), "c1")
    assert first.moved == {}
    assert second.moved == {"a": (2.0, 3.0)}
    assert (second.parent, second.expected, second.wall_s) == ("c1", "c2 helps", 1)
    assert second.fold_scores == {0: 0.5, 1: 1.5}
    assert second.fold_gains == (-0.1, -0.1)


def test_numbers_that_no_float_holds_are_none():
    store = MemoryStore()
    held = node(store, "c1", {0: {"a": 1, "b": 1, "c": True}})
    tried = node(store, "c2", {0: {"a": 10**400, "b": float("inf"), "c": False}}, parent="c1", kept=False)
    state = state_of(held, tried)
    assert with_moved(state, store, attempts(state), "c1")[1].moved == {}


def test_only_the_latest_of_this_branch_are_compared():
    store = MemoryStore()
    tried = [node(store, f"c{n}", {0: {"a": n}}, parent="c1", kept=n == 5) for n in range(2, 8)]
    state = state_of(node(store, "c1", {0: {"a": 1}}), *tried)
    moved = [a.candidate for a in with_moved(state, store, attempts(state), "c1") if a.moved]
    assert moved == ["c6", "c7"][-LATEST:]
    assert not any(a.moved for a in with_moved(state, store, attempts(state), "c9"))
