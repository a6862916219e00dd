"""What every engineer must do, whoever thinks. Implementations are added to `ENGINEERS`."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.engineer import Engineer
from haste.schema.brief import Attempt, Brief, Failure, Incumbent
from haste.schema.competition import Kind
from haste.schema.execution import Outcome
from haste.schema.knowledge import Tier
from haste.schema.solution import Diagnosis, Operator, Proposal, Scale
from tests.agents.examples import example

ENGINEERS: dict[str, Callable[[], Engineer]] = {"builtin": BuiltinEngineer}


@pytest.fixture(params=sorted(ENGINEERS))
def engineer(request: pytest.FixtureRequest) -> Engineer:
    return ENGINEERS[request.param]()


@pytest.fixture(scope="module")
def brief() -> Brief:
    return example(Kind.BINARY, "roc_auc").brief()


def refinement(engineer: Engineer, brief: Brief, scale: Scale = Scale.TWEAK) -> Brief:
    drafted = engineer.draft(brief, 1)[0]
    incumbent = Incumbent(
        candidate="c1",
        title=drafted.title,
        code=drafted.code,
        recipe=drafted.recipe,
        score=0.8,
        fold_scores=(0.8,) * 5,
        wall_s=1.0,
    )
    return brief.model_copy(update={"branch": "c1", "scale": scale, "incumbent": incumbent})


def check(proposal: Proposal) -> None:
    ast.parse(proposal.code)
    assert 0 < len(proposal.title) <= 100
    assert "\n" not in proposal.title
    assert proposal.rationale
    assert "import haste" not in proposal.code
    assert "submission.csv" in proposal.code


def test_has_a_name(engineer: Engineer) -> None:
    assert engineer.name


def test_drafts_whole_scripts_that_differ(engineer: Engineer, brief: Brief) -> None:
    drafts = engineer.draft(brief, 3)
    assert 1 <= len(drafts) <= 3
    assert len({draft.code for draft in drafts}) == len(drafts)
    for draft in drafts:
        check(draft)


def test_drafts_no_more_than_asked(engineer: Engineer, brief: Brief) -> None:
    assert len(engineer.draft(brief, 1)) == 1


@pytest.mark.parametrize("scale", list(Scale))
def test_refines_at_the_scale_it_is_asked_for(engineer: Engineer, brief: Brief, scale: Scale) -> None:
    asked = refinement(engineer, brief, scale)
    proposal = engineer.refine(asked)
    assert proposal is not None
    check(proposal)
    assert proposal.scale is scale
    assert proposal.diagnosis in list(Diagnosis)
    assert asked.incumbent is not None
    assert proposal.code != asked.incumbent.code


def test_repairs_or_says_that_it_cannot(engineer: Engineer, brief: Brief) -> None:
    drafted = engineer.draft(brief, 1)[0]
    for outcome in (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CRASHED, Outcome.INVALID_SUBMISSION):
        failure = Failure(
            candidate="c1", title=drafted.title, code=drafted.code, recipe=drafted.recipe, technique=drafted.technique,
            outcome=outcome, detail="", stderr="", attempt=1,
        )  # fmt: skip
        repaired = engineer.debug(brief.model_copy(update={"failure": failure}))
        if repaired is not None:
            check(repaired)
            assert repaired.code != drafted.code


def test_reflects_in_at_most_five_learnings(engineer: Engineer, brief: Brief) -> None:
    drafted = engineer.refine(refinement(engineer, brief))
    assert drafted is not None
    history = tuple(
        Attempt(
            candidate=f"c{number}", branch="c1", operator=Operator.REFINE, title=drafted.title,
            technique=drafted.technique,
            scale=Scale.TWEAK, diagnosis=Diagnosis.OVERFITTING, outcome=Outcome.OK,
            score=0.8, gain=0.02, noise=0.01, kept=True,
        )
        for number in range(2, 5)
    )  # fmt: skip
    learnings = engineer.reflect(brief.model_copy(update={"history": history}))
    assert 1 <= len(learnings) <= 5
    for learning in learnings:
        assert learning.statement
        assert learning.claim.count("/") == 2
        assert learning.tier in list(Tier)
        assert learning.competition == brief.competition.id


def test_nothing_in_the_history_teaches_nothing(engineer: Engineer, brief: Brief) -> None:
    assert list(engineer.reflect(brief)) == []
