"""What is counted of a study, on rows whose answers are known by hand."""

from __future__ import annotations

import pytest

from haste.campaign.study.catalogue import PLANS
from haste.campaign.study.compare import Missing, compare
from haste.campaign.study.plan import Arm, Contrast, Plan, RunKey
from haste.campaign.study.retry import better_of_two
from haste.campaign.study.summary import summarise
from haste.schema.knowledge import Loading
from haste.skills.interval import wilson

from .study_rows import config, row, rows_of

PLAN = Plan(
    name="made-up",
    title="Made up",
    question="?",
    arms=(Arm(name="a", title="a"), Arm(name="b", title="b")),
    contrasts=(Contrast(name="a or b", arm="a", against="b"),),
    cannot_show=(),
)


def of(*rows, places: int = 2):
    (found,) = compare(PLAN, rows, places).contrasts
    return found


def test_a_reduction_is_of_sums_and_a_keep_rate_of_all_changes_together():
    found = of(
        row("a", "one", iterations_to_best=1, kept=3, decided=4, normalised=0.9, medal="gold"),
        row("b", "one", iterations_to_best=4, kept=1, decided=4, normalised=0.5),
        row("a", "two", iterations_to_best=2, kept=0, decided=2, normalised=0.5),
        row("b", "two", iterations_to_best=2, kept=3, decided=6, normalised=0.6, medal="silver"),
    )
    assert found.iterations_to_best_reduction.value == pytest.approx(1 - 3 / 6)
    assert (found.iterations_to_best_arm.value, found.iterations_to_best_against.value) == (1.5, 3)
    assert found.keep_rate_arm.value == pytest.approx(3 / 6)
    assert found.keep_rate_against.value == pytest.approx(4 / 10)
    assert found.keep_rate_difference.value == pytest.approx(0.1)
    assert found.score_difference.value == pytest.approx((0.4 - 0.1) / 2)
    assert found.medal_difference.value == 0
    assert (found.pairs, found.unpaired, found.competitions, found.seeds) == (2, 0, 2, 1)
    one, two = found.by_competition
    assert (one.name, one.pairs, one.keep_rate_difference.value) == ("one", 1, 0.5)
    assert (two.decided_arm, two.decided_against) == (2, 6)
    assert (one.iterations_to_best_reduction.value, two.iterations_to_best_reduction.value) == (0.75, 0)
    assert one.score_difference.low is None  # one seed
    (domain,) = found.by_domain
    assert (domain.name, domain.competitions) == ("tabular", 2)
    assert domain.score_difference == found.score_difference


def test_where_no_leaderboard_ranks_a_run_its_medal_is_unknown_and_not_none():
    rows = [row("a", "one", medal="gold"), row("b", "one"), row("a", "two", medal=None), row("b", "two", medal=None)]
    found = compare(PLAN, rows, 2)
    assert [arm.medal_rate.value for arm in found.arms] == [1.0, 0.0]
    assert found.contrasts[0].medal_difference.value == 1.0
    unranked = compare(PLAN, rows[2:], 1)
    assert [arm.medal_rate.value for arm in unranked.arms] == [None, None]
    assert unranked.contrasts[0].medal_difference.value is None


def test_a_share_of_everything_is_no_certainty():
    rows = [row(arm, name, seed, medal="gold") for arm in "ab" for name in "fghij" for seed in range(3)]
    found = compare(PLAN, rows, 15)
    assert (found.arms[0].medal_rate.low, found.arms[0].medal_rate.high) == wilson(5, 5)
    (part, *_) = found.contrasts[0].by_competition
    assert (part.score_difference.value, part.score_difference.low) == (0.0, None)
    assert found.contrasts[0].score_difference.alike


def test_nothing_can_be_saved_of_nothing():
    found = of(row("a", iterations_to_best=3), row("b", iterations_to_best=0))
    assert found.iterations_to_best_reduction.value is None
    assert found.iterations_reduction.value == 0
    unscored = of(row("a", iterations_to_best=None, best_score=None), row("b"))
    assert unscored.iterations_to_best_reduction.value is None
    assert unscored.iterations_to_best_against.value == 2
    assert of(row("a", normalised=None), row("b")).score_difference.value is None
    assert of(row("a", kept=0, decided=0), row("b")).keep_rate_difference.value is None


@pytest.mark.parametrize(
    ("higher", "milestones", "best", "place", "matched"),
    [
        (True, ((0, 0.6), (3, 0.8)), 0.7, 3, 1.0),
        (True, ((0, 0.6), (3, 0.7)), 0.7, 3, 1.0),  # equal is enough
        (True, ((0, 0.7),), 0.7, 0, 1.0),
        (True, ((0, 0.6),), 0.7, 5, 0.0),  # never: all four and one
        (False, ((0, 0.9), (2, 0.6)), 0.7, 2, 1.0),
        (False, ((0, 0.9),), 0.7, 5, 0.0),
    ],
)
def test_until_the_others_best_score_was_reached(higher, milestones, best, place, matched):
    found = of(
        row("a", milestones=milestones, higher_is_better=higher),
        row("b", best_score=best, higher_is_better=higher, iterations_to_best=10),
    )
    assert found.iterations_to_match_reduction.value == pytest.approx(1 - place / 10)
    assert found.matched.value == matched


def test_only_runs_of_equal_competition_and_seed_are_compared_and_the_others_are_counted():
    found = of(row("a", "one", 0), row("a", "one", 1), row("b", "one", 1), row("b", "two", 0), places=4)
    assert (found.pairs, found.unpaired) == (1, 3)
    assert compare(PLAN, [row("a", "one"), row("b", "two")], 2).contrasts == ()
    missing = (Missing(arm="a", competition="two", seed=0, reason="not begun"),)
    assert compare(PLAN, [row("a")], 2, missing).missing == missing


def test_the_better_of_two_attempts_costs_both():
    one = row("cold", best_score=0.7, iterations=4, iterations_to_best=2, milestones=((2, 0.7),))
    two = row("warm", best_score=0.8, iterations=5, iterations_to_best=1, milestones=((1, 0.8),), decided=2)
    (found,) = better_of_two("twice", [one], [two])
    assert (found.arm, found.best_score, found.normalised) == ("twice", 0.8, two.normalised)
    assert (found.iterations, found.iterations_to_best) == (9, 5)  # all of the first, and one
    assert found.milestones == ((2, 0.7), (5, 0.8))
    assert (found.reached(0.7), found.reached(0.75), found.reached(0.9)) == (2, 5, None)
    assert (found.decided, found.kept, found.executions) == (6, 2, 40)
    (other,) = better_of_two("twice", [two], [one])
    assert (other.best_score, other.iterations_to_best) == (0.8, 1)
    assert other.milestones == ((1, 0.8), (7, 0.7))


@pytest.mark.parametrize("higher", [True, False])
def test_of_two_equal_attempts_the_first_counts(higher: bool):
    one, two = (row(arm, higher_is_better=higher, iterations_to_best=n) for n, arm in enumerate(("a", "b")))
    assert [one.iterations_to_best for one in better_of_two("twice", [one], [two])] == [0]


def test_both_attempts_are_of_one_competition_and_seed_and_thus_on_equal_folds():
    assert better_of_two("twice", [row("a", seed=0)], [row("b", seed=1)]) == []
    unscored = row("b", best_score=None, iterations_to_best=None, milestones=())
    assert [one.best_score for one in better_of_two("twice", [row("a")], [unscored])] == [0.7]
    assert [one.best_score for one in better_of_two("twice", [unscored], [row("a")])] == [0.7]


def test_the_retry_control_holds_a_warm_second_attempt_against_a_cold_one():
    plan = config("start").plan
    tries = {one.name: (one.first, one.second) for one in plan.tries}
    (retry,) = [one for one in plan.contrasts if one.name == "retry"]
    assert tries[retry.arm] == ("uninformed", "warm")
    assert tries[retry.against] == ("uninformed", "textbook")


def test_a_flat_pool_holds_what_single_other_competitions_taught_and_starts_do_not_see_it():
    for study, shown in (("loading", True), ("start", False), ("size", False)):
        told = config(study)
        arm = next(arm for arm in told.plan.arms if arm.warm)
        assert told.config_of(RunKey(arm.name, told.competitions[0], 0)).competition_tier is shown


@pytest.mark.parametrize("study", list(PLANS))
@pytest.mark.parametrize("dials", [{}, {"iterations": 5, "runner_up_iterations": 3}])
def test_every_arm_may_propose_equally_many_refinements(study: str, dials: dict[str, int]):
    told = config(study)
    told = told.model_copy(
        update={"run": told.run.model_copy(update={"search": told.run.search.model_copy(update=dials)})}
    )
    budgets = {}
    for arm in told.plan.arms:
        search = told.config_of(RunKey(arm.name, told.competitions[0], 0)).search
        runs_second = search.runner_up and search.prototypes > 1
        budgets[arm.name] = search.iterations + search.runner_up_iterations * runs_second
        assert arm.alone is not runs_second
    assert set(budgets.values()) == {8 if dials else 26 if study == "start" else 10}


@pytest.mark.parametrize(("size", "bins"), [("inventory", "by_inventory"), ("skills_loaded", "by_skills_loaded")])
def test_runs_are_told_apart_by_how_many_skills_there_were_and_how_many_they_saw(size: str, bins: str):
    shown = (("one", 0), ("two", 12), ("three", 60))
    rows = [row("a", name, **{size: n}, kept=n // 10, decided=10) for name, n in shown]
    bins = getattr(compare(PLAN, rows, 3), bins)
    assert [(one.low, one.runs, one.keep_rate.value) for one in bins] == [
        (0, 1, 0.0),
        (1, 1, 0.1),
        (16, 0, None),
        (50, 1, 0.6),
    ]


def test_few_skills_are_as_the_paper_has_them_none_among_them():
    rows = [row("a", name, inventory=n, kept=n // 10, decided=10) for name, n in (("one", 0), ("two", 15), ("six", 60))]
    found = compare(PLAN, rows, 3)
    assert [(one.low, one.high, one.runs, one.decided, one.keep_rate.value) for one in found.by_papers_sizes] == [
        (0, 15, 2, 20, 0.05),
        (50, None, 1, 10, 0.6),
    ]
    told = summarise(config("size"), found, "")["keep_rate_by_papers_sizes"]
    assert (told["0-15"], told["0-15_runs"], told["0-15_decided"]) == (0.05, 2, 20)


def test_an_effect_that_was_put_in_is_found_and_none_that_was_not():
    plan = config()
    there = compare(plan.plan, rows_of(plan, gain=0.4), plan.places)
    by_name = {one.name: one for one in there.contrasts}
    assert by_name["textbook"].iterations_to_best_reduction.low > 0.1
    assert by_name["textbook"].keep_rate_difference.low > 0.1
    nothing = {one.name: one for one in compare(plan.plan, rows_of(plan, gain=0.0), plan.places).contrasts}
    assert nothing["handbook"].score_difference.low < 0 < nothing["handbook"].score_difference.high


@pytest.mark.parametrize("study", list(PLANS))
def test_every_study_has_a_flat_summary(study: str):
    plan = config(study, competitions=5, seeds=2)
    comparison = compare(plan.plan, rows_of(plan), plan.places)
    summary = summarise(plan, comparison, "haste ablate")
    assert list(summary["contrasts"]) == [one.name for one in plan.plan.contrasts]
    assert list(summary["arms"]) == [one.name for one in plan.plan.arms]
    for part in (*summary["contrasts"].values(), *summary["arms"].values()):
        for name in (name for name in part if part.get(f"{name}_interval")):
            low, high = part[f"{name}_interval"]
            assert low <= part[name] <= high
    assert (summary["pairs"], len(summary["competitions"]), summary["seeds"]) == (10, 5, [0, 1])
    assert ("keep_rate_warm" in summary) is (study == "start")
    if study == "start":
        textbook = summary["contrasts"]["textbook"]
        assert summary["keep_rate_warm"] == textbook["keep_rate_arm"]
        assert summary["keep_rate_cold_interval"] == textbook["keep_rate_against_interval"]
        assert summary["uninformed"]["score_difference"] == summary["contrasts"]["uninformed"]["score_difference"]


def test_ranked_policies_are_held_to_the_tiered_contexts_size_and_the_ranked_tiers_to_half():
    told = config("loading")
    runs = [told.config_of(RunKey(arm.name, told.competitions[0], 0)) for arm in told.plan.arms]
    shares = {run.loading: run.as_tiered for run in runs if run.as_tiered}
    assert shares == {Loading.RETRIEVAL: 1.0, Loading.RANDOM: 1.0, Loading.TIERED_RANKED: 0.5}
