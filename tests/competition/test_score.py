from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition.loaded import Fold, LoadedCompetition
from haste.competition.metrics import compute
from haste.competition.score import fold_ids, read_submission, score_fold, score_frame
from haste.schema.competition import Kind
from haste.schema.errors import CompetitionError, SubmissionError

from .judged import make

FOLD = Fold(np.arange(0, 6), np.arange(6, 10))  # r6..r9 are held out


def binary(metric: str = "log_loss", **more: object) -> LoadedCompetition:
    return make(Kind.BINARY, metric, {"y": [0, 1] * 5}, **more)  # type: ignore[arg-type]


def regression(**more: object) -> LoadedCompetition:
    return make(Kind.REGRESSION, "rmse", {"y": [float(i) for i in range(10)]}, **more)  # type: ignore[arg-type]


def classes(metric: str = "log_loss", **more: object) -> LoadedCompetition:
    truth: list[object] = ["b", "a", "c", "a", "b"] * 2
    return make(Kind.MULTICLASS, metric, {"y": truth}, **more)  # type: ignore[arg-type]


def csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def test_a_fold_is_scored_by_the_metric() -> None:
    assert score_fold(regression(), FOLD, csv("id,y", "r6,6", "r7,7", "r8,8", "r9,13")) == pytest.approx(2.0)
    assert score_fold(binary(), FOLD, csv("id,y", "r6,0.5", "r7,0.5", "r8,0.5", "r9,0.5")) == pytest.approx(np.log(2))


def test_rows_are_aligned_by_id_and_columns_by_name() -> None:
    assert score_fold(regression(), FOLD, csv("y,id", "9,r9", "6,r6", "8,r8", "7,r7")) == 0
    read = read_submission(regression(), fold_ids(regression(), FOLD), csv("id,y", "r9,9", "r8,8", "r7,7", "r6,6"))
    assert read.to_dict("list") == {"y": [6.0, 7.0, 8.0, 9.0]}


def test_without_an_id_column_the_order_counts() -> None:
    loaded = regression(has_ids=False)
    assert score_fold(loaded, FOLD, csv("y", "6", "7", "8", "9")) == 0
    assert score_fold(loaded, FOLD, csv("y", "9", "7", "8", "6")) > 0


def test_class_columns_may_stand_in_any_order() -> None:
    loaded = classes(columns=("c", "a", "b"))  # the held-out classes are a, c, a, b
    best = csv("id,b,a,c", "r6,0,1,0", "r7,0,0,1", "r8,0,1,0", "r9,1,0,0")
    assert score_fold(loaded, FOLD, best) == pytest.approx(0, abs=1e-12)
    read = read_submission(loaded, fold_ids(loaded, FOLD), best)
    assert list(read.columns) == ["c", "a", "b"]
    assert score_frame(loaded, loaded.train.iloc[FOLD.valid], read[["b", "c", "a"]]) == pytest.approx(0, abs=1e-12)


def test_a_submission_may_name_its_column_unlike_the_target() -> None:
    loaded = regression(columns=("predicted",))
    assert score_fold(loaded, FOLD, csv("id,predicted", "r6,6", "r7,7", "r8,8", "r9,9")) == 0


def test_several_targets_follow_the_submissions_names() -> None:
    loaded = make(Kind.REGRESSION, "rmse", {"a": list(range(10)), "b": [0.0] * 10}, columns=("b", "a"))
    assert score_fold(loaded, FOLD, csv("id,b,a", "r6,0,6", "r7,0,7", "r8,0,8", "r9,0,9")) == 0


def test_ids_may_be_written_as_numbers() -> None:
    loaded = regression(ids=[f"{i:03d}" for i in range(10)])
    assert score_fold(loaded, FOLD, csv("id,y", "7,7", "6,6", "9.0,9", "8,8")) == 0


def test_labels_are_read_as_they_are_or_as_numbers() -> None:
    assert score_fold(binary("accuracy"), FOLD, csv("id,y", "r6,0", "r7,1.0", "r8,0.0", "r9,1")) == 1
    assert score_fold(classes("accuracy"), FOLD, csv("id,y", "r6,a", "r7, c", "r8,a", "r9,a")) == 0.75
    labels = make(Kind.MULTILABEL, "f1_micro", {"a": [0, 1] * 5, "b": [1] * 10})
    assert score_fold(labels, FOLD, csv("id,a,b", "r6,0,1", "r7,1,1", "r8,0,1.0", "r9,1,1")) == 1


def test_text_that_looks_missing_is_text_in_a_sequence() -> None:
    loaded = make(Kind.SEQUENCE, "token_accuracy", {"y": ["x"] * 6 + ["nan", "", "null", 'a "b"']})
    assert score_fold(loaded, FOLD, csv("id,y", "r6,nan", "r7,", "r8,null", 'r9,"a ""b"""')) == 1


def test_guesses_are_kept_as_they_are() -> None:
    assert score_fold(classes("map_at_3"), FOLD, csv("id,y", "r6,a b", "r7,a c", "r8,a", "r9,c a b")) == pytest.approx(
        (1 + 1 / 2 + 1 + 1 / 3) / 4
    )


def test_a_constant_prediction_is_no_error() -> None:
    assert score_fold(binary("roc_auc"), FOLD, csv("id,y", "r6,3", "r7,3", "r8,3", "r9,3")) == 0.5


GOOD = ["r6,6", "r7,7", "r8,8", "r9,9"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xff\xfe\x00id,y\n\x80", "not UTF-8"),
        (b"PK\x03\x04\x00\x00\xff\xff\x00", "not UTF-8|not a CSV|wrong columns"),
        (csv("id,y", "r6,6,7,8"), "not a CSV|rows"),
        (csv("id,y", 'r6,"6'), "not a CSV|rows"),
        (csv("id,z", *GOOD), "lacks y and has z too many"),
        (csv("y", "6", "7", "8", "9"), "lacks id"),
        (csv("id,y,y", *(f"{row},1" for row in GOOD)), "y.1 too many"),
        (csv(",id,y", *(f"{i},{row}" for i, row in enumerate(GOOD))), r"Unnamed: 0 too many .*index=False"),
        (csv("id,y"), "0 rows, and 4 are needed"),
        (csv("id,y", *GOOD[:3]), "3 rows, and 4 are needed"),
        (csv("id,y", *GOOD, "r9,9"), "5 rows, and 4 are needed"),
        (csv("id,y", *GOOD[:3], "r8,8"), "1 ids stand in the submission more than once: r8"),
        (csv("id,y", *GOOD[:3], "r0,8"), r"1 ids are missing \(r9\), 1 unknown \(r0\)"),
        (csv("id,y", *GOOD[:3], "r9,"), r"1 missing \(NaN\) values, the first in row 4, column 'y'"),
        (csv("id,y", *GOOD[:2], "r8,NA", "r9,nan"), r"2 missing \(NaN\) values, the first in row 3"),
        (csv("id,y", *GOOD[:3], "r9,inf"), "1 infinite values"),
        (csv("id,y", *GOOD[:3], "r9,1e999"), "1 infinite values"),
        (csv("id,y", *GOOD[:3], "r9,many"), "text where a number is needed: 'many', column 'y'"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_said(content: bytes, words: str) -> None:
    with pytest.raises(SubmissionError, match=words):
        score_fold(regression(), FOLD, content)


@pytest.mark.parametrize(
    ("loaded", "content", "words"),
    [
        (binary(), csv("id,y", "r6,0", "r7,1.01", "r8,0", "r9,-1"), r"2 probabilities lie outside \[0, 1\]"),
        (classes(columns=("a", "b", "c")), csv("id,a,b,c", *(f"r{i},.3,.3,.3" for i in range(6, 10))), "sum to one"),
        (classes("accuracy"), csv("id,y", "r6,a", "r7,q", "r8,a", "r9,a"), r"unknown class 'q', column 'y' .*a, b, c"),
        (classes("accuracy"), csv("id,y", "r6,a", "r7,", "r8,a", "r9,a"), "1 missing or unknown classes"),
        (classes("map_at_3"), csv("id,y", "r6,a", "r7,", "r8,a", "r9,a"), "1 rows hold no label"),
        (binary("accuracy"), csv("id,y", "r6,0.5", "r7,1", "r8,1", "r9,1"), "unknown class '0.5'"),
        (
            make(Kind.ORDINAL, "quadratic_weighted_kappa", {"y": list(range(10))}),
            csv("id,y", "r6,6.5", "r7,7", "r8,8", "r9,9"),
            "not whole classes",
        ),
        (
            make(Kind.MULTILABEL, "accuracy", {"a": [0, 1] * 5, "b": [1, 0] * 5}),
            csv("id,a,b", "r6,0,2", "r7,0,1", "r8,0,1", "r9,0,1"),
            "unknown class '2', column 'b'",
        ),
    ],
)
def test_what_the_metric_cannot_take_is_said_on_reading(loaded: LoadedCompetition, content: bytes, words: str) -> None:
    with pytest.raises(SubmissionError, match=words):
        read_submission(loaded, fold_ids(loaded, FOLD), content)


def test_a_negative_value_for_a_log_error_is_the_submissions_fault() -> None:
    loaded = make(Kind.REGRESSION, "rmsle", {"y": [float(i) for i in range(10)]})
    with pytest.raises(SubmissionError, match="at least 0"):
        score_fold(loaded, FOLD, csv("id,y", "r6,6", "r7,7", "r8,-1", "r9,9"))


def test_ids_that_are_not_unique_are_the_competitions_fault() -> None:
    with pytest.raises(CompetitionError, match="not unique"):
        score_fold(regression(ids=["a"] * 10), FOLD, csv("id,y", "a,6", "a,7", "a,8", "a,9"))


@given(rows=st.integers(2, 40), seed=st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_any_order_gives_the_same_score(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    loaded = make(Kind.REGRESSION, "rmse", {"y": list(rng.normal(size=rows))})
    fold = Fold(np.arange(0), np.arange(rows))
    table = pd.DataFrame({"id": loaded.train["id"], "y": rng.normal(size=rows)})
    direct = compute("rmse", loaded.train["y"], table["y"])
    shuffled = table.iloc[rng.permutation(rows)].to_csv(index=False).encode()
    assert score_fold(loaded, fold, shuffled) == pytest.approx(direct, rel=1e-12)


@given(st.binary(max_size=60) | st.text(alphabet="idyr0123456789,.\n\"' -eNa", max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    with suppress(SubmissionError):
        read_submission(regression(), fold_ids(regression(), FOLD), content)
