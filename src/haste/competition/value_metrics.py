"""The formulas of the metrics that compare numbers with numbers: errors, deviances, correlations.

Every function takes truth and prediction of shape (n,), float64. The rest is as in `metric_functions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from haste.schema.errors import CompetitionError

from .metric_functions import Array, average_ranks, need_at_least


def mse(truth: Array, value: Array) -> float:
    return float(((truth - value) ** 2).mean())


def rmse(truth: Array, value: Array) -> float:
    return math.sqrt(mse(truth, value))


def mae(truth: Array, value: Array) -> float:
    return float(np.abs(truth - value).mean())


def median_absolute_error(truth: Array, value: Array) -> float:
    return float(np.median(np.abs(truth - value)))


def max_error(truth: Array, value: Array) -> float:
    return float(np.abs(truth - value).max())


def _need_no_zero(truth: Array, name: str) -> None:
    if np.any(truth == 0):
        msg = f"the truth holds zeros, so {name} has no value"
        raise CompetitionError(msg, hint="smape and wape are its relatives that allow them")


def mape(truth: Array, value: Array) -> float:
    _need_no_zero(truth, "mape")
    return float((np.abs(truth - value) / np.abs(truth)).mean())


def rmspe(truth: Array, value: Array) -> float:
    _need_no_zero(truth, "rmspe")
    return float((((truth - value) / truth) ** 2).mean() ** 0.5)


def smape(truth: Array, value: Array) -> float:
    """0 to 200, as Kaggle's forecasting competitions have it; a row where both are zero counts as zero."""
    size = np.abs(truth) + np.abs(value)
    return float(200 * np.divide(np.abs(truth - value), size, out=np.zeros(len(truth)), where=size > 0).mean())


def wape(truth: Array, value: Array) -> float:
    size = np.abs(truth).sum()
    if size == 0:
        msg = "the truth is zero everywhere, so wape has no value"
        raise CompetitionError(msg)
    return float(np.abs(truth - value).sum() / size)


def msle(truth: Array, value: Array) -> float:
    need_at_least(truth, 0, strict=False, fault="truth")
    need_at_least(value, 0, strict=False, fault="prediction")
    return mse(np.log1p(truth), np.log1p(value))


def rmsle(truth: Array, value: Array) -> float:
    return math.sqrt(msle(truth, value))


def r2(truth: Array, value: Array) -> float:
    return explained(truth, truth - value)


def explained_variance(truth: Array, value: Array) -> float:
    return explained(truth, truth - value - (truth - value).mean())


def explained(truth: Array, residual: Array) -> float:
    spread = float(((truth - truth.mean()) ** 2).sum())
    if spread == 0:
        msg = "the truth is constant, so the metric has no value"
        raise CompetitionError(msg)
    return 1 - float((residual**2).sum()) / spread


def pinball(level: float) -> Callable[[Array, Array], float]:
    """The loss whose best constant is the quantile at `level`."""

    def loss(truth: Array, value: Array) -> float:
        error = truth - value
        return float(np.maximum(level * error, (level - 1) * error).mean())

    return loss


def mean_poisson_deviance(truth: Array, value: Array) -> float:
    need_at_least(truth, 0, strict=False, fault="truth")
    need_at_least(value, 0, strict=True, fault="prediction")
    logs = np.zeros(len(truth))
    some = truth > 0
    logs[some] = truth[some] * np.log(truth[some] / value[some])
    return float(2 * (logs - truth + value).mean())


def mean_gamma_deviance(truth: Array, value: Array) -> float:
    need_at_least(truth, 0, strict=True, fault="truth")
    need_at_least(value, 0, strict=True, fault="prediction")
    return float(2 * (np.log(value / truth) + truth / value - 1).mean())


def mean_tweedie_deviance(truth: Array, value: Array) -> float:
    """Power 1.5, between Poisson and gamma: counts with a mass at zero times amounts."""
    need_at_least(truth, 0, strict=False, fault="truth")
    need_at_least(value, 0, strict=True, fault="prediction")
    p = 1.5
    terms = truth ** (2 - p) / ((1 - p) * (2 - p)) - truth * value ** (1 - p) / (1 - p) + value ** (2 - p) / (2 - p)
    return float(2 * terms.mean())


def pearson(truth: Array, value: Array) -> float:
    """0 for a constant prediction: it tells nothing about the truth."""
    if np.ptp(truth) == 0:
        msg = "the truth is constant, so a correlation has no value"
        raise CompetitionError(msg)
    if np.ptp(value) == 0:
        return 0.0
    a, b = truth - truth.mean(), value - value.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def spearman(truth: Array, score: Array) -> float:
    return pearson(average_ranks(truth), average_ranks(score))
