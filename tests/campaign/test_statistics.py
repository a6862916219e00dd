"""Intervals: right where the truth is known, and quiet where there is nothing to say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.campaign.statistics import Interval, Measure, interval, ratio, ratio_difference, saving
from haste.skills.interval import spread_tail, wilson

MEAN = Measure(lambda value: (value, 1.0), ratio)
SAVED = Measure(lambda pair: pair, saving)
GROUPS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.lists(st.floats(-100, 100), min_size=1, max_size=4),
    min_size=1,
    max_size=8,
)


def test_quantiles_are_spread_to_a_t_intervals_width():
    """Against scipy's distributions, from five groups on."""
    for groups in (5, 8, 15, 40):
        wide = math.sqrt(groups / (groups - 1)) * scipy.stats.t.ppf(0.025, groups - 1)
        assert spread_tail(groups, 0.95) == pytest.approx(scipy.stats.norm.cdf(wide), rel=0.01)


def _covered(groups: int, between: float, within: float, studies: int = 400) -> float:
    """Share of simulated studies (5 seeds each, true mean 2) whose interval holds the truth."""
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(studies):
        table = 2 + rng.normal(0, between, (groups, 1)) + rng.normal(0, within, (groups, 5))
        found = interval({str(i): row for i, row in enumerate(table.tolist())}, MEAN, draws=500)
        hits += found.low <= 2 <= found.high
    return hits / studies


@pytest.mark.parametrize(
    ("groups", "between", "within", "least"),
    [(15, 1.0, 1.0, 0.92), (15, 0.0, 1.0, 0.92), (8, 1.0, 1.0, 0.9), (5, 1.0, 0.3, 0.85)],
)
def test_an_interval_holds_the_truth_about_as_often_as_it_says(groups, between, within, least):
    assert least <= _covered(groups, between, within) <= 0.985


def test_the_seeds_of_a_competition_do_not_count_as_competitions():
    """Five equal seeds say no more than one."""
    once = {str(i): [float(i % 3)] for i in range(9)}
    often = {name: values * 5 for name, values in once.items()}
    assert interval(once, MEAN) == interval(often, MEAN)


def test_a_ratio_weighs_competitions_by_what_they_did():
    groups = {"one": [(1.0, 10.0)], "other": [(30.0, 30.0)]}
    assert interval(groups, SAVED).value == pytest.approx(1 - 31 / 40)
    both = Measure(lambda item: item, ratio_difference)
    assert interval({"one": [(1, 2, 1, 4)], "other": [(2, 2, 0, 4)]}, both).value == pytest.approx(3 / 4 - 1 / 8)


@pytest.mark.parametrize(
    ("groups", "value", "has_interval"),
    [
        ({}, None, False),
        ({"one": []}, None, False),
        ({"one": [(0.0, 0.0)], "other": [(0.0, 0.0)]}, None, False),  # nothing was needed on the other side
        ({"one": [(1.0, 2.0)]}, 0.5, False),  # a single competition
        ({"one": [(1.0, 2.0)], "other": []}, 0.5, False),
        ({str(n): [(1.0, 2.0)] for n in range(4)}, 0.5, False),  # too few groups
        ({str(n): [(1.0, 2.0)] for n in range(5)}, 0.5, False),  # all alike
        ({str(n): [(n, 2.0 * n)] for n in range(1, 6)}, 0.5, False),  # of different sizes, and alike all the same
        ({str(n): [(float(n), 4.0)] for n in range(5)}, 0.5, True),
        ({str(n): [(float(n), 4.0)] for n in range(4)} | {"e": [(0.0, 0.0)]}, 0.625, False),  # one tells nothing
        ({"one": [(1.0, 2.0)]} | {str(n): [(0.0, 0.0)] for n in range(4)}, 0.5, False),  # undefined in many draws
    ],
)
def test_where_data_are_few_there_is_less_to_say(groups, value, has_interval):
    found = interval(groups, SAVED)
    assert found.value == (None if value is None else pytest.approx(value))
    assert (found.low is not None, found.high is not None) == (has_interval, has_interval)


@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
def test_where_all_are_alike_only_a_share_of_nothing_or_everything_has_an_interval(value: float):
    groups = {str(n): [value] * 5 for n in range(8)}
    assert interval(groups, MEAN) == Interval(value=value, alike=True)
    found = interval(groups, Measure(MEAN.parts, MEAN.of, share=True))
    ends = (None, None) if value == 0.25 else wilson(8 * value, 8)
    assert found == Interval(value=value, low=ends[0], high=ends[1], alike=True)
    assert not interval({str(n): [float(n)] for n in range(8)}, MEAN).alike


def test_more_is_said_by_more_competitions():
    rng = np.random.default_rng(3)
    values = rng.normal(size=40).tolist()
    widths = []
    for count in (5, 10, 40):
        found = interval({str(i): [value] for i, value in enumerate(values[:count])}, MEAN)
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_the_interval_of_a_mean_holds_the_mean(groups):
    found = interval(groups, MEAN, draws=200)
    everything = [value for values in groups.values() for value in values]
    assert found.value == pytest.approx(math.fsum(everything) / len(everything), abs=1e-9)
    if found.low is not None:
        assert found.low <= found.value <= found.high
        assert min(everything) - 1e-9 <= found.low
        assert found.high <= max(everything) + 1e-9


@settings(max_examples=60, deadline=None)
@given(GROUPS, st.randoms(use_true_random=False))
def test_the_order_of_groups_and_of_items_changes_nothing(groups, random):
    names = list(groups)
    random.shuffle(names)
    shuffled = {name: random.sample(groups[name], len(groups[name])) for name in names}
    assert interval(shuffled, MEAN, draws=200) == interval(groups, MEAN, draws=200)


@settings(max_examples=40, deadline=None)
@given(GROUPS, st.floats(-10, 10))
def test_a_mean_that_is_moved_moves_its_interval(groups, shift):
    found = interval(groups, MEAN, draws=200)
    moved = interval({k: [v + shift for v in values] for k, values in groups.items()}, MEAN, draws=200)
    for end in ("value", "low", "high"):
        before, after = getattr(found, end), getattr(moved, end)
        assert after == (None if before is None else pytest.approx(before + shift, abs=1e-6))


def test_chance_is_drawn_from_the_seed_alone():
    groups = {str(i): [float(i), i * 2.0] for i in range(6)}
    assert interval(groups, MEAN) == interval(groups, MEAN)
    assert interval(groups, MEAN) != interval(groups, MEAN, seed=1)
    assert isinstance(interval(groups, MEAN), Interval)
