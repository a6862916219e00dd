"""Judging a submission: from the bytes that a script wrote to a checked table, and from there to a score.

A submission that cannot be scored raises SubmissionError with a reason that is of use to the script's author. Faults of
the competition itself raise CompetitionError: they are never laid at a script's door.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from haste.schema.competition import Competition, PredictionNeed
from haste.schema.errors import CompetitionError, SubmissionError

from .loaded import Fold, LoadedCompetition
from .metric_inputs import (
    LABEL_FORMS,
    Form,
    are_numbers,
    cells,
    check_distribution,
    check_rows,
    guesses,
    labels,
    numbers,
    ratings,
)
from .metrics import compute, spec
from .targets import has_class_columns, score_order

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def read_submission(loaded: LoadedCompetition, ids: Series[Any], content: bytes) -> DataFrame:
    """The predictions in the order of `ids`, with the columns `submission_columns`; numbers as float64, labels as text.

    Rows may come in any order where there is an id column; without one, their order counts. Raises SubmissionError.
    """
    competition = loaded.competition
    table = _parse(content, _text_columns(competition))
    expected = ([competition.id_column] if competition.id_column else []) + list(competition.submission_columns)
    repeated = [column for column in loaded.sample.columns if column not in expected]  # of the test table, say
    _check_columns([column for column in table.columns if column not in repeated], expected)
    if len(table) != len(ids):
        msg = f"the submission has {len(table)} rows, and {len(ids)} are needed"
        raise SubmissionError(msg, hint="one row for each row of sample_submission.csv")
    if competition.id_column:
        table = table.iloc[_positions(table[competition.id_column].tolist(), [str(name) for name in ids.tolist()])]
    return _typed(competition, table[list(competition.submission_columns)].reset_index(drop=True))


def score_fold(loaded: LoadedCompetition, fold: Fold, content: bytes) -> float:
    """The score of a submission for a fold's held-out rows. Raises SubmissionError where it cannot be scored."""
    truth = loaded.train.iloc[fold.valid]
    return score_frame(loaded, truth, read_submission(loaded, fold_ids(loaded, fold), content))


def fold_ids(loaded: LoadedCompetition, fold: Fold) -> Series[Any]:
    """The ids that a submission for a fold must hold, in order; row numbers where the competition has no ids."""
    import pandas as pd

    column = loaded.competition.id_column
    return loaded.train[column].iloc[fold.valid] if column else pd.Series(range(len(fold.valid)))


def score_frame(loaded: LoadedCompetition, truth: DataFrame, prediction: DataFrame) -> float:
    """The score of `prediction` (the submission columns) against `truth` (the target columns), row by row."""
    competition = loaded.competition
    actual = truth[list(competition.targets)]
    return compute(competition.metric.name, actual, prediction[score_order(competition)], competition.classes)


def _text_columns(competition: Competition) -> dict[str, type] | type:
    """The columns to read as text: all of them where labels are asked, else the ids alone, which is much faster."""
    if competition.metric.needs is PredictionNeed.LABEL and not has_class_columns(competition):
        return str
    return {competition.id_column: str} if competition.id_column else {}


def _parse(content: bytes, text: dict[str, type] | type) -> DataFrame:
    import pandas as pd

    if not content.strip():
        msg = "the submission is empty"
        raise SubmissionError(msg)
    try:
        return pd.read_csv(
            io.BytesIO(content),
            dtype=text,
            keep_default_na=False,
            low_memory=False,
            encoding="utf-8-sig",
            index_col=False,
        )
    except UnicodeDecodeError:
        msg = "the submission is not UTF-8 text"
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning, ValueError) as error:
        msg = f"the submission is not a CSV table: {' '.join(str(error).split())[:120]}"
    raise SubmissionError(msg, hint="write it with DataFrame.to_csv('submission.csv', index=False)")


def _check_columns(found: list[str], expected: list[str]) -> None:
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if not missing and not extra:
        return
    parts = ([f"lacks {_some(missing)}"] if missing else []) + ([f"has {_some(extra)} too many"] if extra else [])
    index = any(name.startswith("Unnamed:") for name in extra)
    hint = "write it with index=False" if index else f"the columns must be {_some(expected, 12)}"
    msg = f"wrong columns: the submission {' and '.join(parts)}"
    raise SubmissionError(msg, hint=hint)


def _some(names: Sequence[object], limit: int = 5) -> str:
    return ", ".join(str(name)[:40] for name in names[:limit]) + (", ..." if len(names) > limit else "")


def _positions(found: list[Any], wanted: list[Any]) -> list[int]:
    """For each wanted id its row in the submission. Raises SubmissionError for duplicate, missing and unknown ids."""
    known = set(wanted)
    if len(known) < len(wanted):
        msg = f"the competition's ids are not unique, for example {_twice(wanted)[0]}"
        raise CompetitionError(msg)
    if not known.issuperset(found):
        found, wanted = _as_numbers(found, wanted)
        known = set(wanted)
    rows = {name: row for row, name in enumerate(found)}
    if len(rows) < len(found):
        twice = _twice(found)
        msg = f"{len(twice)} ids stand in the submission more than once: {_some(twice)}"
        raise SubmissionError(msg)
    lacking = [name for name in wanted if name not in rows]
    if lacking:
        unknown = [name for name in found if name not in known]
        msg = f"{len(lacking)} ids are missing ({_some(lacking)}), {len(unknown)} unknown ({_some(unknown)})"
        raise SubmissionError(msg, hint="take the ids from sample_submission.csv")
    return [rows[name] for name in wanted]


def _twice(names: list[Any]) -> list[Any]:
    return [name for name, count in Counter(names).items() if count > 1]


def _as_numbers(found: list[Any], wanted: list[Any]) -> tuple[list[Any], list[Any]]:
    """Both as floats where all of them are numbers and stay distinct: a script that read "007" as a number writes 7."""
    try:
        numbers_found, numbers_wanted = [float(name) for name in found], [float(name) for name in wanted]
    except ValueError:
        return found, wanted
    return (numbers_found, numbers_wanted) if len(set(numbers_wanted)) == len(wanted) else (found, wanted)


def _typed(competition: Competition, table: DataFrame) -> DataFrame:
    """The predictions as the metric wants them: numbers as float64, labels as the classes are written."""
    import pandas as pd

    form, classes = spec(competition.metric.name).form, competition.classes
    values, columns = cells(table).astype(object), list(competition.submission_columns)
    if form is Form.TEXT:
        return table.astype(object)
    if form is Form.GUESSES and not has_class_columns(competition):
        guesses(values, classes)
        return table.astype(object)
    if form in LABEL_FORMS or (form is Form.RATINGS and not are_numbers(classes)):
        names = np.asarray(classes or ("0", "1"), dtype=object)
        return pd.DataFrame(names[labels(values, list(names), SubmissionError, columns)], columns=columns)
    found = ratings(values, classes) if form is Form.RATINGS else numbers(values, SubmissionError, columns)
    if competition.metric.needs is PredictionNeed.PROBABILITY:
        check_distribution(found)
        if has_class_columns(competition):
            check_rows(found)
    return pd.DataFrame(found, columns=columns)
