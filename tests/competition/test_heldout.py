from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haste.competition import heldout
from haste.competition.dummy import dummy_submission
from haste.competition.heldout import grade, has_answers, has_leaderboard
from haste.competition.loaded import LoadedCompetition
from haste.schema.competition import Kind, Medal
from haste.schema.errors import CompetitionError, SubmissionError

from .judged import make

TRUTH = [0, 1, 1, 0]
BEST = b"id,y\nt0,0.1\nt1,0.9\nt2,0.8\nt3,0.2\n"
FLAT = b"id,y\nt0,1\nt1,1\nt2,1\nt3,1\n"


def binary(folder: Path, metric: str = "roc_auc") -> LoadedCompetition:
    return make(Kind.BINARY, metric, {"y": [0, 1] * 5}, folder=folder)


def write(folder: Path, name: str, content: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")


def answers(folder: Path, name: str = "private/answers.csv") -> None:
    write(folder, name, "id,y,Usage\nt1,1,Public\nt3,0,Private\nt0,0,Public\nt2,1,Private\n")  # in an order of its own


def board(folder: Path, scores: list[float]) -> None:
    write(folder, "private/leaderboard.csv", "team,score\n" + "".join(f"x,{score}\n" for score in scores))


def test_score_medal_and_place(tmp_path: Path) -> None:
    answers(tmp_path)
    board(tmp_path, [0.95 - i / 200 for i in range(100)])
    result = grade(binary(tmp_path), BEST)
    assert (result.score, result.medal, result.rank, result.teams) == (1.0, Medal.GOLD, 1, 100)
    assert (result.gold, result.silver, result.bronze) == pytest.approx((0.905, 0.855, 0.755))
    assert result.median == pytest.approx(0.7025)
    assert result.above_median is True
    assert result.normalised == pytest.approx((1.0 - 0.5) / (0.905 - 0.5))
    flat = grade(binary(tmp_path), FLAT)
    assert (flat.score, flat.medal, flat.rank, flat.above_median) == (0.5, Medal.NONE, 91, False)
    assert flat.normalised == 0


def test_the_dummy_is_zero_and_gold_is_one(tmp_path: Path) -> None:
    answers(tmp_path)
    loaded = binary(tmp_path, "log_loss")
    target = grade(loaded, BEST).score
    board(tmp_path, [target] * 100)
    assert grade(loaded, dummy_submission(loaded, None)).normalised == 0
    assert grade(loaded, BEST).normalised == pytest.approx(1)
    worse = grade(loaded, b"id,y\nt0,0.9\nt1,0.1\nt2,0.5\nt3,0.5\n").normalised
    assert worse is not None
    assert worse < 0


def test_without_a_leaderboard_there_is_no_medal(tmp_path: Path) -> None:
    answers(tmp_path)
    result = grade(binary(tmp_path), BEST)
    assert result.score == 1.0
    assert (result.medal, result.rank, result.normalised, result.gold) == (None, None, None, None)


def test_where_gold_equals_the_dummy_there_is_no_scale(tmp_path: Path) -> None:
    answers(tmp_path)
    board(tmp_path, [0.5] * 5)
    result = grade(binary(tmp_path), BEST)
    assert (result.medal, result.normalised) == (Medal.GOLD, None)


def test_the_files_may_lie_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, "competition.toml", 'answers = "hidden/truth.csv"\nleaderboard = "hidden/board.csv"\n')
    assert not has_answers(binary(tmp_path))
    answers(tmp_path, "hidden/truth.csv")
    assert (has_answers(binary(tmp_path)), has_leaderboard(binary(tmp_path))) == (True, False)
    write(tmp_path, "hidden/board.csv", "score\n0.9\n0.6\n")
    assert has_leaderboard(binary(tmp_path))
    assert grade(binary(tmp_path), BEST).teams == 2


def test_one_hot_answers_are_understood(tmp_path: Path) -> None:
    loaded = make(Kind.MULTICLASS, "log_loss", {"y": ["a", "b", "c"] * 3}, columns=("a", "b", "c"), folder=tmp_path)
    write(tmp_path, "private/answers.csv", "id,c,a,b\nt0,0,1,0\nt1,0,0,1\nt2,1,0,0\nt3,0,1,0\n")
    best = b"id,a,b,c\nt0,1,0,0\nt1,0,1,0\nt2,0,0,1\nt3,1,0,0\n"
    assert grade(loaded, best).score == 0.0


def test_labels_and_text_are_compared_as_written(tmp_path: Path) -> None:
    loaded = make(Kind.SEQUENCE, "token_accuracy", {"y": ["01", "x"]}, folder=tmp_path)
    write(tmp_path, "private/answers.csv", "id,y\nt0,01\nt1,NA\nt2,\nt3,x\n")
    assert grade(loaded, b"id,y\nt0,01\nt1,NA\nt2,\nt3,y\n").score == 0.75
    labels = make(Kind.BINARY, "accuracy", {"y": ["no", "yes"] * 5}, folder=tmp_path)
    write(tmp_path, "private/answers.csv", "id,y\nt0,no\nt1,yes\nt2,yes\nt3,no\n")
    assert grade(labels, b"id,y\nt0,no\nt1,yes\nt2,no\nt3,no\n").score == 0.75


def test_other_formats_of_answers(tmp_path: Path) -> None:
    write(tmp_path, "competition.toml", 'answers = "private/answers.jsonl"\n')
    rows = [json.dumps({"id": f"t{i}", "y": value}) for i, value in enumerate(TRUTH)]
    write(tmp_path, "private/answers.jsonl", "\n".join(rows) + "\n")
    assert grade(binary(tmp_path), BEST).score == 1.0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no held-out answers"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git-lfs pointer .*git lfs pull"),
        ("key,y\nt0,0\n", "lack the id column 'id'"),
        ("id,z\nt0,0\nt1,1\nt2,1\nt3,0\n", "neither the target columns"),
        ("id,y\nt0,0\nt1,1\nt2,1\n", "lack 1 ids of the sample, for example t3"),
        ("id,y\nt0,0\nt1,1\nt2,1\nt3,0\nt3,1\n", "the id t3 more than once"),
        ("id,y\nt0,0\nt1,1\nt2,1\nt3,maybe\n", "the truth has an unknown class 'maybe'"),
        ("id,y\nt0,0\nt1,0\nt2,0\nt3,0\n", "one class only"),
    ],
)
def test_unfit_answers_are_the_competitions_fault(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        write(tmp_path, "private/answers.csv", content)
    with pytest.raises(CompetitionError, match=words):
        grade(binary(tmp_path), BEST)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("version https://git-lfs.github.com/spec/v1\n", "leaderboard is a git-lfs pointer"),
        ("points\n1\n", "no `score` column"),
        ("score\nbest\n", "a score that is no number: .*best"),
    ],
)
def test_an_unfit_leaderboard_is_the_competitions_fault(tmp_path: Path, content: str, words: str) -> None:
    answers(tmp_path)
    write(tmp_path, "private/leaderboard.csv", content)
    with pytest.raises(CompetitionError, match=words):
        grade(binary(tmp_path), BEST)


def test_a_bad_submission_is_the_submissions_fault(tmp_path: Path) -> None:
    answers(tmp_path)
    with pytest.raises(SubmissionError, match="1 ids are missing"):
        grade(binary(tmp_path), BEST.replace(b"t3", b"t9"))


def test_our_own_crash_never_passes_for_a_bad_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(tmp_path)

    def broken(*_: object) -> float:
        raise ZeroDivisionError

    monkeypatch.setattr(heldout, "score_frame", broken)
    with pytest.raises(ZeroDivisionError):
        grade(binary(tmp_path), BEST)


def test_answers_without_ids_go_by_order(tmp_path: Path) -> None:
    loaded = make(Kind.REGRESSION, "rmse", {"y": list(np.arange(5.0))}, has_ids=False, folder=tmp_path)
    write(tmp_path, "private/answers.csv", "y\n1\n2\n3\n4\n")
    assert grade(loaded, pd.DataFrame({"y": [1, 2, 3, 4]}).to_csv(index=False).encode()).score == 0
    write(tmp_path, "private/answers.csv", "y\n1\n2\n3\n")
    with pytest.raises(CompetitionError, match="3 answers for 4 rows"):
        grade(loaded, b"y\n1\n2\n3\n4\n")
