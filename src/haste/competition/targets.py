"""The shape of a competition's truth and of its predictions: target columns, class columns, the perfect prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from haste.schema.competition import Competition, Kind, PredictionNeed

from .metric_inputs import cells, encode

if TYPE_CHECKING:
    from pandas import DataFrame

_ABOVE_ZERO = ("mean_poisson_deviance", "mean_gamma_deviance", "mean_tweedie_deviance")  # they refuse to predict 0
_SMALLEST = 1e-12


def has_class_columns(competition: Competition) -> bool:
    """Whether a submission holds one column per class. One column under another name than the target's does not."""
    return len(competition.targets) == 1 and len(competition.submission_columns) == len(competition.classes) > 1


def score_order(competition: Competition) -> list[str]:
    """The submission's columns in the order in which a metric wants them: that of the classes, or of the targets."""
    wanted = competition.classes if has_class_columns(competition) else competition.targets
    columns = competition.submission_columns
    return list(wanted) if set(wanted) == set(columns) else list(columns)


def perfect_prediction(competition: Competition, truth: DataFrame) -> DataFrame:
    """The submission that knows the truth (as closely as the metric allows): `truth` has the target columns."""
    import pandas as pd

    order = score_order(competition)
    actual = cells(truth[list(competition.targets)])
    if has_class_columns(competition):
        table = np.eye(len(competition.classes))[encode(actual, competition.classes)[:, 0]]
    elif competition.metric.needs is PredictionNeed.LABEL:
        table = actual
    elif competition.kind is Kind.BINARY and competition.classes:
        table = encode(actual, competition.classes).astype(np.float64)
    else:
        table = actual.astype(np.float64)
        if competition.metric.name in _ABOVE_ZERO:
            table = np.maximum(table, _SMALLEST)
    return pd.DataFrame(table, columns=order)[list(competition.submission_columns)]
