"""Intervals for a handful of numbers: of means, of shares, and of what is drawn again. Knows nothing of skills."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist


@lru_cache(maxsize=256)  # a few levels and small numbers, asked for with every skill
def t_quantile(p: float, df: int) -> float:
    """Student's t quantile for p in (0.5, 1): exact for 1 and 2 degrees of freedom, else Cornish and Fisher's series.

    The series (Abramowitz and Stegun 26.7.5) is within 1 % of the exact value at p = 0.95 from 3 degrees on.
    """
    if df == 1:
        return math.tan(math.pi * (p - 0.5))
    if df == 2:
        return (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    z = NormalDist().inv_cdf(p)
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / df + g2 / df**2 + g3 / df**3 + g4 / df**4


def mean_interval(values: Sequence[float], variances: Sequence[float], level: float) -> tuple[float, float, float]:
    """Mean of `values` with a two-sided interval, as (mean, low, high). Needs at least one value.

    `variances` are each value's own known sampling variance: the spread between values may by chance look smaller
    than that, and is then not believed. A single value gets a normal interval from its own variance.
    """
    n = len(values)
    mean = math.fsum(values) / n
    p = 0.5 + level / 2
    known = math.fsum(variances) / n
    if n == 1:
        half = NormalDist().inv_cdf(p) * math.sqrt(known)
    else:
        spread = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
        half = t_quantile(p, n - 1) * math.sqrt(max(spread, known) / n)
    return mean, mean - half, mean + half


def wilson(successes: float, trials: int, level: float = 0.95) -> tuple[float, float] | None:
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


def spread_tail(groups: int, level: float) -> float:
    """The quantile of resampled figures whose interval has a t interval's width where the figure is a mean.

    For a few groups plain quantiles are too narrow (the expanded percentile interval of Hesterberg, What Teachers
    Should Know About the Bootstrap, The American Statistician 69, 2015, section 3.3). Needs two groups or more.
    """
    wide = math.sqrt(groups / (groups - 1)) * t_quantile(0.5 + level / 2, groups - 1)
    return NormalDist().cdf(-wide)
