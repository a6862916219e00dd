"""Intervals by resampling. The competition is the unit: its seeds are resampled within it.

A cluster bootstrap with percentile intervals (Davison and Hinkley, Bootstrap Methods and their Application, 1997,
sections 3.8 and 5.3). With few competitions such intervals are somewhat too narrow; the number of them is always told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from haste.schema.value import Value

T = TypeVar("T")
LEVEL = 0.95
DRAWS = 2000


class Interval(Value):
    """An estimate with its interval; None where the data do not define it."""

    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL


def interval(
    groups: Mapping[str, Sequence[T]],
    statistic: Callable[[Sequence[T]], float | None],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """`statistic` of all items, and its percentile interval over resampled groups and items within groups.

    Deterministic for a seed. Draws for which the statistic is undefined are left out; where more than a tenth are,
    there is no interval.
    """
    names = sorted(name for name, items in groups.items() if items)
    whole = statistic([item for name in names for item in groups[name]])
    if whole is None or len(names) < 2:
        return Interval(value=whole)
    rng = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(draws):
        drawn: list[T] = []
        for place in rng.integers(len(names), size=len(names)):
            items = groups[names[place]]
            drawn.extend(items[i] for i in rng.integers(len(items), size=len(items)))
        value = statistic(drawn)
        if value is not None:
            found.append(value)
    if len(found) < 0.9 * draws:
        return Interval(value=whole)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return Interval(value=whole, low=float(low), high=float(high))
