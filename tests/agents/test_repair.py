from __future__ import annotations

from typing import Any

import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.recipe import Recipe, Step
from haste.schema.brief import Brief, Failure
from haste.schema.competition import Kind
from haste.schema.execution import Outcome
from haste.schema.solution import Operator, Scale

from .examples import example
from .series import brief_of, months
from .sweep import prototypes
from .test_catalogue import narrow
from .test_choose import attempt

BRIEF = example(Kind.REGRESSION, "rmse").brief(order="textbook")
BASE = Recipe.model_validate(BuiltinEngineer().draft(BRIEF, 1)[0].recipe)


def repaired(
    recipe: Recipe | None, outcome: Outcome, stderr: str = "", history: tuple[Any, ...] = (), brief: Brief = BRIEF
) -> Recipe | None:
    failure = Failure(
        candidate="c9", title="It", code="", recipe=recipe.model_dump(mode="json") if recipe else None,
        technique="ratios",
        outcome=outcome, detail="", stderr=stderr, attempt=1,
    )  # fmt: skip
    proposal = BuiltinEngineer().debug(brief.model_copy(update={"failure": failure, "history": history}))
    return None if proposal is None else Recipe.model_validate(proposal.recipe)


def test_too_slow_gives_up_averages_then_steps_then_trees() -> None:
    heavy = BASE.change(seeds=5, model=BASE.model.put("neighbour_target", count=5))
    first = repaired(heavy, Outcome.TIMED_OUT)
    assert first == heavy.change(seeds=1)
    second = repaired(first, Outcome.OUT_OF_MEMORY)
    assert second is not None
    assert second.model.steps == ()
    third = repaired(second, Outcome.TIMED_OUT)
    assert third is not None
    assert third.model.params["n_estimators"] == BASE.model.params["n_estimators"] // 3


def test_a_missing_package_moves_to_a_model_without_it() -> None:
    moved = repaired(BASE, Outcome.CRASHED, "ModuleNotFoundError: No module named 'lightgbm'")
    assert moved is not None
    assert moved.model.family != "lightgbm"


def test_a_crashed_prototype_loses_its_newest_step() -> None:
    drafted = BASE.change(features=(Step(name="text_lengths"),))
    history = (attempt("use_lightgbm", candidate="c9", operator=Operator.DRAFT, scale=Scale.APPROACH),)
    found = repaired(drafted, Outcome.CRASHED, "ValueError", history)
    assert found is not None
    assert found.features == ()


@pytest.mark.parametrize("brief", [brief_of(months()), narrow().brief()], ids=["series", "coordinates"])
def test_a_prototype_that_crashes_again_and_again_keeps_what_its_script_is_made_of(brief: Brief) -> None:
    for recipe in prototypes(brief).values():
        last, left = recipe, repaired(recipe, Outcome.CRASHED, brief=brief)
        while left is not None:
            last, left = left, repaired(left, Outcome.CRASHED, brief=brief)
        assert [step for step in recipe.model.steps if step.name in ("clock", "surface")] == list(last.model.steps)
        assert last.feature("calendar") == recipe.feature("calendar")


def test_a_crashed_refinement_is_not_turned_back_into_its_parent() -> None:
    changed = BASE.put("ratios", count=4)
    assert repaired(changed, Outcome.CRASHED, "ValueError", (attempt("ratios", candidate="c9"),)) is None


def test_a_refused_submission_of_numbers_is_clipped() -> None:
    found = repaired(BASE, Outcome.INVALID_SUBMISSION)
    assert found is not None
    assert [step.name for step in found.finish] == ["clip"]


def test_a_strangers_script_is_not_repaired() -> None:
    assert repaired(None, Outcome.TIMED_OUT) is None
