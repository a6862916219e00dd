"""Folds in time: windows as long as the real test's, the most recent ones kept for the confirmation.

A time step is a distinct value of the time column, so that many series share their steps. Knows nothing of scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haste.schema.competition import Scheme
from haste.schema.errors import CompetitionError

from .dates import date_format, read_as, unreadable
from .loaded import Fold, LoadedCompetition, Splits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import Series

_FEWEST_STEPS = 6  # two to begin from, three to search, one to confirm
_FEWEST_SEARCH = 3
_MOST_CONFIRM = 3
_VALIDATED = 0.6  # of the steps at most, so that the first fold has something to learn from


def time_folds(loaded: LoadedCompetition, folds: int) -> Splits:
    """Expanding windows, oldest first. Raises CompetitionError without a readable time column or with under 6 steps."""
    column = loaded.competition.validation.time_column
    if column is None or column not in loaded.train:
        msg = "the validation scheme is `time`, and there is no such time column in the training table"
        raise CompetitionError(msg, where=column, hint="set time_column under [validation] in competition.toml")
    times, steps = np.unique(time_values(loaded, loaded.train[column]), return_inverse=True)
    if len(times) < _FEWEST_STEPS:
        msg = f"column {column!r} has {len(times)} distinct times, and folds in time need {_FEWEST_STEPS}"
        raise CompetitionError(msg, hint="use the scheme `kfold`")
    horizon = test_horizon(loaded, column, times)
    length, search, confirm = plan(len(times), horizon, folds)
    ends = [len(times) - length * back for back in range(search + confirm)][::-1]
    made = [_fold(steps.astype(np.int64), end - length, end) for end in ends]
    return Splits(tuple(made[:search]), tuple(made[search:]))


def _fold(steps: NDArray[np.int64], start: int, end: int) -> Fold:
    return Fold(np.flatnonzero(steps < start), np.flatnonzero((steps >= start) & (steps < end)))


def plan(steps: int, horizon: int | None, folds: int) -> tuple[int, int, int]:
    """Length of a window in steps, number of search and of confirm windows.

    The windows are as long as the horizon; confirm windows, then search windows beyond three, then length are given up
    where the history is too short for all.
    """
    room = max(_FEWEST_SEARCH + 1, int(_VALIDATED * steps))
    wanted = horizon or max(1, room // (folds + 1))
    for search in range(folds, min(folds, _FEWEST_SEARCH) - 1, -1):
        for confirm in range(_MOST_CONFIRM, 0, -1):
            if (search + confirm) * wanted <= room:
                return wanted, search, confirm
    search = min(folds, _FEWEST_SEARCH)
    return max(1, room // (search + 1)), search, 1


def windows(loaded: LoadedCompetition, folds: Sequence[Fold]) -> tuple[str, ...]:
    """The first and the last time that each fold holds out, as a person writes them; empty without folds in time."""
    validation = loaded.competition.validation
    if validation.scheme is not Scheme.TIME or validation.time_column is None:
        return ()
    import pandas as pd

    column = loaded.train[validation.time_column]
    numbers = pd.api.types.is_numeric_dtype(column)
    held_out = [time_values(loaded, column)[fold.valid] for fold in folds]
    return tuple(f"{_moment(times.min(), numbers)} to {_moment(times.max(), numbers)}" for times in held_out)


def _moment(time: float, number: bool) -> str:
    """A number as it is, a date to the day, and to the minute where that is not midnight."""
    if number:
        return f"{time:.10g}"
    return str(np.datetime64(int(time), "us").astype("datetime64[m]")).removesuffix("T00:00").replace("T", " ")


def test_horizon(loaded: LoadedCompetition, column: str, times: NDArray[np.float64]) -> int | None:
    """How many time steps the real test spans, if it lies after the training rows; None where that cannot be said."""
    if column not in loaded.test:
        return None
    ahead = np.unique(time_values(loaded, loaded.test[column]))
    return len(ahead) if ahead[0] > times[-1] else None


def time_values(loaded: LoadedCompetition, column: Series[Any]) -> NDArray[np.float64]:
    """Numbers that sort as the times do, for (some rows of) a column of the train or test table.

    Dates are read as the whole of both tables says. Raises CompetitionError for missing or unreadable ones.
    """
    import pandas as pd

    if column.isna().any():
        msg = f"the time column {column.name!r} has {int(column.isna().sum())} missing values"
        raise CompetitionError(msg, hint="fill them, or use another scheme")
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    whole = [frame[column.name] for frame in (loaded.train, loaded.test) if column.name in frame]
    form = date_format(whole)
    if form is None:
        bad = next((values for values in whole if date_format((values,)) is None), column)
        msg = f"the time column {column.name!r} cannot be read as times, for example {unreadable(bad)!r}"
        raise CompetitionError(msg, hint="write all of them as YYYY-MM-DD or as numbers")
    return read_as(column, form).to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
