"""What every engineer must do, whoever thinks. Implementations are added to `ENGINEERS`.

One that asks a model is driven with `tests.agents.llm.filling`, which fills in every form from the request alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.domains import NAMES
from haste.agents.engineer import Answer, Engineer
from haste.agents.llm.engineer import LlmEngineer
from haste.schema.brief import Attempt, Brief, Failure, Incumbent
from haste.schema.competition import Kind
from haste.schema.execution import Outcome
from haste.schema.knowledge import Learning, PromotionBrief, PromotionProposal, Tier
from haste.schema.model import ModelRequest
from haste.schema.solution import Diagnosis, Operator, Proposal, Scale, Unusable
from tests.agents.examples import example
from tests.agents.llm.filling import fill
from tests.agents.llm.settle import settle

ENGINEERS: dict[str, Callable[[], Engineer]] = {"builtin": BuiltinEngineer, "llm": LlmEngineer}
T = TypeVar("T")


def answered(answer: Answer[T | Unusable]) -> T:
    """The answer of an engineer whose model, if it has one, says something usable."""
    settled = settle(answer, fill)
    assert not isinstance(settled, Unusable)
    return settled


@pytest.fixture(params=sorted(ENGINEERS))
def engineer(request: pytest.FixtureRequest) -> Engineer:
    return ENGINEERS[request.param]()


@pytest.fixture(scope="module")
def brief() -> Brief:
    return example(Kind.BINARY, "roc_auc").brief()


def refinement(engineer: Engineer, brief: Brief, scale: Scale = Scale.TWEAK) -> Brief:
    drafted = answered(engineer.draft(brief, 1))[0]
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
    drafts = answered(engineer.draft(brief, 3))
    assert 1 <= len(drafts) <= 3
    assert len({draft.code for draft in drafts}) == len(drafts)
    for draft in drafts:
        check(draft)


def test_drafts_no_more_than_asked(engineer: Engineer, brief: Brief) -> None:
    assert len(answered(engineer.draft(brief, 1))) == 1


@pytest.mark.parametrize("scale", list(Scale))
def test_refines_at_the_scale_it_is_asked_for(engineer: Engineer, brief: Brief, scale: Scale) -> None:
    asked = refinement(engineer, brief, scale)
    proposal = answered(engineer.refine(asked))
    assert proposal is not None
    check(proposal)
    assert proposal.scale is scale
    assert proposal.diagnosis in list(Diagnosis)
    assert asked.incumbent is not None
    assert proposal.code != asked.incumbent.code


def test_repairs_or_says_that_it_cannot(engineer: Engineer, brief: Brief) -> None:
    drafted = answered(engineer.draft(brief, 1))[0]
    for outcome in (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CRASHED, Outcome.INVALID_SUBMISSION):
        failure = Failure(
            candidate="c1", title=drafted.title, code=drafted.code, recipe=drafted.recipe, technique=drafted.technique,
            outcome=outcome, detail="", stderr="", attempt=1,
        )  # fmt: skip
        repaired = answered(engineer.debug(brief.model_copy(update={"failure": failure})))
        if repaired is not None:
            check(repaired)
            assert repaired.code != drafted.code


def test_reflects_in_at_most_five_learnings(engineer: Engineer, brief: Brief) -> None:
    drafted = answered(engineer.refine(refinement(engineer, brief)))
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
    learnings = settle(engineer.reflect(brief.model_copy(update={"history": history})), fill)
    assert 1 <= len(learnings) <= 5
    for learning in learnings:
        assert learning.statement
        assert learning.claim.count("/") == 2
        assert learning.tier in list(Tier)
        assert learning.competition == brief.competition.id


def test_nothing_in_the_history_teaches_nothing(engineer: Engineer, brief: Brief) -> None:
    assert list(settle(engineer.reflect(brief), fill)) == []


def test_a_competition_belongs_to_a_domain(engineer: Engineer, brief: Brief) -> None:
    assert settle(engineer.classify(brief), fill) in NAMES


def test_judges_a_learning_or_leaves_it_to_counting(engineer: Engineer) -> None:
    learning = Learning(
        id="run/1", statement="Encode categories by their mean target.", tier=Tier.DOMAIN, domain="tabular",
        competition="made-up", technique="target_encoding", claim="tabular/target_encoding/+",
    )  # fmt: skip
    judged = settle(engineer.promote(PromotionBrief(learning=learning)), fill)
    assert judged is None or isinstance(judged, PromotionProposal)


def test_asked_the_same_it_asks_and_answers_the_same(engineer: Engineer, brief: Brief) -> None:
    asked: list[list[ModelRequest]] = [[], []]
    first, second = (settle(engineer.draft(brief, 2), fill, seen) for seen in asked)
    assert first == second
    assert asked[0] == asked[1]


def test_refines_nothing_without_an_incumbent(engineer: Engineer, brief: Brief) -> None:
    assert settle(engineer.refine(brief), fill) is None
    assert settle(engineer.debug(brief), fill) is None
