"""The object of `haste run --json`: what each number counts."""

import json

import pytest

from haste.schema.competition import Trust
from haste.schema.config import SearchConfig
from haste.schema.errors import StoreError
from haste.schema.execution import Guarantee, Outcome
from haste.view.summary import summarise

from .told_run import GOOD, RMSE, Player, Script, competition, good_run, warm_run

KEYS = (
    "run_id competition domain model loading start seed stop_reason iterations iterations_to_best keep_rate executions "
    "validation_score validation_trust grade medal skills_loaded learnings tokens usd wall_s overhead_s submission"
)


def summary(player: Player) -> dict:
    return summarise(player.store.read(), player.store.read_grades())


def test_a_finished_run_counts_what_happened() -> None:
    told = summary(good_run().grade(0.91))
    assert set(KEYS.split()) <= set(told)
    assert told["stop_reason"] == "iterations"
    assert told["iterations"] == 6
    assert told["iterations_to_best"] == 4  # c7 is the fourth refinement over both branches
    assert told["keep_rate"] == pytest.approx(3 / 6)  # c4, c7, c8
    assert told["executions"] == 34
    assert (told["grade"], told["medal"], told["rank"]) == (0.91, "silver", 7)
    assert told["tokens"] == {"input": 0, "cached": 0, "output": 0}
    assert told["usd"] == 0.0
    assert told["learnings"] == 2
    assert told["submission"] == "submission.csv"
    assert json.loads(json.dumps(told)) == told


def test_overhead_is_the_time_in_which_no_candidate_ran() -> None:
    told = summary(good_run())
    assert told["wall_s"] == pytest.approx(87.0)
    assert told["overhead_s"] == pytest.approx(87.0 - 34 * (2.0 - 0.25))


def test_the_gap_between_kill_and_resume_does_not_count() -> None:
    whole = summary(good_run())
    player = Player(Script(dict(GOOD))).begin().play(stop_after=40)
    before = summary(player)["wall_s"]
    player.resume(after_s=10_000)
    assert summary(player)["wall_s"] == before
    resumed = summary(player.play())
    same = {"iterations", "iterations_to_best", "keep_rate", "validation_score", "executions"}
    assert {k: resumed[k] for k in same} == {k: whole[k] for k in same}
    assert resumed["wall_s"] < 100


@pytest.mark.parametrize("stop_after", [1, 2, 3, 5, 12, 25, 60, 86])
def test_an_unfinished_run_says_so(stop_after: int) -> None:
    told = summary(Player(Script(dict(GOOD))).begin().play(stop_after=stop_after) if stop_after > 1 else begun())
    for key in ("stop_reason", "validation_score", "submission", "grade", "medal", "learnings"):
        assert told[key] is None


def begun() -> Player:
    return Player(Script(dict(GOOD))).begin()


def test_nothing_scored_means_unknown_not_zero() -> None:
    told = summary(begun())
    assert told["iterations_to_best"] is None
    assert told["keep_rate"] is None
    assert told["iterations"] == 0


def test_a_prototype_that_is_never_beaten_needs_no_iteration() -> None:
    told = summary(Player(Script({1: 0.8, 2: 0.9, 3: 0.7, 4: 0.6})).begin().play())
    assert told["iterations_to_best"] == 0
    assert told["keep_rate"] == 0.0


def test_lower_is_better_where_the_metric_says_so() -> None:
    script = Script({1: 3.0, 2: 4.0, 3: 5.0, 4: 2.5, 5: 4.5, 6: 2.8})
    told = summary(Player(script, competition(RMSE)).begin().play())
    assert told["iterations_to_best"] == 1


def test_a_repaired_refinement_counts_once_at_its_own_place() -> None:
    crash = {"c4": (Outcome.CRASHED, "ValueError: no", "Traceback")}
    told = summary(Player(Script({1: 0.8, 2: 0.82, 3: 0.7, 5: 0.9, 6: 0.5}, fails=crash)).begin().play())
    assert told["iterations_to_best"] == 1
    assert told["iterations"] == 6
    assert told["keep_rate"] == pytest.approx(1 / 6)


def test_a_run_in_which_nothing_ran_ends_with_the_dummy() -> None:
    crash = (Outcome.CRASHED, "ImportError: x", "Traceback")
    script = Script({1: 0.5}, fails={f"c{n}": crash for n in range(1, 20)})
    told = summary(Player(script).begin().play())
    assert told["stop_reason"] == "no_valid_candidate"
    assert told["candidate"] is None
    assert told["validation_score"] is None
    assert told["submission"] == "submission.csv"


def test_skills_are_counted_once_they_are_chosen() -> None:
    assert summary(good_run())["skills_loaded"] == 0  # a cold start
    assert summary(warm_run().begin().play(stop_after=2))["skills_loaded"] is None
    told = summary(warm_run().begin().play())
    assert (told["start"], told["loading"], told["skills_loaded"]) == ("warm", "tiered-ranked", 1)


def test_reported_scores_and_missing_guarantees_are_marked() -> None:
    player = Player(Script(dict(GOOD)), competition(trust=Trust.REPORTED)).begin((Guarantee.NO_NETWORK,))
    told = summary(player.play())
    assert told["validation_trust"] == "reported"
    assert told["missing_guarantees"] == ["no_network"]


def test_a_grade_of_another_submission_does_not_count() -> None:
    graded, other = good_run().grade(0.9), Player(Script(dict(GOOD))).begin().play(stop_after=60)
    assert summarise(other.store.read(), graded.store.read_grades())["grade"] is None


def test_no_leaderboard_means_no_medal_but_a_grade() -> None:
    told = summary(good_run().grade(0.9, medal=None))
    assert (told["grade"], told["medal"]) == (0.9, None)


def test_no_iterations_at_all() -> None:
    search = SearchConfig(iterations=0, runner_up_iterations=0)
    told = summary(Player(Script(dict(GOOD)), search=search).begin().play())
    assert (told["iterations"], told["iterations_to_best"], told["keep_rate"]) == (0, 0, None)


def test_an_empty_journal_is_an_error_with_advice() -> None:
    with pytest.raises(StoreError, match="never began"):
        summarise((), ())
