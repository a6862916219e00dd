"""How far the errors of two candidates agree, from what they submitted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from haste.competition.split import make_splits
from haste.runner.agreement import errors_agree
from haste.schema.competition import Kind, PredictionNeed, Trust
from haste.schema.execution import Outcome
from haste.schema.solution import Candidate, Operator
from haste.search.state import Node, Result
from haste.store.memory import MemoryStore
from tests.competition.judged import make

N = 60
NUMBERS = np.random.default_rng(0).normal(size=N)
LABELS = ["a" if n % 3 else "b" for n in range(N)]


def context_of(kind=Kind.REGRESSION, metric="rmse", truth=tuple(NUMBERS)):
    loaded = make(kind, metric, {"y": list(truth)}, folds=3)
    return SimpleNamespace(loaded=loaded, splits=make_splits(loaded, 3, 0), store=MemoryStore())


def node(name, context, answers, folds=(0, 1, 2)):
    """A candidate that answered so for every training row."""
    results = {}
    for fold in folds:
        rows = context.splits.search[fold].valid
        lines = [f"r{row},{answers[row]}" for row in reversed(rows)]
        ref = context.store.put("\n".join(["id,y", *lines]).encode())
        results["search", fold] = Result(outcome=Outcome.OK, score=0.5, submission=ref)
    made = Candidate(
        id=name, operator=Operator.DRAFT, branch=name, parent=None, code="sha256:0", title=name, rationale=""
    )
    return Node(made, results)


def test_errors_of_numbers_are_distances_on_the_last_fold_of_both():
    context = context_of()
    off = np.random.default_rng(1).normal(size=N)
    one = node("c1", context, NUMBERS + off)
    assert errors_agree(one, node("c2", context, NUMBERS + 2 * off), context) == pytest.approx(1)
    assert errors_agree(one, node("c3", context, NUMBERS - off), context) == pytest.approx(-1)
    last = context.splits.search[1].valid
    other = np.random.default_rng(2).normal(size=N)
    told = errors_agree(one, node("c4", context, NUMBERS + other, folds=(0, 1)), context)
    assert told == pytest.approx(np.corrcoef(off[last], other[last])[0, 1])


def test_errors_of_labels_are_wrong_rows():
    context = context_of(Kind.BINARY, "accuracy", LABELS)
    turned = {"a": "b", "b": "a"}
    first = [turned[label] if n % 2 else label for n, label in enumerate(LABELS)]
    second = [turned[label] if not n % 2 else label for n, label in enumerate(LABELS)]
    one, other = node("c1", context, first), node("c2", context, second)
    assert errors_agree(one, one, context) == pytest.approx(1)
    assert errors_agree(one, other, context) == pytest.approx(-1)


def test_where_only_order_counts_its_scale_does_not():
    context = context_of(Kind.BINARY, "roc_auc", LABELS)
    assert context.loaded.competition.metric.needs is PredictionNeed.RANKING
    one = node("c1", context, NUMBERS)
    assert errors_agree(one, node("c2", context, np.exp(3 * NUMBERS)), context) == pytest.approx(1)
    assert errors_agree(one, node("c3", context, -NUMBERS), context) < 0.9


def test_what_cannot_be_said_is_not():
    context = context_of()
    one = node("c1", context, NUMBERS + 1 + NUMBERS**2)
    assert errors_agree(one, node("c2", context, NUMBERS, folds=()), context) is None
    assert errors_agree(one, node("c3", context, NUMBERS), context) is None  # without an error
    assert errors_agree(one, node("c4", context, ["x"] * N), context) is None  # no numbers
    stated = context.loaded.competition.validation.model_copy(update={"trust": Trust.REPORTED})
    competition = context.loaded.competition.model_copy(update={"validation": stated})
    context.loaded = SimpleNamespace(competition=competition, train=context.loaded.train)
    assert errors_agree(one, one, context) is None
