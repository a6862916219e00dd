"""Where the search stands, in words: branches, noise, diagnostics, what became of expectations."""

from __future__ import annotations

import json
import re

import pytest

from haste.agents.llm.figures import measured, signed
from haste.agents.llm.standing import (
    OTHER_SCRIPT,
    diagnostics_words,
    noise_words,
    other_script,
    others_lines,
    undone_words,
    wall_words,
)
from haste.schema.brief import Attempt, Brief, Incumbent
from haste.schema.competition import Scheme
from haste.schema.conditions import Condition
from haste.schema.solution import Scale

from .briefs import OTHERS, attempt, note, refining

BLEND = note("blend", claim="tabular/blend_with_linear/+", technique="blend_with_linear")


def held(brief: Brief, **more: object) -> Incumbent:
    assert brief.incumbent is not None
    return brief.incumbent.model_copy(update=more)


@pytest.mark.parametrize(
    ("gain", "noise", "words"),
    [
        (-0.000483, 0.0042, "-0.0005 ± 0.0042"),
        (2.2e-17, 0.024, "0 ± 0.024"),
        (-0.00001, 0.0042, "0 ± 0.0042"),
        (12.34, 27.1, "+12 ± 27"),
        (0.0123, None, "+0.0123"),
        (0.0, 0.0, "0 (no ±, its folds are equal)"),
        (-1 / 60, 2.5e-18, "-0.0167 (no ±, its folds are equal)"),
    ],
)
def test_numbers_have_the_digits_that_they_are_worth(gain: float, noise: float | None, words: str) -> None:
    assert measured(gain, noise) == words
    assert signed(gain, noise) == words.split(" ")[0]


@pytest.mark.parametrize(
    ("ahead", "noise", "words"),
    [
        (0.03, 0.012, "it leads yours by 0.030 ± 0.012 on the folds of both"),
        (-0.03, None, "yours leads by 0.03 on the folds of both"),
        (0.0, 0.01, "level with yours"),
    ],
)
def test_who_leads_is_said(ahead: float, noise: float | None, words: str) -> None:
    line = OTHERS[0].model_copy(update={"ahead": ahead, "noise": noise})
    told = others_lines(refining("affairs", others=(line,)))
    assert words in told
    assert told.startswith('- Branch c2: incumbent c8, "Kernel on ranks", 0.70512 over 3 folds: ')
    assert told.endswith("; its errors correlate 0.83 with yours on one fold; 1 change left.")
    unknown = line.model_copy(update={"errors": None})
    assert "correlate" not in others_lines(refining("affairs", others=(unknown,)))
    ended = line.model_copy(update={"ended": True})
    assert others_lines(refining("affairs", others=(ended,))).endswith("; it has ended.")


def test_the_leading_other_branch_is_shown_and_cut() -> None:
    worse = OTHERS[0].model_copy(update={"incumbent": "c7", "branch": "c3", "ahead": -0.5})
    long = OTHERS[0].model_copy(update={"code": "x = 1\n" * OTHER_SCRIPT})
    text = other_script(refining("affairs", scale=Scale.APPROACH, others=(worse, long)))
    assert text.startswith("# For comparison: the script of c8, incumbent of branch c2")
    assert "characters left out" in text
    assert len(text) < OTHER_SCRIPT + 400
    assert other_script(refining("affairs", scale=Scale.TWEAK)) == ""
    assert other_script(refining("affairs", scale=Scale.TWEAK, skills=(BLEND,))) != ""
    assert other_script(refining("affairs", scale=Scale.APPROACH, others=())) == ""


@pytest.mark.parametrize(
    ("more", "history"),
    [
        ({"claim": "tabular/blend_with_linear/-"}, ()),
        ({"technique": "average_seeds"}, ()),
        ({"conditions": (Condition.parse("rows < 10"),)}, ()),
        ({}, (attempt("c4", technique="blend_with_linear"),)),
    ],
)
def test_a_blend_that_is_not_advised_here_shows_nothing(more: dict[str, object], history: tuple[Attempt, ...]) -> None:
    note = BLEND.model_copy(update=more)
    assert other_script(refining("affairs", scale=Scale.TWEAK, skills=(note,), history=history)) == ""
    elsewhere = tuple(one.model_copy(update={"branch": "c2"}) for one in history)
    told = other_script(refining("affairs", scale=Scale.TWEAK, skills=(note,), history=elsewhere))
    assert bool(told) is bool(history)


def test_the_noise_is_that_of_this_branchs_changes() -> None:
    past = tuple(
        attempt(f"c{n}", branch=branch, noise=noise, kept=False, gain=-0.01, fold_gains=(-0.01,) * folds)
        for n, (branch, noise, folds) in enumerate(
            [("c1", 0.5, 2), ("c1", 1e-18, 3), ("c1", 0.01, 3), ("c1", 0.02, 3), ("c1", 0.03, 3), ("c2", 9.0, 3)]
        )
    )

    def told(upto: int, keep_at: float | None = 0.941) -> list[str]:
        brief = refining("affairs", history=past[:upto], keep_at=keep_at)
        return noise_words(brief, held(brief)).split("; ")

    rule, seen = told(6)
    assert rule == "a gain is kept above 0.94 of its ±"
    assert seen == "± of this branch's 3 changes on all folds so far: 0.02 (median)"
    assert told(6, None)[0] == "any gain is kept"
    assert told(4)[1] == "± of this branch's 2 changes on all folds so far: 0.01, 0.02"
    assert told(2)[1] == "± of this branch's 1 change on fewer folds so far: 0.5"


def test_before_any_change_the_noise_is_guessed_from_the_folds() -> None:
    brief = refining("affairs", history=())
    low, high = map(float, re.findall(r"some ([\d.e-]+) to ([\d.e-]+)", noise_words(brief, held(brief)))[0])
    assert 0 < low < high < 0.0107 * 0.92  # the folds' standard deviation, over three of them
    assert "will be" not in noise_words(brief, held(brief, fold_scores=(0.7,)))


def test_diagnostics_are_means_over_folds_but_the_latest_in_time() -> None:
    brief = refining("affairs")
    wrote = {0: {"score": 0.5, "names": ["a" * 500] * 30, "only": 1}, 1: {"score": 0.25000001, "names": ["b"]}}
    now = held(brief, diagnostics_by_fold=wrote)
    words = diagnostics_words(brief, now)
    assert words.startswith("The script's own diagnostics (numbers as means over 2 folds; texts and lists of fold 1):")
    assert '"score": 0.375' in words
    assert '"... 18 more"]' in words
    assert '"only": 1' in words
    assert "a" * 161 not in words
    stated = brief.competition.validation.model_copy(update={"scheme": Scheme.TIME})
    series = brief.model_copy(update={"competition": brief.competition.model_copy(update={"validation": stated})})
    words = diagnostics_words(series, now)
    assert "(of fold 2)" in words
    assert json.loads(words.split("```json\n")[1].split("\n```")[0]) == {"names": ["b"], "score": 0.25}


def test_a_setting_is_told_by_fold_and_not_as_a_mean() -> None:
    wrote = {
        0: {"rounds": 200, "depth": 3, "fit": True, "chosen": {"power": 0.9, "loss": "a", "same": 2.5}, "mae": 0.25},
        1: {"rounds": 140, "depth": 3, "fit": False, "chosen": {"power": 0.5, "loss": "b", "same": 2.5}, "mae": 0.75},
        2: {"rounds": 201, "depth": 3, "fit": True, "chosen": {"power": 0.5, "loss": "b"}, "mae": 0.5},
    }
    brief = refining("affairs")
    words = diagnostics_words(brief, held(brief, diagnostics_by_fold=wrote))
    assert json.loads(words.split("```json\n")[1].split("\n```")[0]) == {
        "chosen": {"loss": ["a", "b", "b"], "power": [0.9, 0.5, 0.5], "same": [2.5, 2.5, None]},
        "depth": 3, "fit": [True, False, True], "mae": 0.5, "rounds": [200, 140, 201],
    }  # fmt: skip


def test_what_is_cut_says_so() -> None:
    brief = refining("affairs")
    wrote = {0: {"confusions": {f"{n} as {n + 1}": n for n in range(30)}, "rows": list(range(13)), "few": [1, 2]}}
    words = diagnostics_words(brief, held(brief, diagnostics_by_fold=wrote))
    said = json.loads(words.split("```json\n")[1].split("\n```")[0])
    assert said["confusions"].pop("...") == "18 more"
    assert len(said["confusions"]) == 12
    assert said["rows"] == [*range(12), "... 1 more"]
    assert said["few"] == [1, 2]


HOSTILE = (
    {f"key {n}": f"{n} ```" * 99 for n in range(99)},
    {"deep": {"a": [{"b": 1}]}, "huge": 10**400, "none": float("nan")},
)


@pytest.mark.parametrize("wrote", HOSTILE)
def test_diagnostics_are_bounded_and_fenced(wrote: dict[str, object]) -> None:
    brief = refining("affairs")
    words = diagnostics_words(brief, held(brief, diagnostics_by_fold={0: wrote}))
    assert len(words) < 2300
    assert words.count("```") == 2


def test_expectations_are_answered() -> None:
    past = (
        attempt("c4", kept=False, expected="+1 to +2 points", moved={f"m{n}": (1.0, 1 + n / 100) for n in range(30)}),
        attempt("c5", kept=True, expected="much"),
        attempt("c6", kept=False, branch="c2", expected="elsewhere"),
    )
    words = undone_words(refining("affairs", history=past))
    (line,) = re.findall(r"```undone\n(.*)\n```", words)
    assert line.startswith("c4 expected: +1 to +2 points | moved: m29 1 to 1.29, ")
    assert line.count(" to 1.") == 6
    assert line.endswith(", 24 more")
    assert undone_words(refining("affairs", history=past[1:])) == ""


def test_time_that_is_there_is_offered() -> None:
    brief = refining("affairs", time_left_s=1500.0)
    assert wall_words(held(brief), brief) == "3.2 s of 600 s; up to 15 s is fine"
    assert wall_words(held(brief, wall_s=20.0), brief) == "20.0 s of 600 s"
