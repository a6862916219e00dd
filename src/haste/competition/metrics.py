"""The registry of metrics: names, directions, what they need of a prediction, which kinds of competition they fit.

Names are scikit-learn's where it has one. `compute` is the only door to the formulas. Knows nothing of files and ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from haste.schema.competition import Direction, Kind, Metric, PredictionNeed
from haste.schema.errors import CompetitionError, SubmissionError

from . import metric_functions as f
from . import value_metrics as v
from .metric_inputs import Form, cells, prepare


@dataclass(frozen=True)
class MetricSpec:
    """One entry of the registry."""

    metric: Metric
    kinds: tuple[Kind, ...]
    form: Form
    function: Callable[[Any, Any], float]
    summary: str

    @property
    def columnwise(self) -> bool:
        """Whether several target columns are judged one by one and averaged."""
        return self.form in (Form.NUMBERS, Form.SCORES, Form.DISTRIBUTION)

    @property
    def columns(self) -> Literal["mean", "together", "-"]:
        """What the metric makes of several target columns."""
        if self.columnwise:
            return "mean"
        return "together" if Kind.MULTILABEL in self.kinds else "-"


_UP, _DOWN = Direction.MAXIMIZE, Direction.MINIMIZE
_LABEL, _PROBABILITY = PredictionNeed.LABEL, PredictionNeed.PROBABILITY
_RANKING, _VALUE = PredictionNeed.RANKING, PredictionNeed.VALUE
_BINARY, _MULTICLASS, _MULTILABEL, _ORDINAL = Kind.BINARY, Kind.MULTICLASS, Kind.MULTILABEL, Kind.ORDINAL
_NUMERIC = (Kind.REGRESSION, Kind.FORECAST, Kind.ORDINAL, Kind.IMAGE_TO_IMAGE)
_ONE_OF = (_BINARY, _MULTICLASS, _ORDINAL)

_Row = tuple[str, Direction, PredictionNeed, tuple[Kind, ...], Form, Callable[[Any, Any], float], str]

_PROBABILISTIC: tuple[_Row, ...] = (
    ("roc_auc", _UP, _RANKING, (_BINARY, _MULTILABEL), Form.SCORES, f.roc_auc, "area under the ROC curve"),
    ("roc_auc_pooled", _UP, _RANKING, (_BINARY, _MULTILABEL), Form.MATRIX, f.roc_auc_pooled,
     "area under the ROC curve of all cells of all columns taken together"),
    ("roc_auc_ovr", _UP, _RANKING, (_MULTICLASS,), Form.RELEVANCE, f.roc_auc_ovr,
     "area under the ROC curve of each class against the rest, mean over classes; wants a column per class"),
    ("average_precision", _UP, _RANKING, (_BINARY, _MULTILABEL), Form.SCORES, f.average_precision,
     "area under the precision-recall curve, as a step function"),
    ("gini_normalized", _UP, _RANKING, (_BINARY, Kind.REGRESSION), Form.NUMBERS, f.gini_normalized,
     "Gini of the order over the Gini of the perfect order; tied predictions count together"),
    ("ndcg", _UP, _RANKING, (_MULTICLASS, _MULTILABEL), Form.RELEVANCE, f.ndcg,
     "normalised discounted cumulative gain of each row's order of the columns"),
    ("log_loss", _DOWN, _PROBABILITY, (_BINARY, _MULTICLASS, _MULTILABEL), Form.DISTRIBUTION, f.log_loss,
     "mean negative log of the probability given to the true class, clipped at 2.2e-16"),
    ("brier_score", _DOWN, _PROBABILITY, (_BINARY, _MULTICLASS, _MULTILABEL), Form.DISTRIBUTION, f.brier_score,
     "mean squared error of the probability; with more than two classes summed over the classes"),
)  # fmt: skip

_LABELLED: tuple[_Row, ...] = (
    ("accuracy", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.ROWS, f.accuracy,
     "share of rows that are right; with several labels, right in all of them"),
    ("balanced_accuracy", _UP, _LABEL, _ONE_OF, Form.CODES, f.balanced_accuracy, "mean over classes of the recall"),
    ("f1", _UP, _LABEL, (_BINARY,), Form.POSITIVE, f.f1, "harmonic mean of precision and recall of the last class"),
    ("f1_macro", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.f1_macro, "mean over classes of the F1"),
    ("f1_micro", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.f1, "F1 of all cells taken together"),
    ("f1_weighted", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.f1_weighted,
     "mean over classes of the F1, weighted by how often the class is true"),
    ("f1_samples", _UP, _LABEL, (_MULTILABEL,), Form.INDICATORS, f.f1_samples,
     "mean over rows of the F1 of the row's labels; 0 for a row with none, true or predicted"),
    ("precision", _UP, _LABEL, (_BINARY,), Form.POSITIVE, f.precision, "share of the predicted positives that are"),
    ("precision_macro", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.precision_macro,
     "mean over classes of the precision"),
    ("recall", _UP, _LABEL, (_BINARY,), Form.POSITIVE, f.recall, "share of the true positives that are found"),
    ("recall_macro", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.recall_macro,
     "mean over classes of the recall"),
    ("jaccard", _UP, _LABEL, (_BINARY,), Form.POSITIVE, f.jaccard, "intersection over union of the last class"),
    ("jaccard_macro", _UP, _LABEL, (*_ONE_OF, _MULTILABEL), Form.INDICATORS, f.jaccard_macro,
     "mean over classes of intersection over union"),
    ("jaccard_samples", _UP, _LABEL, (_MULTILABEL,), Form.INDICATORS, f.jaccard_samples,
     "mean over rows of intersection over union of the row's labels"),
    ("dice", _UP, _LABEL, (_BINARY, _MULTILABEL), Form.POSITIVE, f.f1,
     "twice the intersection over the sum of both sizes, all cells of all columns taken together"),
    ("matthews_corrcoef", _UP, _LABEL, _ONE_OF, Form.CODES, f.matthews_corrcoef, "correlation of truth and label"),
    ("cohen_kappa", _UP, _LABEL, _ONE_OF, Form.CODES, f.cohen_kappa, "agreement beyond chance"),
    ("quadratic_weighted_kappa", _UP, _LABEL, (_ORDINAL, _MULTICLASS, _BINARY), Form.RATINGS,
     f.quadratic_weighted_kappa, "agreement beyond chance, by squared distance; whole classes only"),
    ("hamming_loss", _DOWN, _LABEL, (*_ONE_OF, _MULTILABEL), Form.ROWS, f.hamming_loss, "share of wrong cells"),
    ("token_accuracy", _UP, _LABEL, (Kind.SEQUENCE,), Form.TEXT, f.token_accuracy,
     "share of rows whose text is right to the letter"),
    ("map_at_3", _UP, _LABEL, (_MULTICLASS,), Form.GUESSES, lambda t, g: f.mean_average_precision(t, g[:, :3]),
     "mean of 1 / rank of the true label among the first 3 guesses, which are separated by spaces"),
    ("map_at_5", _UP, _LABEL, (_MULTICLASS,), Form.GUESSES, lambda t, g: f.mean_average_precision(t, g[:, :5]),
     "mean of 1 / rank of the true label among the first 5 guesses, which are separated by spaces"),
)  # fmt: skip

_NUMERICAL: tuple[_Row, ...] = (
    ("rmse", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.rmse, "root of the mean squared error"),
    ("mse", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mse, "mean squared error"),
    ("mae", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mae, "mean absolute error"),
    ("median_absolute_error", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.median_absolute_error, "median absolute error"),
    ("max_error", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.max_error, "largest absolute error"),
    ("mape", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mape,
     "mean absolute error over the true size, as a fraction; truth without zeros"),
    ("rmspe", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.rmspe,
     "root of the mean squared relative error, as a fraction; truth without zeros"),
    ("smape", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.smape,
     "absolute error over the mean of both sizes, in per cent from 0 to 200, as on Kaggle"),
    ("wape", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.wape, "sum of absolute errors over the sum of true sizes"),
    ("rmsle", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.rmsle, "rmse of log(1 + x); no negative values"),
    ("msle", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.msle, "mse of log(1 + x); no negative values"),
    ("r2", _UP, _VALUE, _NUMERIC, Form.NUMBERS, v.r2, "share of the variance that is explained"),
    ("explained_variance", _UP, _VALUE, _NUMERIC, Form.NUMBERS, v.explained_variance, "as r2, a constant bias aside"),
    ("mean_poisson_deviance", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mean_poisson_deviance,
     "Poisson deviance; predictions above zero"),
    ("mean_gamma_deviance", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mean_gamma_deviance,
     "gamma deviance; truth and predictions above zero"),
    ("mean_tweedie_deviance", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.mean_tweedie_deviance,
     "Tweedie deviance of power 1.5; predictions above zero"),
    ("pearson", _UP, _VALUE, _NUMERIC, Form.NUMBERS, v.pearson, "linear correlation; 0 for a constant prediction"),
    ("spearman", _UP, _RANKING, _NUMERIC, Form.NUMBERS, v.spearman, "rank correlation; 0 for a constant prediction"),
    *(
        (f"pinball{suffix}", _DOWN, _VALUE, _NUMERIC, Form.NUMBERS, v.pinball(level), f"quantile loss at {level:g}")
        for suffix, level in (("", 0.5), ("_0.05", 0.05), ("_0.1", 0.1), ("_0.25", 0.25), ("_0.75", 0.75),
                              ("_0.9", 0.9), ("_0.95", 0.95))
    ),
)  # fmt: skip

METRICS: Mapping[str, MetricSpec] = MappingProxyType(
    {
        name: MetricSpec(Metric(name=name, direction=direction, needs=needs), kinds, form, function, summary)
        for name, direction, needs, kinds, form, function, summary in (*_PROBABILISTIC, *_LABELLED, *_NUMERICAL)
    }
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "auc": "roc_auc", "auroc": "roc_auc", "roc": "roc_auc", "roc_auc_score": "roc_auc",
        "area_under_the_roc_curve": "roc_auc", "roc_auc_columns": "roc_auc", "mean_columnwise_auc": "roc_auc",
        "mean_columnwise_roc_auc": "roc_auc", "roc_auc_ovr_macro": "roc_auc_ovr", "multiclass_auc": "roc_auc_ovr",
        "micro_auc": "roc_auc_pooled", "pr_auc": "average_precision", "auprc": "average_precision",
        "average_precision_score": "average_precision", "gini": "gini_normalized", "normalized_gini": "gini_normalized",
        "logloss": "log_loss", "neg_log_loss": "log_loss", "cross_entropy": "log_loss",
        "mean_columnwise_log_loss": "log_loss",
        "multiclass_log_loss": "log_loss", "brier": "brier_score", "brier_score_loss": "brier_score",
        "neg_brier_score": "brier_score", "acc": "accuracy", "accuracy_score": "accuracy",
        "categorization_accuracy": "accuracy", "balanced_accuracy_score": "balanced_accuracy", "f1_score": "f1",
        "f_score": "f1", "mean_f1": "f1_samples", "macro_f1": "f1_macro", "micro_f1": "f1_micro",
        "precision_score": "precision", "recall_score": "recall", "iou": "jaccard", "jaccard_score": "jaccard",
        "mcc": "matthews_corrcoef", "kappa": "cohen_kappa", "cohen_kappa_score": "cohen_kappa",
        "qwk": "quadratic_weighted_kappa", "quadratic_kappa": "quadratic_weighted_kappa", "hamming": "hamming_loss",
        "map@3": "map_at_3", "map3": "map_at_3", "map@5": "map_at_5", "map5": "map_at_5",
        "root_mean_squared_error": "rmse", "neg_root_mean_squared_error": "rmse", "mcrmse": "rmse",
        "mean_columnwise_rmse": "rmse", "mean_squared_error": "mse", "neg_mean_squared_error": "mse",
        "mean_absolute_error": "mae", "neg_mean_absolute_error": "mae",
        "neg_median_absolute_error": "median_absolute_error",
        "medae": "median_absolute_error", "mean_absolute_percentage_error": "mape",
        "neg_mean_absolute_percentage_error": "mape", "root_mean_squared_log_error": "rmsle",
        "neg_root_mean_squared_log_error": "rmsle", "mean_columnwise_rmsle": "rmsle", "mean_squared_log_error": "msle",
        "neg_mean_squared_log_error": "msle", "r2_score": "r2", "explained_variance_score": "explained_variance",
        "neg_mean_poisson_deviance": "mean_poisson_deviance", "poisson_deviance": "mean_poisson_deviance",
        "neg_mean_gamma_deviance": "mean_gamma_deviance", "gamma_deviance": "mean_gamma_deviance",
        "tweedie_deviance": "mean_tweedie_deviance", "mean_pinball_loss": "pinball", "quantile_loss": "pinball",
        "spearmanr": "spearman", "pearsonr": "pearson", "pearson_correlation": "pearson",
    }
)  # fmt: skip


def spec(name: str) -> MetricSpec:
    """The entry of a name or alias. Raises CompetitionError with the nearest names for one that is unknown."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    found = METRICS.get(ALIASES.get(plain, plain))
    if found is None:
        near = get_close_matches(plain, [*METRICS, *ALIASES], n=4, cutoff=0.5)
        names = list(dict.fromkeys(ALIASES.get(close, close) for close in near))[:3]
        hint = f"did you mean {' or '.join(names)}?" if names else "docs/metrics.md lists them all"
        msg = f"unknown metric {name!r}"
        raise CompetitionError(msg, hint=hint)
    return found


def metric(name: str) -> Metric:
    return spec(name).metric


def compute(name: str, truth: Any, prediction: Any, classes: Sequence[str] = ()) -> float:
    """The score of a prediction whose rows stand in the truth's order.

    `truth`: the target column or columns, shape (n,) or (n, t), frame or array. `prediction`: the same shape, or (n, k)
    with a column per class in the order of `classes`. The last of two classes is the positive one.
    Raises SubmissionError where the prediction cannot be scored, CompetitionError where the truth leaves the metric
    without a value.
    """
    entry = spec(name)
    actual, predicted = cells(truth), cells(prediction)
    if len(actual) == 0:
        msg = "there are no rows to score"
        raise CompetitionError(msg)
    if len(actual) != len(predicted):
        msg = f"{len(predicted)} predictions for {len(actual)} rows"
        raise SubmissionError(msg)
    if entry.metric.name == "gini_normalized" and classes:
        entry = _gini_of_classes(entry)
    with np.errstate(all="ignore"):
        scores = [entry.function(*pair) for pair in prepare(entry.form, actual, predicted, classes)]
    score = sum(scores) / len(scores)
    if not math.isfinite(score):
        msg = f"{entry.metric.name} comes out as {score}: the predictions are too large or too small"
        raise SubmissionError(msg)
    return float(score)


def _gini_of_classes(entry: MetricSpec) -> MetricSpec:
    """On a binary target the truth is text: the last class counts as one."""
    return MetricSpec(entry.metric, entry.kinds, Form.SCORES, entry.function, entry.summary)
