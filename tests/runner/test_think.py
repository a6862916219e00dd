"""What is recorded of an engineer's answers that cannot be used: that there is none, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haste.runner.think import classify, reflect
from haste.schema.config import Budget
from haste.schema.events import CompetitionClassified, CompetitionProfiled, LearningsRecorded
from haste.schema.solution import Unusable
from haste.search.actions import Classify, Reflect
from tests.search.legal import profile

from .asking import Table, request

NO_USE = Unusable(reason="there is no JSON object in it")


class Settled:
    """Knows everything, and nothing of use."""

    name, needs = "settled", ()

    def __init__(self, said):
        self._said = said

    def classify(self, brief):
        return self._said

    def reflect(self, brief):
        return self._said


class Asking(Settled):
    def reflect(self, brief):
        yield request("what was learned?")


def events(deed, action, engineer, budget: Budget | None = None) -> list:
    table = Table([], budget=budget)
    table.append(CompetitionProfiled(profile=profile(), search_folds=5, confirm_folds=3))
    return list(deed(action, table.state, replace(table.context, engineer=engineer)))


@pytest.mark.parametrize(
    ("said", "reason"), [(NO_USE, NO_USE.reason), ("poetry", "there is no domain 'poetry'"), ("text", "")]
)
def test_a_word_on_the_domain_that_is_none_leaves_it_as_inferred(said, reason):
    (event,) = events(classify, Classify(), Settled(said))
    assert event == CompetitionClassified(domain="text" if said == "text" else "tabular", reason=reason)


def test_a_reflection_that_is_no_use_leaves_nothing_and_says_why():
    assert events(reflect, Reflect(), Settled(NO_USE)) == [LearningsRecorded(learnings=(), reason=NO_USE.reason)]
    assert events(reflect, Reflect(), Settled(())) == [LearningsRecorded(learnings=())]
    (event,) = events(reflect, Reflect(), Asking(()), Budget(time_limit_s=None, max_tokens=10))
    assert event.learnings == ()
    assert event.reason.startswith("--max-tokens could be passed")
