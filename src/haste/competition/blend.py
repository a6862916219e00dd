"""Blending predictions: one table out of several that predict the same rows.

This file stands alone (pandas and numpy): it is copied as it is into delivered solutions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SUM_TOLERANCE = 1e-6  # of the probabilities of one row
SMALLEST = 1e-15  # a probability of zero would veto all others in a geometric mean


def blend(frames: list[pd.DataFrame], method: str) -> pd.DataFrame:
    """Average `frames`, best first: the same rows and columns each, predictions only (no ids).

    rank_average    mean of each column's ranks, scaled to (0, 1]; for metrics that look at the order only
    mean            mean of probabilities or values
    geometric_mean  of probabilities, rescaled so that each row sums to one
    vote            the most frequent label of each cell; a tie goes to the best frame among those tied
    """
    columns = list(frames[0].columns)
    if any(list(frame.columns) != columns or len(frame) != len(frames[0]) for frame in frames):
        raise ValueError("the tables to blend differ in columns or in rows")  # noqa: EM101
    if method == "vote":
        return pd.DataFrame(_vote([frame.to_numpy(dtype=object) for frame in frames]), columns=columns)
    if method == "rank_average":
        stack = np.stack([frame.rank(pct=True).to_numpy() for frame in frames])
        return pd.DataFrame(stack.mean(axis=0), columns=columns)
    stack = np.stack([frame.to_numpy(dtype=float) for frame in frames])
    if method == "mean":
        mixed = stack.mean(axis=0)
        if _are_distributions(stack):
            mixed = mixed / mixed.sum(axis=1, keepdims=True)
    elif method == "geometric_mean":
        mixed = np.exp(np.log(np.clip(stack, SMALLEST, 1)).mean(axis=0))
        if _are_distributions(stack):
            mixed = mixed / mixed.sum(axis=1, keepdims=True)
        else:  # each column is the probability of a yes
            mixed = mixed / (mixed + np.exp(np.log(np.clip(1 - stack, SMALLEST, 1)).mean(axis=0)))
    else:
        raise ValueError(f"unknown way to blend: {method}")  # noqa: EM102
    return pd.DataFrame(mixed, columns=columns)


def _are_distributions(stack: np.ndarray) -> bool:
    """Whether every row of every table, shape (tables, rows, columns), sums to one: a column per class."""
    return stack.shape[2] > 1 and bool(np.all(np.abs(stack.sum(axis=2) - 1) <= SUM_TOLERANCE))


def _vote(tables: list[np.ndarray]) -> np.ndarray:
    stack = np.stack(tables)
    votes = np.stack([(stack == table).sum(axis=0) for table in tables])  # how many agree with each table
    winner = votes.argmax(axis=0)  # the first of those tied
    return np.asarray(np.take_along_axis(stack, winner[None], axis=0)[0])
