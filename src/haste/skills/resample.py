"""Intervals by drawing groups again with replacement. Knows nothing of what is in a group.

Percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13) with quantiles spread
for few groups. Equal groups give equal intervals: chance comes from the number of the draw alone. There is none where
drawing again cannot tell how uncertain a figure is: from fewer than five groups, and where all groups are alike. What
can be told of a share that is nothing or everything in every group is Wilson's interval, of so many groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from .interval import spread_tail, wilson
from .words import Chance

T = TypeVar("T")
Ends = tuple[float | None, float | None]
DRAWS = 1000
LEVEL = 0.95
LEAST_GROUPS = 5  # as in studies: with three, such an interval claims an effect one time in four where there is none
NOWHERE: Ends = (None, None)


def interval(
    groups: Sequence[Sequence[T]],
    figure: Callable[[Sequence[T]], float | None],
    *,
    share: bool = False,
    draws: int = DRAWS,
) -> Ends:
    """The figure's interval at LEVEL, over `draws` drawings of as many groups; (None, None) where there is none.

    Groups for which the figure is not defined say nothing on it and are left out. `share`: it lies between 0 and 1.
    """
    groups = [group for group in groups if figure(group) is not None]
    if len(groups) < LEAST_GROUPS:
        return NOWHERE
    value, values = figure([one for group in groups for one in group]), sorted(_drawn(groups, figure, draws))
    if value is None or not values:
        return NOWHERE
    if math.isclose(values[0], values[-1], abs_tol=1e-12):
        sure = share and value in (0, 1)
        return (wilson(value * len(groups), len(groups), LEVEL) if sure else None) or NOWHERE
    tail = spread_tail(len(groups), LEVEL)
    return min(value, _quantile(values, tail)), max(value, _quantile(values, 1 - tail))


def _drawn(groups: Sequence[Sequence[T]], figure: Callable[[Sequence[T]], float | None], draws: int) -> list[float]:
    chance, values = Chance("resample", len(groups)), []
    for draw in range(draws):
        picked = [groups[int(chance.draw(f"{draw}/{n}") * len(groups))] for n in range(len(groups))]
        value = figure([one for group in picked for one in group])
        if value is not None:
            values.append(value)
    return values


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two neighbours, in proportion."""
    at, rest = divmod(share * (len(ordered) - 1), 1)
    low, high = ordered[int(at)], ordered[min(int(at) + 1, len(ordered) - 1)]
    return low + (high - low) * rest
