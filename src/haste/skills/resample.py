"""Intervals by drawing groups again with replacement. Knows nothing of what is in a group.

Percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Equal groups give
equal intervals: chance comes from the number of the draw alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .words import Chance

T = TypeVar("T")
DRAWS = 500
LEVEL = 0.95


def interval(
    groups: Sequence[Sequence[T]], figure: Callable[[Sequence[T]], float | None], draws: int = DRAWS
) -> tuple[float | None, float | None]:
    """The figure's interval at LEVEL, over `draws` drawings of as many groups; (None, None) with fewer than two groups.

    Drawings in which the figure is not defined are left out.
    """
    if len(groups) < 2:
        return None, None
    chance, values = Chance("resample", len(groups)), []
    for draw in range(draws):
        picked = [groups[int(chance.draw(f"{draw}/{n}") * len(groups))] for n in range(len(groups))]
        value = figure([one for group in picked for one in group])
        if value is not None:
            values.append(value)
    if not values:
        return None, None
    values.sort()
    tail = (1 - LEVEL) / 2
    return values[int(tail * (len(values) - 1))], values[round((1 - tail) * (len(values) - 1))]
