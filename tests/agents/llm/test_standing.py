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
from haste.schema.brief import Brief, Incumbent
from haste.schema.competition import Scheme
from haste.schema.solution import Scale

from .briefs import OTHERS, attempt, refining


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
        (0.0, 0.0, "0"),
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
    assert told.endswith("; 1 change left.")
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
    assert other_script(refining("affairs", scale=Scale.APPROACH, others=())) == ""


def test_the_noise_is_that_of_this_branchs_changes() -> None:
    past = tuple(
        attempt(f"c{n}", branch=branch, noise=noise, kept=False)
        for n, (branch, noise) in enumerate([("c1", 0.01), ("c1", 0.02), ("c1", 0.03), ("c2", 9.0)])
    )
    brief = refining("affairs", history=past, keep_at=0.941)
    rule, seen = noise_words(brief, held(brief)).split("; ")
    assert rule == "a gain is kept above 0.94 of its ±"
    assert seen == "the ± of this branch's changes was about 0.02 so far (median of 3)"
    assert noise_words(brief.model_copy(update={"keep_at": None}), held(brief)).startswith("any gain is kept; ")


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
    assert words.startswith("The script's own diagnostics (numbers as means over 2 folds):")
    assert '"score": 0.375' in words
    assert '"only": 1' in words
    assert "a" * 161 not in words
    stated = brief.competition.validation.model_copy(update={"scheme": Scheme.TIME})
    series = brief.model_copy(update={"competition": brief.competition.model_copy(update={"validation": stated})})
    words = diagnostics_words(series, now)
    assert "(on fold 2)" in words
    assert json.loads(words.split("```json\n")[1].split("\n```")[0]) == {"names": ["b"], "score": 0.25}


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
    assert undone_words(refining("affairs", history=past[1:])) == ""


def test_time_that_is_there_is_offered() -> None:
    brief = refining("affairs", time_left_s=1500.0)
    assert wall_words(held(brief), brief) == "3.2 s of 600 s; up to 15 s is fine"
    assert wall_words(held(brief, wall_s=20.0), brief) == "20.0 s of 600 s"
