from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haste.competition.medal import positions, rank_score, thresholds
from haste.schema.competition import Direction, Medal
from haste.schema.errors import CompetitionError

# teams, last place that gets gold, silver, bronze: worked out by hand from Kaggle's table
# (gold: top 10 % below 100 teams, else 10 places and one more per 500 teams; silver: 20 %, 50 places from 250 teams on,
# 5 % from 1000 on; bronze: 40 %, 100 places, 10 %; fractions cut; never less than the first place)
PLACES = [
    (1, 1, 1, 1),
    (2, 1, 1, 1),
    (5, 1, 1, 2),
    (9, 1, 1, 3),
    (10, 1, 2, 4),
    (19, 1, 3, 7),
    (50, 5, 10, 20),
    (99, 9, 19, 39),
    (100, 10, 20, 40),
    (249, 10, 49, 99),
    (250, 10, 50, 100),
    (499, 10, 50, 100),
    (500, 11, 50, 100),
    (999, 11, 50, 100),
    (1000, 12, 50, 100),
    (1001, 12, 50, 100),
    (1499, 12, 74, 149),
    (1500, 13, 75, 150),
    (5000, 20, 250, 500),
    (5001, 20, 250, 500),
    (10000, 30, 500, 1000),
]


@pytest.mark.parametrize("case", PLACES, ids=lambda case: str(case[0]))
def test_places(case: tuple[int, int, int, int]) -> None:
    assert positions(case[0]) == case[1:]


@given(st.integers(1, 20000))
def test_places_by_exact_fractions(teams: int) -> None:
    def share(part: Fraction) -> int:
        return max(1, math.floor(part * teams))

    small, medium = teams < 250, teams < 1000
    gold = share(Fraction(1, 10)) if teams < 100 else 10 + (0 if small else teams // 500)
    silver = share(Fraction(1, 5)) if small else 50 if medium else share(Fraction(1, 20))
    bronze = share(Fraction(2, 5)) if small else 100 if medium else share(Fraction(1, 10))
    assert positions(teams) == (gold, silver, bronze)


@pytest.mark.parametrize("case", PLACES, ids=lambda case: str(case[0]))
@pytest.mark.parametrize("direction", list(Direction))
def test_medals_at_every_boundary(case: tuple[int, int, int, int], direction: Direction) -> None:
    """Scores are 1..N, 1 being the first place: the score at a boundary gets the medal, the one after it does not."""
    teams, gold, silver, bronze = case
    sign = 1 if direction is Direction.MINIMIZE else -1
    board = [float(sign * place) for place in range(1, teams + 1)]
    for place in sorted({1, gold, gold + 1, silver, silver + 1, bronze, bronze + 1, teams}):
        if place > teams:
            continue
        standing = rank_score(float(sign * place), board[::-1], direction)
        expected = (
            Medal.GOLD if place <= gold
            else Medal.SILVER if place <= silver
            else Medal.BRONZE if place <= bronze
            else Medal.NONE
        )  # fmt: skip
        assert (standing.rank, standing.medal) == (place, expected)
        assert standing.above_median == (place < (teams + 1) / 2)


def test_an_equal_score_gets_the_medal_and_the_median_is_strict() -> None:
    board = [0.9] * 10 + [0.5] * 90
    standing = rank_score(0.9, board, Direction.MAXIMIZE)
    assert (standing.medal, standing.rank) == (Medal.GOLD, 1)
    level = rank_score(0.5, board, Direction.MAXIMIZE)
    assert (level.medal, level.rank, level.above_median) == (Medal.SILVER, 11, False)  # places 20 and 40 have 0.5, too
    assert rank_score(0.4, board, Direction.MAXIMIZE).rank == 101


def test_a_score_is_rounded_to_five_digits_first() -> None:
    board = [1.0] * 12 + [0.5] * 100
    assert rank_score(0.999995001, board, Direction.MAXIMIZE).medal is Medal.GOLD
    assert rank_score(0.999994, board, Direction.MAXIMIZE).medal is not Medal.GOLD


def test_nan_wins_nothing_and_does_not_count() -> None:
    standing = rank_score(math.nan, [1.0, 2.0, math.nan], Direction.MAXIMIZE)
    assert (standing.medal, standing.rank, standing.above_median) == (Medal.NONE, 3, False)
    assert standing.thresholds.teams == 2
    assert standing.thresholds.median == 1.5


def test_an_empty_leaderboard_is_refused() -> None:
    with pytest.raises(CompetitionError, match="no scores"):
        thresholds([math.nan], Direction.MAXIMIZE)
