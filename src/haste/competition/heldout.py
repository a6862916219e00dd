"""Grading against the held-out answers. The only reader of a competition's `private/` folder.

Nothing that is read here reaches a search, a brief or an inventory: grades go to a stream of their own. A submission
that cannot be scored raises SubmissionError; whatever is wrong with the answers raises CompetitionError; our own faults
are not caught, so that they never pass for a bad submission.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from haste.schema.competition import Grade, Kind
from haste.schema.errors import CompetitionError

from .decimals import with_points
from .dummy import dummy_submission
from .loaded import LoadedCompetition
from .medal import Standing, rank_score
from .metric_inputs import MISSING, cells, numbers
from .score import read_submission, score_frame
from .settings import read_settings
from .tables import Table, read_table
from .targets import has_class_columns
from .typed import text_of

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_LFS_POINTER = b"version https://git-lfs"
_DIGITS = 5  # as MLE-bench rounds a score before it compares it


def has_answers(loaded: LoadedCompetition) -> bool:
    return _answers_path(loaded).is_file()


def has_leaderboard(loaded: LoadedCompetition) -> bool:
    """Whether a grade comes with a place and perhaps a medal. Says nothing of any score."""
    return has_answers(loaded) and _leaderboard_path(loaded).is_file()


def grade(loaded: LoadedCompetition, submission: bytes) -> Grade:
    """The held-out score of a submission, with place, medal and normalised score where there is a leaderboard.

    Raises SubmissionError for a submission that cannot be scored, CompetitionError for missing or unfit answers.
    """
    metric = loaded.competition.metric
    truth = _read_truth(loaded)
    score = _score(loaded, truth, submission)
    board = _read_leaderboard(loaded)
    if board is None:
        return Grade(score=score, metric=metric)
    standing = rank_score(score, board, metric.direction)
    bars = standing.thresholds
    return Grade(
        score=score,
        metric=metric,
        medal=standing.medal,
        rank=standing.rank,
        teams=bars.teams,
        gold=bars.gold,
        silver=bars.silver,
        bronze=bars.bronze,
        median=bars.median,
        above_median=standing.above_median,
        normalised=_normalised(loaded, truth, score, standing),
    )


def _score(loaded: LoadedCompetition, truth: DataFrame, submission: bytes) -> float:
    return round(score_frame(loaded, truth, read_submission(loaded, _sample_ids(loaded), submission)), _DIGITS)


def _sample_ids(loaded: LoadedCompetition) -> Series[Any]:
    column = loaded.competition.id_column or loaded.sample.columns[0]
    return loaded.sample[column]


def _normalised(loaded: LoadedCompetition, truth: DataFrame, score: float, standing: Standing) -> float | None:
    """0 is the dummy predictor, 1 the gold threshold; None where the two are equal and there is no scale."""
    dummy = _score(loaded, truth, dummy_submission(loaded, None))
    span = standing.thresholds.gold - dummy
    return (score - dummy) / span + 0.0 if span else None  # no minus zero


def _answers_path(loaded: LoadedCompetition) -> Path:
    return loaded.folder / read_settings(loaded.folder).answers


def _leaderboard_path(loaded: LoadedCompetition) -> Path:
    return loaded.folder / read_settings(loaded.folder).leaderboard


def _read(path: Path, what: str) -> Table:
    with path.open("rb") as file:
        if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
            msg = f"the {what} is a git-lfs pointer and not the file itself"
            raise CompetitionError(msg, where=str(path), hint="run `git lfs pull` where it came from")
    return read_table(path)


def _read_truth(loaded: LoadedCompetition) -> DataFrame:
    """The target columns of the answers in the order of the sample; labels as text, numbers as float64."""
    competition, path = loaded.competition, _answers_path(loaded)
    if not path.is_file():
        msg = "there are no held-out answers, so nothing can be graded"
        raise CompetitionError(msg, where=str(path), hint="name them as `answers` in competition.toml")
    table = with_points([_read(path, "table of answers")])[0][0].frame
    if competition.id_column and competition.id_column not in table:
        msg = f"the answers lack the id column {competition.id_column!r}"
        raise CompetitionError(msg, where=str(path))
    if competition.id_column:
        table = _aligned(table, text_of(table[competition.id_column]), _sample_ids(loaded), path)
    elif len(table) != len(loaded.sample):
        msg = f"{len(table)} answers for {len(loaded.sample)} rows of the sample submission"
        raise CompetitionError(msg, where=str(path))
    return _truth_columns(loaded, table, path)


def _aligned(table: DataFrame, found: Series[Any], wanted: Series[Any], path: Path) -> DataFrame:
    """The rows of `table`, whose ids are `found`, in the order of `wanted`."""
    import pandas as pd

    index, column = pd.Index(found), list(wanted)
    if not index.is_unique:
        msg = f"the answers hold the id {index[index.duplicated()][0]} more than once"
        raise CompetitionError(msg, where=str(path))
    order = index.get_indexer(pd.Index(column))
    if (order < 0).any():
        lacking = [name for name, row in zip(column, order, strict=True) if row < 0]
        msg = f"the answers lack {len(lacking)} ids of the sample, for example {lacking[0]}"
        raise CompetitionError(msg, where=str(path))
    rows: DataFrame = table.iloc[order].reset_index(drop=True)
    return rows


def _truth_columns(loaded: LoadedCompetition, table: DataFrame, path: Path) -> DataFrame:
    import pandas as pd

    competition = loaded.competition
    targets, columns = list(competition.targets), list(competition.submission_columns)
    as_text = bool(competition.classes) or competition.kind is Kind.SEQUENCE
    if set(targets) <= set(table.columns):
        if as_text:
            return pd.DataFrame({name: text_of(table[name]) for name in targets})
        return pd.DataFrame(numbers(cells(table[targets]), CompetitionError, targets), columns=targets)
    if not set(columns) <= set(table.columns):
        msg = f"the answers have neither the target columns ({', '.join(targets)}) nor the submission's"
        raise CompetitionError(msg, where=str(path))
    values = numbers(cells(table[columns]), CompetitionError, columns)
    if has_class_columns(competition):  # one-hot, as many of MLE-bench's answers are
        return pd.DataFrame({targets[0]: np.asarray(columns, dtype=object)[values.argmax(axis=1)]})
    return pd.DataFrame(values, columns=targets)


def _read_leaderboard(loaded: LoadedCompetition) -> list[float] | None:
    path = _leaderboard_path(loaded)
    if not path.is_file():
        return None
    table = _read(path, "leaderboard").frame
    if "score" not in table:
        msg = "the leaderboard has no `score` column"
        raise CompetitionError(msg, where=str(path))
    known = [value for value in table["score"] if str(value).strip().lower() not in MISSING]
    try:
        return [float(value) for value in known]
    except ValueError as error:
        msg = f"the leaderboard has a score that is no number: {error}"
        raise CompetitionError(msg, where=str(path)) from error
