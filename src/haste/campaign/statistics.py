"""Intervals for the figures of campaigns and studies. Pure; knows nothing of runs."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float] | None:
    """The score interval of a share (Wilson, 1927), as (low, high); None without trials.

    Unlike the usual plus-or-minus it stays within 0 and 1 and keeps its coverage for a handful of trials (Brown, Cai
    and DasGupta, 2001).
    """
    if trials == 0:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    return max(0.0, middle - half), min(1.0, middle + half)
