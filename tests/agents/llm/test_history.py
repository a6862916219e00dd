from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from haste.agents.llm.changes import _history
from haste.agents.llm.history import LINES, NAMED, OLDER, RECENT, history_lines, trials
from haste.agents.llm.standing import undone_words
from haste.schema.brief import Attempt
from haste.schema.execution import Outcome
from haste.schema.solution import Diagnosis, Operator, Scale

from .briefs import attempt, history, refining

ATTEMPTS = st.builds(
    Attempt,
    candidate=st.integers(1, 999).map("c{}".format),
    branch=st.sampled_from(["c1", "c2"]),
    operator=st.sampled_from(Operator),
    title=st.text(max_size=150),
    technique=st.none() | st.sampled_from([f"technique_{n}" for n in range(150)]) | st.text(max_size=60),
    scale=st.sampled_from(Scale),
    diagnosis=st.none() | st.sampled_from(Diagnosis),
    outcome=st.sampled_from(Outcome),
    score=st.none() | st.floats(-1e9, 1e9),
    gain=st.none() | st.floats(-1e9, 1e9),
    noise=st.none() | st.floats(0, 1e9),
    kept=st.none() | st.booleans(),
    detail=st.text(max_size=400),
    parent=st.none() | st.text(max_size=20),
    fold_scores=st.dictionaries(st.integers(0, 30), st.floats(-1e9, 1e9), max_size=20),
    fold_gains=st.lists(st.floats(-1e9, 1e9), max_size=20).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ATTEMPTS, max_size=30), st.integers(1, 30), st.sampled_from([None, "c1"]))
def test_any_history_fits_into_its_lines(past: list[Attempt], times: int, branch: str | None) -> None:
    long = past * times
    for lines in (history_lines(long, branch), history_lines(long, branch, only_recent=True), trials(long)):
        assert len(lines) <= LINES
        assert all(len(line.splitlines()) == 1 for line in lines)
        assert all(len(line) < 2500 for line in lines)
    assert history_lines(long, branch) == history_lines(long, branch)


def test_fifty_and_five_hundred_iterations_fit() -> None:
    for changes in (50, 500):
        assert len(history_lines(history(changes), "c1")) <= LINES
        assert sum(map(len, history_lines(history(changes), "c1"))) < 4000


def test_all_that_a_refinement_is_shown_of_the_past_stays_under_twenty_lines() -> None:
    """The worst case: changes of every scale, kept and not, all with expectations; fences are no content."""
    for changes in (50, 500):
        past = tuple(
            attempt(f"c{n}", technique=f"move_{n % 40}", scale=list(Scale)[n % 3], kept=n % 7 == 0, expected="a gain")
            for n in range(changes)
        )
        brief = refining("affairs", history=history(changes)[:3] + past, branch="c1")
        parts = [_history(history_lines(brief.history, brief.branch, brief.folds)), undone_words(brief)]
        lines = [one for part in parts for one in part.splitlines() if one.strip() and not one.startswith("```")]
        assert 15 < len(lines) < 20


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, NAMED - 1), st.sampled_from(Scale), st.booleans()), max_size=300))
def test_every_technique_is_named_up_to_the_bound(tries: list[tuple[int, Scale, bool]]) -> None:
    past = [
        attempt(f"c{n}", technique=f"move_{t}_", scale=scale, kept=kept) for n, (t, scale, kept) in enumerate(tries)
    ]
    text = "\n".join(history_lines(past, "c1"))
    assert all(f"move_{t}_" in text for t, _, _ in tries)


def test_beyond_the_bound_the_latest_are_named_and_the_rest_counted() -> None:
    past = [attempt(f"c{n}", technique=f"move_{n}_", kept=False, gain=-0.01) for n in range(60)]
    (counts,) = [line for line in history_lines(past, "c1") if line.startswith("earlier")]
    counted = 60 - RECENT - OLDER
    assert f"{counted} tries, mean -0.01, best -0.01 (move_{counted - 1}_ -0.01, " in counts
    assert counts.endswith(f"and {counted - NAMED} more)")


def test_the_latest_say_everything_older_ones_less() -> None:
    lines = history_lines(history(31), "c1")
    assert lines[0].startswith(
        "prototypes: c1 use_linear, Linear (scored 0.691 on fold 1, 0.701 as the mean of 2 folds); c2 "
    )
    assert lines[0].endswith("(scored 0.68 on fold 1 alone)")
    older, recent = lines[-RECENT - OLDER : -RECENT], lines[-RECENT:]
    assert all("Try" not in line for line in older)
    assert all(" | Try " in line for line in recent)
    assert recent[-1].startswith("c34 ")
    assert any("crashed: ValueError: NaN" in line for line in recent)
    assert any("[on branch c2]" in line for line in history_lines(history(35), "c1"))


def test_gains_and_fates_are_said() -> None:
    (kept,) = history_lines([attempt("c4", gain=0.0123, noise=0.004, kept=True)], "c1")
    (undone,) = history_lines([attempt("c4", gain=-0.5, noise=None, kept=False)], "c1")
    (failed,) = history_lines([attempt("c4", outcome=Outcome.TIMED_OUT, detail="600 s", gain=None)], "c1")
    assert kept.endswith("+0.0123 ± 0.0040, kept")
    assert undone.endswith("-0.5, undone")
    assert failed.endswith("timed out: 600 s")


def test_a_technique_that_helped_once_is_not_among_the_hopeless() -> None:
    early = [attempt("c1", technique="ratios", kept=True), attempt("c2", technique="ratios", kept=False, gain=-0.02)]
    lines = history_lines([*early, *history(RECENT + OLDER)[3:]], "c1")
    assert lines[0] == "earlier, tweak, helped: 2 tries, mean -0.005, best +0.01 (ratios x2 +0.01)"


def test_trials_put_the_clearest_first_and_name_candidates() -> None:
    past = [
        attempt("c4", technique="weak", gain=0.001, noise=0.01, kept=False),
        attempt("c5", technique="strong", gain=0.05, noise=0.01, parent="c4", scale=Scale.STRUCTURAL),
        attempt("c6", technique="weak", gain=-0.002, noise=0.01, kept=False),
    ]
    assert trials(past) == [
        'strong (structural, "Change"): c5 of c4 +0.050 ± 0.010, kept',
        'weak (tweak, "Change"): c4 +0.001 ± 0.010, undone; c6 -0.002 ± 0.010, undone',
    ]


def test_gains_on_fewer_folds_say_so() -> None:
    stopped = attempt("c4", gain=-0.01, noise=0.002, kept=False, fold_gains=(-0.012, -0.008))
    whole = attempt("c5", gain=0.01, noise=0.002, fold_gains=(0.012, 0.008, 0.01))
    alone = attempt("c6", gain=-0.01, noise=None, kept=False, fold_gains=(-0.01,))
    equal = attempt("c7", gain=-1 / 60, noise=1e-18, kept=False, fold_gains=(-1 / 60, -1 / 60))
    older = history_lines([stopped, whole, alone, *history(RECENT)[3:]], "c1", 3)
    assert older[0].endswith("-0.0100 ± 0.0020 on 2 of 3 folds, undone")
    assert older[1].endswith("+0.0100 ± 0.0020, kept")
    assert older[2].endswith("-0.01 on 1 of 3 folds, undone")
    (older, *_) = history_lines([equal, *history(RECENT)[3:]], "c1", 3)
    assert older.endswith("-0.0167 (no ±, its folds are equal) on 2 of 3 folds, undone")
    (latest,) = history_lines([stopped], "c1", 3)
    assert latest.endswith("-0.0100 ± 0.0020, undone (by fold -0.0120, -0.0080)")
    (latest,) = history_lines([alone], "c1", 3)
    assert latest.endswith("-0.01 on 1 of 3 folds, undone")
    assert (
        "c4 -0.0100 ± 0.0020 on 2 of 3 folds, undone; c5 +0.0100 ± 0.0020, kept; "
        in trials([stopped, whole, alone], 3)[0]
    )


def test_a_change_of_another_scale_than_asked_is_marked() -> None:
    (line,) = history_lines([attempt("c4", scale=Scale.STRUCTURAL, asked=Scale.TWEAK)], "c1")
    assert line.startswith("c4 structural (asked: tweak) change | ")


def test_what_a_line_has_no_room_for_is_counted() -> None:
    drafts = [attempt(f"c{n}", operator=Operator.DRAFT, gain=None, kept=None) for n in range(8)]
    assert history_lines(drafts, "c1")[0].endswith("; and 2 more")
    (line,) = history_lines([attempt("c4", fold_gains=(0.01,) * 13)], "c1")
    assert line.endswith(", 3 more)")
    assert trials([attempt(f"c{n}", gain=n / 100) for n in range(1, 8)])[0].endswith("; and 3 more")


def test_trials_of_many_techniques_fit_and_name_the_clearest() -> None:
    past = [attempt(f"c{n}", technique=f"move_{n}_", gain=n / 100, noise=0.01) for n in range(60)]
    lines = trials(past)
    assert len(lines) == LINES
    assert lines[0].startswith("move_59_ (")
    named = LINES - 1 + NAMED
    assert all(sum(f"move_{n}_" in line for line in lines) == 1 for n in range(60 - named, 60))
    assert lines[-1].endswith(f" and {60 - named} more")


def test_one_fold_is_never_shown_as_the_mean_of_all() -> None:
    draft = {"operator": Operator.DRAFT, "gain": None, "noise": None, "kept": None}
    past = [
        attempt("c1", technique="whole", score=0.5, fold_scores={0: 0.4, 1: 0.6}, **draft),
        attempt("c2", technique="screened", score=0.45, fold_scores={0: 0.45}, **draft),
    ]
    for told in (history_lines(past, "c1")[0], "\n".join(trials(past))):
        assert "scored 0.4 on fold 1, 0.5 as the mean of 2 folds" in told
        assert "scored 0.45 on fold 1 alone" in told


def test_the_latest_say_what_each_fold_gained_and_what_was_changed() -> None:
    (line,) = history_lines([attempt("c4", gain=0.01, noise=0.012, fold_gains=(0.03, -0.01, 1e-17), parent="c2")], "c1")
    assert "c4 tweak change of c2 | " in line
    assert line.endswith("+0.010 ± 0.012, kept (by fold +0.030, -0.010, 0)")


def test_an_average_is_no_technique() -> None:
    average = attempt("c9", operator=Operator.ENSEMBLE, technique=None, title="Vote of c8, c5", gain=None)
    assert trials([attempt("c4", technique="ratios"), average])[0].startswith("ratios ")
    assert len(trials([attempt("c4"), average])) == 1
    assert history_lines([average], "c1") == []
