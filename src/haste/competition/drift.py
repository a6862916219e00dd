"""Adversarial validation: can a model tell training rows from test rows, and by which columns?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from haste.schema.profile import Drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame, Series

MOST_ROWS = 2000  # a side; more would not change what is done about it
_FEWEST_ROWS = 20
_TREES = 20
_TELLING = 0.55  # below this AUC no column is named


def measure_drift(train: DataFrame, test: DataFrame, columns: Sequence[str], seed: int) -> Drift | None:
    """The AUC of small forests that tell both sides apart, on rows they did not see. None: nothing to compare.

    `columns` must be in both frames and plain: numbers or levels. 0.5 means that the sides cannot be told apart.
    """
    if not columns or min(len(train), len(test)) < _FEWEST_ROWS:
        return None
    from sklearn.ensemble import ExtraTreesClassifier

    rng = np.random.default_rng(seed)
    sides = [_sample(frame, rng) for frame in (train, test)]
    features = np.column_stack([_numbers(sides[0][c], sides[1][c]) for c in columns])
    side = np.repeat([0, 1], [len(sides[0]), len(sides[1])])
    half = rng.permutation(len(side)) % 2 == 0
    score, importance = np.empty(len(side)), np.zeros(len(columns))
    for learn in (half, ~half):
        forest = ExtraTreesClassifier(
            _TREES, max_depth=8, min_samples_leaf=5, random_state=int(rng.integers(2**31)), n_jobs=1
        ).fit(features[learn], side[learn])
        score[~learn] = forest.predict_proba(features[~learn])[:, 1]
        importance += forest.feature_importances_ / 2
    auc = (_auc(score[half], side[half]) + _auc(score[~half], side[~half])) / 2
    order = np.argsort(-importance, kind="stable")
    even = 1 / len(columns)
    strongest = tuple(columns[i] for i in order[:5] if importance[i] >= even)
    return Drift(auc=auc, columns=strongest if auc >= _TELLING else ())


def _sample(frame: DataFrame, rng: np.random.Generator) -> DataFrame:
    if len(frame) <= MOST_ROWS:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), MOST_ROWS, replace=False))]


def _numbers(left: Series[Any], right: Series[Any]) -> NDArray[np.float64]:
    """Both sides' values as numbers; levels by how often they occur; what is missing lies below all else."""
    import pandas as pd

    both = pd.concat([left, right], ignore_index=True)
    if not pd.api.types.is_numeric_dtype(both):
        both = both.astype("str").where(both.notna())
        both = both.map(both.value_counts()) * 1000.0 + pd.factorize(both, sort=True)[0] % 1000
    values = both.astype("float64").to_numpy(copy=True)
    finite = np.isfinite(values)
    largest = np.finfo(np.float32).max / 4  # the forest works in single precision
    low = values[finite].min() - 1 if finite.any() else 0.0
    return np.clip(np.where(finite, values, low), -largest, largest)


def _auc(score: NDArray[np.float64], side: NDArray[np.int64]) -> float:
    """The area under the ROC curve by ranks, ties in the middle; scikit-learn's own checks cost more than the sum."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = int(side.sum())
    area = ranks[side == 1].sum() - positives * (positives + 1) / 2
    return float(area / (positives * (len(side) - positives)))
