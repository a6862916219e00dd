"""A study's report says what its intervals allow, and no more."""

from __future__ import annotations

import re
from html import escape

import pytest

from haste.campaign.study.catalogue import PLANS
from haste.campaign.study.compare import Missing, compare
from haste.view.grid import grid
from haste.view.study_charts import Scale, _effect
from haste.view.study_markdown import study_markdown
from haste.view.study_page import study_page
from haste.view.study_words import (
    MEASURES,
    absent,
    basis,
    effect_text,
    figure_rows,
    finding,
    leaning,
    limits,
    made_with,
    range_text,
    verdict,
)
from tests.campaign.study_rows import config, rows_of

SAVED, KEPT, SCORE = (
    MEASURES[key] for key in ("iterations_to_best_reduction", "keep_rate_difference", "score_difference")
)


def interval(value=None, low=None, high=None):
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(
    ("found", "says", "effect", "spread"),
    [
        (interval(0.31, 0.12, 0.44), "better", "31 % fewer", "12 % to 44 % fewer"),
        (interval(-0.31, -0.44, -0.12), "worse", "31 % more", "12 % to 44 % more"),
        (interval(0.1, -0.2, 0.3), "open", "10 % fewer", "20 % more to 30 % fewer"),
        (interval(-0.1, -0.2, 0.3), "open", "10 % more", "20 % more to 30 % fewer"),
        (interval(0.1, 0.0, 0.3), "open", "10 % fewer", "equally many to 30 % fewer"),
        (interval(0.0, 0.0, 0.0), "same", "equally many", "equally many"),
        (interval(0.3), "alone", "30 % fewer", "–"),
        (interval(), "undefined", "–", "–"),
        (interval(0.0) | {"alike": True}, "same", "equally many", "–"),
        (interval(0.3) | {"alike": True}, "alike", "30 % fewer", "–"),
        (interval(0.0) | {"alike": False}, "alone", "equally many", "–"),
        (interval(0.004, 0.001, 0.02), "better", "0.4 % fewer", "0.1 % to 2 % fewer"),
        (interval(-3.0, -5.0, -1.0), "worse", "300 % more", "100 % to 500 % more"),
    ],
)
def test_what_an_interval_allows_to_be_said(found, says: str, effect: str, spread: str):
    assert verdict(found) == says
    assert effect_text(found, SAVED) == effect
    assert range_text(found, SAVED) == spread


def contrast(**intervals):
    told = {key: interval(0.1, -0.1, 0.3) for key in MEASURES}
    sides = {
        f"{name}_{side}": interval(0.5) for name in ("iterations_to_best", "keep_rate") for side in ("arm", "against")
    }
    counts = {"pairs": 75, "unpaired": 0, "competitions": 15, "seeds": 5, "matched": interval(0.6, 0.5, 0.7)}
    return {"name": "n", "arm": "warm", "against": "cold"} | told | sides | counts | intervals


def test_the_sentences_of_a_win():
    told = finding(
        contrast(
            iterations_to_best_reduction=interval(0.31, 0.12, 0.44),
            iterations_to_best_arm=interval(4.1),
            iterations_to_best_against=interval(5.94),
            keep_rate_difference=interval(0.17, 0.05, 0.29),
            keep_rate_arm=interval(0.45),
            keep_rate_against=interval(0.28),
            score_difference=interval(0.021, 0.0004, 0.04),
        )
    )
    assert told[0] == (
        "Warm came to its best score after 31 % fewer refinements than cold (95 % interval 12 % to 44 % fewer), "
        "4.1 against 5.9."
    )
    assert told[2] == (
        "The share of its changes that warm kept is 17 points higher than cold's (95 % interval 5 points to 29 points "
        "higher), 45 % against 28 %."
    )
    assert told[3] == "The held-out score of warm is 0.021 higher than cold's (95 % interval 0.0004 to 0.040 higher)."


def test_a_loss_is_said_as_plainly():
    told = finding(
        contrast(
            iterations_to_best_reduction=interval(-0.5, -0.9, -0.2),
            iterations_to_match_reduction=interval(-1.2, -2, -0.4),
            keep_rate_difference=interval(-0.01, -0.02, -0.004),
            score_difference=interval(-0.1, -0.2, -0.05),
        )
    )
    assert "50 % more refinements than cold" in told[0]
    assert "needed 120 % more refinements" in told[1]
    assert "it came there in 60 % of the pairs" in told[1]
    assert "is 1 point lower than cold's" in told[2]
    assert "0.100 lower than cold's" in told[3]


def test_what_cannot_be_told_is_not_told():
    for told in (finding(contrast()), finding(contrast(**{key: interval(0.1) for key in MEASURES}))):
        assert all("cannot be told" in sentence for sentence in told)
    undefined = finding(contrast(**{key: interval() for key in MEASURES}))
    assert all("cannot be told: not defined" in sentence for sentence in undefined)
    assert not re.search(r"\d+ % (fewer|more)", undefined[0])


def part(name: str, score: float | None, arm: float = 4.0, against: float = 5.0, pairs: int = 5):
    sides = {"iterations_to_best_arm": arm, "iterations_to_best_against": against}
    return {"name": name, "pairs": pairs, "score_difference": interval(score)} | sides


def test_an_effect_whose_direction_hangs_on_one_competition_is_said_to():
    parts = [part("one", 0.09), part("two", -0.02), part("three", -0.01, arm=9.0)]
    told = leaning(contrast(by_competition=parts, score_difference=interval(0.02, -0.1, 0.1)))
    assert told == ["Held-out score, normalised: the direction hangs on single competitions: 0.015 lower without one"]
    saved = interval(1 - 17 / 15, -0.5, 0.5)
    told = leaning(contrast(by_competition=parts, score_difference=interval(), iterations_to_best_reduction=saved))
    assert told == [
        "Refinements to the best score: the direction hangs on single competitions: 20 % fewer without three"
    ]
    assert told[0] in " ".join(finding(contrast(by_competition=parts, iterations_to_best_reduction=saved)))


def kept(name: str, arm: tuple[int, int], against: tuple[int, int]):
    rates = {f"keep_rate_{side}": of[0] / of[1] if of[1] else None for side, of in (("arm", arm), ("against", against))}
    return part(name, None) | rates | {"decided_arm": arm[1], "decided_against": against[1]}


def test_a_keep_rate_is_put_together_by_its_changes():
    parts = [kept("one", (9, 10), (1, 10)), kept("two", (1, 20), (4, 20)), kept("three", (0, 0), (1, 10))]
    whole = interval(10 / 30 - 6 / 40)
    (told,) = leaning(contrast(by_competition=parts, score_difference=interval(), keep_rate_difference=whole))
    assert told == "Keep rate: the direction hangs on single competitions: 12 points lower without one"
    older = [{key: value for key, value in one.items() if "decided" not in key} for one in parts]
    assert leaning(contrast(by_competition=older, score_difference=interval(), keep_rate_difference=whole)) == []


def test_many_competitions_that_turn_an_effect_are_counted():
    ups, downs = (part(f"up{n}", 0.1 + n / 100) for n in range(5)), (part(f"down{n}", -0.12) for n in range(5))
    parts = [*ups, *downs, part("last", 0.011)]
    (told,) = leaning(contrast(by_competition=parts, score_difference=interval(0.001, -1, 1)))
    assert told.endswith(
        ": 0.013 lower without up4, 0.012 lower without up3, 0.011 lower without up2, and so with 2 others"
    )


def test_no_direction_is_said_to_hang_on_a_competition_where_that_is_not_known():
    steady = [part("one", 0.05), part("two", 0.03), part("three", -0.01)]
    assert leaning(contrast(by_competition=steady, score_difference=interval(0.07 / 3))) == []
    turning = [part("one", 0.09), part("two", -0.02), part("three", -0.01)]
    assert leaning(contrast(by_competition=turning, score_difference=interval(0.03))) == []  # not of these pairs alone
    gone = [part("one", 0.1), part("two", 0.0)]
    (told,) = leaning(contrast(by_competition=gone, score_difference=interval(0.05)))
    assert told.endswith(": no difference without one")
    assert leaning(contrast(by_competition=[part("one", 0.1)], score_difference=interval(0.1))) == []
    assert leaning(contrast(by_competition=turning, score_difference=interval())) == []


def test_what_is_the_same_everywhere_is_not_called_a_win():
    told = finding(contrast(**{key: interval(0.0, 0.0, 0.0) for key in MEASURES}))
    assert [sentence.split(",")[0] for sentence in told[:1]] == [
        "Warm and cold needed equally many refinements to their best scores"
    ]
    assert "fewer" not in " ".join(told)


def test_what_is_missing_is_counted_and_named():
    assert basis(contrast()) == "75 pairs of runs on 15 competitions with 5 seeds"
    assert basis(contrast(pairs=1, competitions=1, seeds=1, unpaired=2)) == (
        "1 pair of runs on 1 competition with 1 seed; 2 pairs left out because a side is missing"
    )
    plan = config("start", competitions=2, seeds=1)
    rows = [row for row in rows_of(plan) if row.arm != "warm"]
    missing = (Missing(arm="warm", competition="c", seed=0, reason="RuntimeError: <b>"),)
    told = {"study": plan.model_dump(mode="json"), "comparison": compare(plan.plan, rows, 2, missing).model_dump()}
    said = absent(told["study"]["plan"], told["comparison"])
    assert "warm against textbook cannot be told: there is no pair of runs." in said
    assert "cold-then-warm against cold-twice cannot be told: there is no pair of runs." in said
    assert "Missing: warm on c, seed 0: RuntimeError: <b>." in said
    page = study_page(told["study"], told["comparison"], "haste ablate start")
    assert "RuntimeError: &lt;b&gt;" in page
    assert "RuntimeError: <b>" not in page


def test_a_warm_start_without_a_single_skill_is_said():
    plan = config("start", competitions=2, seeds=2)
    rows = [row.model_copy(update={"skills_loaded": 0}) for row in rows_of(plan)]
    told = compare(plan.plan, rows, 4).model_dump()
    said = absent(plan.plan.model_dump(mode="json"), told)
    assert [one.split()[0] for one in said] == ["warm"]
    assert absent(plan.plan.model_dump(mode="json"), compare(plan.plan, rows_of(plan), 4).model_dump()) == []


@pytest.mark.parametrize("study", list(PLANS))
def test_every_study_has_a_page_and_a_text(study: str):
    plan = config(study, competitions=6, seeds=3)
    comparison = compare(plan.plan, rows_of(plan), plan.places).model_dump(mode="json")
    told = plan.model_dump(mode="json")
    page, text = (make(told, comparison, f"haste ablate {study}") for make in (study_page, study_markdown))
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower().split()
    for contrast in comparison["contrasts"]:
        for sentence in finding(contrast):
            assert sentence in text
        for figure in figure_rows(contrast):
            assert all(cell in text and escape(cell) in page for cell in figure)
        assert f"Effects of {contrast['arm']} against {contrast['against']}" in page
    for limit in limits(told["plan"]):
        assert limit in text
    smaller = "iterations 8 (20), runner up iterations 2 (6), " in made_with(told)
    assert smaller is (study != "start")
    assert "folds by the data" in made_with(told)
    for form in (page, text):
        assert made_with(told) in form
        for arm in comparison["arms"]:
            assert f"{arm['executions']}" in form
    assert ("skills in the inventory, on average" in page) is (study == "size")
    assert ("Refinements until the best score, warm and textbook" in page) is (study == "start")
    for asks in ("http:", "https:", "<script", "src="):
        assert asks not in page


def test_marks_lie_where_their_numbers_say():
    """The whole's estimate is right of the zero line exactly when it is in the arm's favour."""
    for gain in (0.5, -0.5):
        plan = config("start", competitions=6, seeds=3)
        comparison = compare(plan.plan, rows_of(plan, gain), plan.places).model_dump(mode="json")
        page = study_page(plan.model_dump(mode="json"), comparison, "")
        forest = page[page.index("Effects of warm against textbook") :]
        zero = float(re.search(r'<line x1="([\d.]+)"[^>]*class="zero"', forest)[1])
        total = re.search(r'<g class="total">.*?<path d="M([\d.]+)', forest, re.DOTALL)
        assert (float(total[1]) + 7 > zero) is (gain > 0)


def test_an_estimate_beyond_the_axis_has_an_arrow_with_and_without_an_interval():
    scale = Scale(-1.0, 1.0, 100.0, 300.0)
    for value, low, high, tip in ((-5.0, None, None, 100), (5.0, None, None, 300), (-5.0, -9.0, -4.0, 100)):
        drawn = "".join(one.html for one in _effect(interval(value, low, high), scale, 50.0, ""))
        assert f'd="M{tip}.0 50.0' in drawn
        assert 'class="mark beyond"' in drawn
    assert "beyond" not in "".join(one.html for one in _effect(interval(0.5, -9.0, 9.0), scale, 50.0, ""))
    plan = config("start")
    comparison = compare(plan.plan, rows_of(plan), plan.places).model_dump(mode="json")
    words = "the estimate itself lies beyond the picture"
    assert words not in study_page(plan.model_dump(mode="json"), comparison, "")
    comparison["contrasts"][0]["by_competition"][0]["score_difference"] = interval(-9.0)
    assert words in study_page(plan.model_dump(mode="json"), comparison, "")


def test_a_study_of_one_competition_and_one_seed_has_a_page_too():
    plan = config("pipeline", competitions=1, seeds=1)
    comparison = compare(plan.plan, rows_of(plan), 1).model_dump(mode="json")
    assert "too few competitions for an interval" in study_page(plan.model_dump(mode="json"), comparison, "")
    empty = compare(plan.plan, [], 1).model_dump(mode="json")
    assert "there is no pair of runs" in study_page(plan.model_dump(mode="json"), empty, "")


def test_a_bar_in_a_cell_does_not_end_it():
    assert grid(("a",), [("x|y",)]) == ["| a |", "|---|", "| x\\|y |"]
