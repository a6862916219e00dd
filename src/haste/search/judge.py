"""The keep rule: is a gain larger than its own noise?

Fold scores of two candidates are compared pairwise, because both saw the same folds: what makes a fold hard cancels.
The variance of the mean gain carries the correction of Nadeau & Bengio (2003, "Inference for the generalization
error"), since cross-validation's training sets overlap: var * (1/k + n_valid/n_train) instead of var / k.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from haste.schema.competition import Metric


@dataclass(frozen=True)
class Comparison:
    gain: float  # mean over the shared folds; positive is better
    noise: float | None  # corrected standard error of that mean; None with fewer than two folds
    fold_gains: tuple[float, ...]

    def beats(self, confidence: float) -> bool:
        """Whether the gain is beyond noise: its one-sided lower bound at `confidence` lies above zero."""
        if self.noise is None:
            return self.gain > 0
        return self.gain > t_quantile(confidence, len(self.fold_gains) - 1) * self.noise

    @property
    def behind(self) -> bool:
        """Worse on every fold seen, of at least two: more folds would hardly turn it."""
        return len(self.fold_gains) >= 2 and max(self.fold_gains) < 0


def compare(metric: Metric, new: Mapping[int, float], old: Mapping[int, float]) -> Comparison:
    """Compare on the folds that both have. Raises ValueError when there is none."""
    folds = sorted(set(new) & set(old))
    if not folds:
        msg = "the two share no fold"
        raise ValueError(msg)
    gains = tuple(metric.gain(new[fold], old[fold]) for fold in folds)
    count = len(gains)
    mean = sum(gains) / count
    if count < 2:
        return Comparison(mean, None, gains)
    variance = sum((g - mean) ** 2 for g in gains) / (count - 1)
    return Comparison(mean, math.sqrt(variance * (1 / count + 1 / (count - 1))), gains)


def t_quantile(probability: float, df: int) -> float:
    """The quantile of Student's t with `df` degrees of freedom, by bisection of its closed-form distribution."""
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_cdf(middle, df) < probability else (low, middle)
    return (low + high) / 2


def _t_cdf(t: float, df: int) -> float:
    """P(T <= t) for whole df: the finite trigonometric series (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    theta = math.atan2(t, math.sqrt(df))
    sine, cosine = math.sin(theta), math.cos(theta)
    if df % 2:
        term, total = cosine, cosine if df > 1 else 0.0
        for j in range(3, df - 1, 2):
            term *= cosine**2 * (j - 1) / j
            total += term
        area = 2 / math.pi * (theta + sine * total)
    else:
        term, total = 1.0, 1.0
        for j in range(2, df - 1, 2):
            term *= cosine**2 * (j - 1) / j
            total += term
        area = sine * total
    return 0.5 + area / 2
