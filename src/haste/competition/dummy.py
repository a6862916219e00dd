"""The dummy predictor: the best constant for the metric, learned from the training targets alone.

It is zero on the normalised scale, the stand-in where no candidate was valid, and what a perfect prediction must beat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from haste.schema.competition import Competition, Kind, PredictionNeed
from haste.schema.errors import CompetitionError, SubmissionError

from .loaded import Fold, LoadedCompetition
from .metric_inputs import Form, cells, encode, label_text
from .metrics import compute, spec
from .score import fold_ids, score_frame
from .targets import has_class_columns, perfect_prediction, score_order
from .time_split import time_values

if TYPE_CHECKING:
    from pandas import DataFrame

_Choice = TypeVar("_Choice")

_MOST_LABELS = 20  # the most frequent classes are tried
_RECENT = 0.2  # of the time steps: where constants of a forecast are compared


def dummy_submission(loaded: LoadedCompetition, fold: Fold | None) -> bytes:
    """A constant submission for a fold's held-out rows, or for the real test where `fold` is None: UTF-8 CSV."""
    import pandas as pd

    competition = loaded.competition
    train = loaded.train if fold is None else loaded.train.iloc[fold.train]
    constants = dummy_constants(loaded, train)
    if fold is None:
        table = loaded.sample.copy()
    else:
        ids = fold_ids(loaded, fold).to_numpy()
        first = {competition.id_column: ids} if competition.id_column else {}
        table = pd.DataFrame(first, index=range(len(ids)))
    for name, value in constants.items():
        table[name] = value
    content: str = table.to_csv(index=False)
    return content.encode()


def check_metric(loaded: LoadedCompetition) -> tuple[float, float]:
    """The scores of a perfect prediction and of the dummy on the training rows.

    Raises CompetitionError unless the perfect one is better: then direction, target or classes are not what they seem.
    """
    import pandas as pd

    competition, train = loaded.competition, loaded.train
    constants = dummy_constants(loaded, train)
    dummy = score_frame(loaded, train, pd.DataFrame(constants, index=range(len(train))))
    perfect = score_frame(loaded, train, perfect_prediction(competition, train))
    if not competition.metric.gain(perfect, dummy) > 0:
        name = competition.metric.name
        msg = f"a perfect prediction scores {perfect:g} by {name}, no better than a constant's {dummy:g}"
        raise CompetitionError(msg, hint="check metric, target and kind in competition.toml")
    return perfect, dummy


def dummy_constants(loaded: LoadedCompetition, train: DataFrame) -> dict[str, Any]:
    """The best constant of each submission column, from the target columns of `train`."""
    competition = loaded.competition
    truth = cells(train[list(competition.targets)])
    if has_class_columns(competition):
        counts = np.bincount(encode(truth, competition.classes)[:, 0], minlength=len(competition.classes))
        best: list[Any] = [float(share) for share in counts / counts.sum()]
    elif competition.metric.needs is PredictionNeed.LABEL:
        best = _best_labels(competition, truth)
    else:
        values = truth
        if competition.kind in (Kind.BINARY, Kind.MULTILABEL):
            values = encode(truth, competition.classes or ("0", "1"))
        numbers = values.astype(np.float64)
        if competition.metric.needs is not PredictionNeed.VALUE:
            best = [float(mean) for mean in numbers.mean(axis=0)]
        else:
            steps = _steps(loaded, train)
            best = [_best_value(competition, numbers[:, column], steps) for column in range(numbers.shape[1])]
    return dict(zip(score_order(competition), best, strict=True))


def _best_labels(competition: Competition, truth: NDArray[Any]) -> list[Any]:
    """The single label, or the row of labels, that scores best on the training rows; ties go to the more frequent."""
    import pandas as pd

    frequent = [pd.Series(truth[:, column]).value_counts().index for column in range(truth.shape[1])]
    form = spec(competition.metric.name).form
    if form is Form.GUESSES:
        return [" ".join(str(label) for label in frequent[0][:5])]
    if form is Form.TEXT:
        return [levels[0] for levels in frequent]
    rows = [[label_text(levels[0]) for levels in frequent]]
    if truth.shape[1] == 1:
        rows += [[label_text(label)] for label in frequent[0][1:_MOST_LABELS]]
    else:
        rows += [[label_text(label)] * truth.shape[1] for label in pd.unique(truth.ravel())]
    tables = [np.tile(np.asarray(row, dtype=object), (len(truth), 1)) for row in rows]
    return _best(competition, [(_score(competition, truth, t), row) for t, row in zip(tables, rows, strict=True)])


def _best_value(competition: Competition, truth: NDArray[np.float64], steps: NDArray[np.int64] | None) -> float:
    """The constant that scores best on the training rows.

    The candidates hold the best constant of the usual metrics exactly (mean, median, mean of the logarithm, centre of
    the range) and of the others nearly (every twentieth quantile). For a forecast the last step's value is one more,
    and the candidates are compared as forecasts: made from the older steps, scored on the most recent ones.
    """
    older = np.ones(len(truth), dtype=bool) if steps is None else steps < (1 - _RECENT) * (steps.max() + 1)
    scored_on = older if older.all() or steps is None else ~older
    made = _constants(truth[older], None if steps is None else steps[older])
    values = _constants(truth, steps)
    scores = [_score(competition, truth[scored_on], np.full(int(scored_on.sum()), value)) for value in made]
    return _best(competition, list(zip(scores, values, strict=True)))


def _constants(truth: NDArray[np.float64], steps: NDArray[np.int64] | None) -> list[float]:
    logs = np.log1p(np.maximum(truth, 0))
    found = [truth.mean(), np.median(truth), truth.min() / 2 + truth.max() / 2, np.expm1(logs.mean())]
    found += list(np.quantile(truth, np.linspace(0.05, 0.95, 19)))
    if steps is not None:
        found.append(truth[steps == steps.max()].mean())
    return [float(value) for value in found]


def _steps(loaded: LoadedCompetition, train: DataFrame) -> NDArray[np.int64] | None:
    """Each row's time step from 0, where the competition is a forecast with a time column."""
    column = loaded.competition.validation.time_column
    if loaded.competition.kind is not Kind.FORECAST or column is None or column not in train:
        return None
    return np.unique(time_values(loaded, train[column]), return_inverse=True)[1].astype(np.int64)


def _score(competition: Competition, truth: Any, prediction: Any) -> float:
    """The score on training rows, or the worst there is where this constant cannot be scored."""
    try:
        return compute(competition.metric.name, truth, prediction, competition.classes)
    except (SubmissionError, CompetitionError):
        return competition.metric.worst


def _best(competition: Competition, scored: list[tuple[float, _Choice]]) -> _Choice:
    best_score, best = scored[0]
    for score, choice in scored[1:]:
        if score != best_score and competition.metric.gain(score, best_score) > 0:
            best_score, best = score, choice
    return best
