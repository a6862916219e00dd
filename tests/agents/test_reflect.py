from __future__ import annotations

import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.schema.brief import Attempt
from haste.schema.competition import Kind
from haste.schema.execution import Outcome
from haste.schema.knowledge import Learning, Tier
from haste.schema.solution import Operator, Scale

from .examples import example
from .test_choose import attempt

MADE = example(Kind.BINARY, "roc_auc").brief()
BRIEF = MADE.model_copy(
    update={"profile": MADE.profile.model_copy(update={"facts": {"rows": 240, "numeric_columns": 10, "columns": 12}})}
)


def learned(*history: Attempt) -> dict[str, Learning]:
    found = BuiltinEngineer().reflect(BRIEF.model_copy(update={"history": history}))
    assert len({learning.id for learning in found}) == len(found)
    return {learning.technique or "": learning for learning in found}


def test_what_was_kept_and_what_hurt() -> None:
    found = learned(
        attempt("ratios", candidate="c4", gain=0.03, noise=0.01, kept=True),
        attempt("ratios", candidate="c5", gain=0.01, noise=0.01, kept=False),
        attempt("winsorise", candidate="c6", gain=-0.04, noise=0.01),
    )
    helped, hurt = found["ratios"], found["winsorise"]
    assert helped.claim == "tabular/ratios/+"
    assert (helped.kept, helped.tried, helped.gain, helped.supports) == (1, 2, 2.0, ("c4", "c5"))
    assert helped.tier is Tier.DOMAIN
    assert hurt.claim == "tabular/winsorise/-"
    assert hurt.gain == -4.0
    assert "hurt" in hurt.statement


def test_conditions_are_preconditions_whose_facts_are_known() -> None:
    found = learned(attempt("ratios", gain=0.03, kept=True), attempt("log_skewed_columns", gain=0.03, kept=True))
    assert {str(condition) for condition in found["ratios"].conditions} == {"numeric_columns >= 2", "rows >= 100"}
    assert {str(c) for c in found["log_skewed_columns"].conditions} == {"numeric_columns >= 1"}


def test_averaging_is_proposed_for_all_domains_and_small_effects_for_one_competition() -> None:
    found = learned(attempt("average_seeds", gain=0.03, kept=True), attempt("ratios", gain=0.011, kept=True))
    assert found["average_seeds"].tier is Tier.GLOBAL
    assert found["average_seeds"].claim == "any/average_seeds/+"
    assert found["ratios"].tier is Tier.COMPETITION


def test_at_least_two_and_at_most_five() -> None:
    dull = [attempt(name, gain=0.0001) for name in ("ratios", "products", "winsorise")]
    assert len(learned(*dull)) == 2
    names = ["ratios", "products", "winsorise", "average_seeds", "average_folds", "shallower_trees", "deeper_trees"]
    assert len(learned(*[attempt(name, gain=0.05, kept=True) for name in names])) == 5


def test_failures_and_strangers_teach_nothing() -> None:
    assert (
        learned(attempt("ratios", outcome=Outcome.CRASHED, kept=None, gain=None), attempt("not_ours", kept=True)) == {}
    )


def drafts(**scores: float) -> list[Attempt]:
    made = {"operator": Operator.DRAFT, "scale": Scale.APPROACH, "kept": None, "gain": None}
    return [
        attempt(f"use_{name}", candidate=name, score=score, fold_scores={0: score}, **made)
        for name, score in scores.items()
    ]


def test_the_best_beginning_is_told() -> None:
    found = learned(*drafts(linear=0.7, kernel=0.9))
    assert {one.claim for one in found.values()} == {"tabular/begin_with_kernel/+"}
    assert found["begin_with_kernel"].tier is Tier.COMPETITION
    three = learned(*drafts(linear=0.7, kernel=0.9, extra_trees=0.8))
    assert {one.claim for one in three.values()} == {"tabular/begin_with_kernel/+"}


def test_beginnings_are_compared_on_the_fold_that_all_ran() -> None:
    """The dropped one's single easy fold looks better than the winner's mean over all."""
    won, dropped = drafts(kernel=0.9, linear=0.85)
    won = won.model_copy(update={"score": 0.8, "fold_scores": {0: 0.9, 1: 0.7}})
    assert set(learned(won, dropped)) == {"begin_with_kernel"}


def test_a_beginnings_gain_is_over_the_next_best_and_in_spreads_of_its_folds() -> None:
    best, second, worst = drafts(kernel=0.9, extra_trees=0.85, linear=0.75)
    best = best.model_copy(update={"fold_scores": {0: 0.9, 1: 0.8, 2: 0.7}})
    found = learned(best, second, worst)
    assert found["begin_with_kernel"].gain == pytest.approx((0.9 - 0.85) / 0.1)
    assert learned(*drafts(kernel=0.9, linear=0.7))["begin_with_kernel"].gain is None


def test_a_beginning_has_its_place_among_many_learnings() -> None:
    names = ["ratios", "products", "winsorise", "average_seeds", "average_folds", "shallower_trees"]
    found = learned(*[attempt(name, gain=0.05, kept=True) for name in names], *drafts(linear=0.7, kernel=0.9))
    assert len(found) == 5
    assert "begin_with_kernel" in found


def test_statements_name_no_column_and_no_competition() -> None:
    found = learned(attempt("ratios", gain=0.03, kept=True), attempt("winsorise", gain=-0.04))
    for learning in found.values():
        for column in ("größe", "colour", "made-up", "Made up"):
            assert column not in learning.statement
