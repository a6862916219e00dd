"""Medals by Kaggle's rule as MLE-bench applies it, and places on a leaderboard.

https://www.kaggle.com/progression; openai/mle-bench, `grade_helpers.py`. Knows nothing of files or submissions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from haste.schema.competition import Direction, Medal
from haste.schema.errors import CompetitionError

_DIGITS = 5  # a score is rounded before it is compared


@dataclass(frozen=True)
class Thresholds:
    """The worst scores that still get each medal, and the median of the leaderboard."""

    teams: int
    gold: float
    silver: float
    bronze: float
    median: float


@dataclass(frozen=True)
class Standing:
    rank: int  # 1 is best; ties take the better rank
    medal: Medal
    above_median: bool  # strictly
    thresholds: Thresholds


def positions(teams: int) -> tuple[int, int, int]:
    """The last places, from 1, that get gold, silver and bronze among so many teams."""
    if teams < 100:
        return max(1, int(0.1 * teams)), max(1, int(0.2 * teams)), max(1, int(0.4 * teams))
    if teams < 250:
        return 10, int(0.2 * teams), int(0.4 * teams)
    gold = 10 + int(0.002 * teams)
    if teams < 1000:
        return gold, 50, 100
    return gold, int(0.05 * teams), int(0.1 * teams)


def thresholds(scores: Sequence[float], direction: Direction) -> Thresholds:
    """Medal scores of a leaderboard in any order. NaN entries do not count; CompetitionError if none is left."""
    ranked = sorted((s for s in scores if not math.isnan(s)), reverse=direction is Direction.MAXIMIZE)
    if not ranked:
        msg = "the leaderboard has no scores"
        raise CompetitionError(msg)
    gold, silver, bronze = (ranked[position - 1] for position in positions(len(ranked)))
    return Thresholds(len(ranked), gold, silver, bronze, float(median(ranked)))


def rank_score(score: float, scores: Sequence[float], direction: Direction) -> Standing:
    """Where `score` stands among `scores`. A score as good as a threshold gets the medal; NaN gets none."""
    bars = thresholds(scores, direction)
    own = round(score, _DIGITS)

    def beats(a: float, b: float) -> bool:
        return a > b if direction is Direction.MAXIMIZE else a < b

    def reaches(bar: float) -> bool:
        return own == bar or beats(own, bar)

    medal = next(
        (
            name
            for name, bar in ((Medal.GOLD, bars.gold), (Medal.SILVER, bars.silver), (Medal.BRONZE, bars.bronze))
            if reaches(bar)
        ),
        Medal.NONE,
    )
    known = [s for s in scores if not math.isnan(s)]
    rank = len(known) + 1 if math.isnan(own) else 1 + sum(beats(s, own) for s in known)
    return Standing(rank, medal, beats(own, bars.median), bars)
