"""The formulas of the metrics, each on arrays that `metric_inputs` has already made plain.

Written in numpy so that judging a fold costs milliseconds; the tests hold every one of them against scikit-learn or a
hand-worked case. A case in which a metric has no value raises: CompetitionError where the truth is to blame,
SubmissionError where the prediction is.

Shapes: n rows, k classes or columns. `Array` is float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from haste.schema.errors import CompetitionError, SubmissionError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Texts = NDArray[Any]

_EPS = float(np.finfo(np.float64).eps)  # scikit-learn's clip of probabilities and of divisors


def average_ranks(values: Array) -> Array:
    """Ranks from 1, ties sharing their mean; shape (n,)."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Array = (last - (counts - 1) / 2)[inverse]
    return ranks


# Scores against 0/1 truth, shape (n,)


def _positives(truth: Array) -> int:
    positives = int(truth.sum())
    if positives in (0, len(truth)):
        msg = "the truth holds one class only, so the metric has no value"
        raise CompetitionError(msg, hint="use fewer folds or a stratified scheme")
    return positives


def roc_auc(truth: Array, score: Array) -> float:
    positives = _positives(truth)
    negatives = len(truth) - positives
    rank_sum = float(average_ranks(score)[truth == 1].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def roc_auc_pooled(truth: Array, score: Array) -> float:
    return roc_auc(truth.ravel(), score.ravel())


def average_precision(truth: Array, score: Array) -> float:
    positives = _positives(truth)
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)  # tied scores enter together
    hits = np.cumsum(truth[order])[ends]
    steps = np.diff(hits, prepend=0.0)
    return float((steps * hits / (ends + 1)).sum() / positives)


def gini_normalized(truth: Array, score: Array) -> float:
    """Area between the Lorenz curve in the order of the score and the diagonal, over that of the perfect order.

    Tied scores enter the curve together, so that the order of the rows does not count. Equals 2 * AUC - 1 on 0/1 truth.
    """
    best = _gini(truth, truth)
    if best == 0:
        msg = "the truth is constant, so gini_normalized has no value"
        raise CompetitionError(msg)
    return _gini(truth, score) / best


def _gini(truth: Array, score: Array) -> float:
    total = float(truth.sum())
    if total == 0:
        msg = "the truth sums to zero, so gini_normalized has no value"
        raise CompetitionError(msg)
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    share = np.concatenate([[0.0], np.cumsum(truth[order])[ends] / total])
    width = np.diff(np.concatenate([[0.0], (ends + 1) / len(score)]))
    return float((width * (share[1:] + share[:-1]) / 2).sum() - 0.5)


# Distributions over classes, truth one-hot, shape (n, k)


def log_loss(truth: Array, probability: Array) -> float:
    return float(-np.log(np.clip(probability, _EPS, 1 - _EPS))[truth == 1].sum() / len(truth))


def brier_score(truth: Array, probability: Array) -> float:
    loss = float(((probability - truth) ** 2).sum(axis=1).mean())
    return loss / 2 if truth.shape[1] == 2 else loss  # two classes: the usual square of one probability's error


def roc_auc_ovr(truth: Array, score: Array) -> float:
    return float(np.mean([roc_auc(truth[:, k], score[:, k]) for k in range(truth.shape[1])]))


def ndcg(relevance: Array, score: Array) -> float:
    """Mean over rows of the discounted gain of the columns' order; ties share their mean gain. No relevance: 0."""
    n, k = relevance.shape
    discount = 1 / np.log2(np.arange(k) + 2)
    ideal = (-np.sort(-relevance, axis=1) * discount).sum(axis=1)
    if not ideal.any():
        msg = "no row of the truth has a relevant column, so ndcg has no value"
        raise CompetitionError(msg)
    order = np.argsort(-score, axis=1, kind="stable")
    ordered = np.take_along_axis(score, order, axis=1)
    gains = np.take_along_axis(relevance, order, axis=1)
    starts = np.ones((n, k), dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    tie = (np.cumsum(starts.ravel()) - 1).astype(np.int64)  # a tie's number, unique over all rows
    shared = (np.bincount(tie, gains.ravel()) / np.bincount(tie))[tie].reshape(n, k)
    actual = (shared * discount).sum(axis=1)
    return float(np.divide(actual, ideal, out=np.zeros(n), where=ideal > 0).mean())


# Codes of classes, shape (n,) or (n, k); classes are 0..k-1


def accuracy(truth: Codes, label: Codes) -> float:
    return float((truth == label).all(axis=1).mean())


def hamming_loss(truth: Codes, label: Codes) -> float:
    return float((truth != label).mean())


def confusion(truth: Codes, label: Codes) -> Array:
    """Counts, rows are the truth; classes that occur in neither are left out."""
    seen = np.unique(np.concatenate([truth, label]))
    k = len(seen)
    cells = np.searchsorted(seen, truth) * k + np.searchsorted(seen, label)
    table: Array = np.bincount(cells, minlength=k * k).reshape(k, k).astype(np.float64)
    if (table.sum(axis=1) > 0).sum() < 2:
        msg = "the truth holds one class only, so the metric has no value"
        raise CompetitionError(msg, hint="use fewer folds or a stratified scheme")
    return table


def balanced_accuracy(truth: Codes, label: Codes) -> float:
    table = confusion(truth, label)
    support = table.sum(axis=1)
    return float((np.diag(table)[support > 0] / support[support > 0]).mean())


def matthews_corrcoef(truth: Codes, label: Codes) -> float:
    """Gorodkin's form for several classes; 0 where the prediction is constant, as scikit-learn has it."""
    table = confusion(truth, label)
    n, actual, predicted = table.sum(), table.sum(axis=1), table.sum(axis=0)
    spread = (n * n - predicted @ predicted) * (n * n - actual @ actual)
    return float((np.trace(table) * n - actual @ predicted) / np.sqrt(spread)) if spread else 0.0


def cohen_kappa(truth: Codes, label: Codes) -> float:
    table = confusion(truth, label)
    n = float(table.sum())
    expected = float(table.sum(axis=1) @ table.sum(axis=0)) / n**2
    return (float(np.trace(table)) / n - expected) / (1 - expected)


def quadratic_weighted_kappa(truth: Array, rating: Array) -> float:
    """1 - mean squared distance of the ratings over the one that independent ratings of the same margins would have."""
    if np.ptp(truth) == 0:
        msg = "the truth holds one class only, so quadratic_weighted_kappa has no value"
        raise CompetitionError(msg)
    expected = (truth**2).mean() + (rating**2).mean() - 2 * truth.mean() * rating.mean()
    return float(1 - ((truth - rating) ** 2).mean() / expected)


# The positive class, or a column per label: 0/1, shape (n, k)


def _counts(truth: Array, label: Array, axis: int | None = 0) -> tuple[Array, Array, Array]:
    hits = np.asarray((truth * label).sum(axis=axis))
    return hits, np.asarray(truth.sum(axis=axis)), np.asarray(label.sum(axis=axis))


def _ratio(above: Array, below: Array) -> Array:
    """Zero where there is nothing to divide by, as scikit-learn has it."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0)


def _need_positives(actual: Array) -> None:
    if not np.any(actual):
        msg = "no row of the truth is of the positive class, so the metric has no value"
        raise CompetitionError(msg, hint="use fewer folds or a stratified scheme")


def f1(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label, None)
    _need_positives(actual)
    return float(_ratio(2 * hits, actual + predicted))


def f1_macro(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label)
    _need_positives(actual)
    return float(_ratio(2 * hits, actual + predicted).mean())


def f1_weighted(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label)
    _need_positives(actual)
    return float((_ratio(2 * hits, actual + predicted) * actual).sum() / actual.sum())


def f1_samples(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label, 1)
    _need_positives(actual)
    return float(_ratio(2 * hits, actual + predicted).mean())


def precision(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label, None)
    _need_positives(actual)
    return float(_ratio(hits, predicted))


def recall(truth: Array, label: Array) -> float:
    hits, actual, _ = _counts(truth, label, None)
    _need_positives(actual)
    return float(hits / actual)


def precision_macro(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label)
    _need_positives(actual)
    return float(_ratio(hits, predicted).mean())


def recall_macro(truth: Array, label: Array) -> float:
    hits, actual, _ = _counts(truth, label)
    _need_positives(actual)
    return float(_ratio(hits, actual).mean())


def jaccard(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label, None)
    _need_positives(actual)
    return float(_ratio(hits, actual + predicted - hits))


def jaccard_macro(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label)
    _need_positives(actual)
    return float(_ratio(hits, actual + predicted - hits).mean())


def jaccard_samples(truth: Array, label: Array) -> float:
    hits, actual, predicted = _counts(truth, label, 1)
    _need_positives(actual)
    return float(_ratio(hits, actual + predicted - hits).mean())


# Text


def token_accuracy(truth: Texts, text: Texts) -> float:
    return float((truth == text).mean())


def mean_average_precision(truth: Codes, guesses: Codes) -> float:
    """Truth of shape (n,), guesses (n, k) best first and -1 where there is none: mean of 1 / rank of the first hit."""
    hit = guesses == truth[:, None]
    rank = np.argmax(hit, axis=1) + 1
    return float(np.where(hit.any(axis=1), 1 / rank, 0.0).mean())


def need_at_least(values: Array, low: float, *, strict: bool, fault: str) -> None:
    """Raise the error of whoever is to blame (`fault`: truth or prediction) for values below `low`."""
    if np.any(values <= low) if strict else np.any(values < low):
        rule = "above" if strict else "at least"
        msg = f"the {fault} holds {values.min():g}, and the metric needs values {rule} {low:g}"
        raise CompetitionError(msg) if fault == "truth" else SubmissionError(msg)
