from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.competition.loaded import Fold, LoadedCompetition
from haste.competition.split import make_splits
from haste.competition.time_split import plan, windows
from haste.schema.competition import Kind, Scheme
from haste.schema.errors import CompetitionError

from .judged import make


def binary(n: int, *, scheme: Scheme = Scheme.STRATIFIED, every: int = 3, **more: object) -> LoadedCompetition:
    truth: list[object] = [int(i % every == 0) for i in range(n)]
    return make(Kind.BINARY, "roc_auc", {"y": truth}, scheme=scheme, **more)  # type: ignore[arg-type]


def regression(n: int, *, scheme: Scheme, **more: object) -> LoadedCompetition:
    truth: list[object] = list(np.random.default_rng(n).gamma(2, 2, n))
    return make(Kind.REGRESSION, "rmse", {"y": truth}, scheme=scheme, **more)  # type: ignore[arg-type]


def assert_partition(folds: tuple[Fold, ...], n: int) -> None:
    """Each row is held out exactly once, and never trains its own fold."""
    assert np.array_equal(np.sort(np.concatenate([fold.valid for fold in folds])), np.arange(n))
    for fold in folds:
        assert np.array_equal(np.sort(np.concatenate([fold.train, fold.valid])), np.arange(n))


@given(
    n=st.integers(30, 200),
    folds=st.integers(2, 6),
    seed=st.integers(0, 99),
    scheme=st.sampled_from(["kfold", "stratified"]),
)
@settings(max_examples=30, deadline=None)
def test_rows_are_held_out_once(n: int, folds: int, seed: int, scheme: str) -> None:
    for loaded in (binary(n, scheme=Scheme.STRATIFIED), regression(n, scheme=Scheme(scheme))):
        splits = make_splits(loaded, folds, seed)
        assert len(splits.search) == folds
        assert 3 <= len(splits.confirm) <= 5
        assert_partition(splits.search, n)
        assert_partition(splits.confirm, n)


@given(n=st.integers(40, 150), folds=st.integers(2, 5), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_every_fold_has_its_share_of_every_class(n: int, folds: int, seed: int) -> None:
    loaded = binary(n)
    target = loaded.train["y"].to_numpy()
    for part in (make_splits(loaded, folds, seed).search, make_splits(loaded, folds, seed).confirm):
        for name in ("0", "1"):
            counts = [int((target[fold.valid] == name).sum()) for fold in part]
            assert max(counts) - min(counts) <= 1
        assert max(len(fold.valid) for fold in part) - min(len(fold.valid) for fold in part) <= 1


def test_a_class_with_fewer_members_than_folds_is_spread() -> None:
    loaded = make(Kind.MULTICLASS, "f1_macro", {"y": ["a"] * 30 + ["b"] * 20 + ["c"] * 3}, scheme=Scheme.STRATIFIED)
    target = loaded.train["y"].to_numpy()
    for part in (make_splits(loaded, 5, 0).search, make_splits(loaded, 5, 0).confirm):
        assert sorted(int((target[fold.valid] == "c").sum()) for fold in part) == [0, 0, 1, 1, 1]


def test_a_numeric_target_is_stratified_by_its_size() -> None:
    loaded = regression(60, scheme=Scheme.STRATIFIED)
    values = loaded.train["y"].to_numpy()
    spread = {
        scheme: np.std([values[fold.valid].mean() for fold in make_splits(regression(60, scheme=scheme), 5, 3).search])
        for scheme in (Scheme.STRATIFIED, Scheme.KFOLD)
    }
    assert spread[Scheme.STRATIFIED] < spread[Scheme.KFOLD] / 2


def test_rare_labels_are_spread_over_the_folds() -> None:
    rare: list[object] = [1.0] * 5 + [0.0] * 95
    often: list[object] = [0.0, 1.0] * 50
    loaded = make(Kind.MULTILABEL, "roc_auc", {"a": often, "b": rare}, scheme=Scheme.STRATIFIED)
    for seed in range(5):
        for fold in make_splits(loaded, 5, seed).search:
            assert loaded.train["b"].to_numpy()[fold.valid].sum() == 1


def test_the_seed_decides_and_confirm_is_another_partition() -> None:
    for loaded in (binary(60), regression(60, scheme=Scheme.STRATIFIED), regression(60, scheme=Scheme.KFOLD)):
        first, again, other = make_splits(loaded, 5, 1), make_splits(loaded, 5, 1), make_splits(loaded, 5, 2)
        assert all(np.array_equal(a.valid, b.valid) for a, b in zip(first.search, again.search, strict=True))
        assert all(np.array_equal(a.valid, b.valid) for a, b in zip(first.confirm, again.confirm, strict=True))
        assert not all(np.array_equal(a.valid, b.valid) for a, b in zip(first.search, other.search, strict=True))
        searched = {frozenset(fold.valid.tolist()) for fold in first.search}
        assert not searched & {frozenset(fold.valid.tolist()) for fold in first.confirm}


@given(sizes=st.lists(st.integers(2, 9), min_size=6, max_size=25), folds=st.integers(2, 5), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_groups_never_straddle(sizes: list[int], folds: int, seed: int) -> None:
    group = [f"g{i}" for i, size in enumerate(sizes) for _ in range(size)]
    loaded = regression(len(group), scheme=Scheme.GROUP, group=group)
    names = np.array(group)
    splits = make_splits(loaded, folds, seed)
    for part in (splits.search, splits.confirm):
        assert_partition(part, len(group))
        for fold in part:
            assert not set(names[fold.train]) & set(names[fold.valid])
        assert max(len(f.valid) for f in part) - min(len(f.valid) for f in part) <= 2 * max(sizes)
    searched = {frozenset(fold.valid.tolist()) for fold in splits.search}
    assert searched != {frozenset(fold.valid.tolist()) for fold in splits.confirm}
    if len(sizes) > 12:
        assert len(splits.confirm) == max(folds, 3)


def test_groups_are_dealt_so_that_classes_stay_even() -> None:
    group = [f"g{i // 5}" for i in range(200)]
    truth: list[object] = [int(i // 5 % 4 == 0) for i in range(200)]  # whole groups of one class
    loaded = make(Kind.BINARY, "roc_auc", {"y": truth}, scheme=Scheme.GROUP, group=list(group))
    for seed in range(5):
        for fold in make_splits(loaded, 5, seed).search:
            assert Counter(loaded.train["y"].to_numpy()[fold.valid])["1"] == 10


def test_one_group_per_fold_confirms_with_another_number_of_folds() -> None:
    loaded = regression(40, scheme=Scheme.GROUP, group=[i % 4 for i in range(40)])
    splits = make_splits(loaded, 4, 0)
    assert (len(splits.search), len(splits.confirm)) == (4, 3)


@given(
    steps=st.integers(6, 120), series=st.integers(1, 3), horizon=st.integers(0, 30), folds=st.integers(2, 6),
    shuffle=st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_time_never_leaks(steps: int, series: int, horizon: int, folds: int, shuffle: int) -> None:
    order = np.random.default_rng(shuffle).permutation(steps * series)
    time = np.repeat(np.arange(steps), series)[order]
    ahead: list[object] = list(range(steps, steps + horizon))
    loaded = regression(
        len(time), scheme=Scheme.TIME, time=list(time), test_rows=max(horizon, 1), test_time=ahead or [0]
    )
    splits = make_splits(loaded, folds, 0)
    confirmed = np.concatenate([fold.valid for fold in splits.confirm])
    first_confirmed = time[confirmed].min()
    assert time[confirmed].max() == steps - 1
    assert len(splits.search) == min(folds, 3) or len(splits.search) <= folds
    assert len(splits.search) >= min(folds, 3)
    assert 1 <= len(splits.confirm) <= 3
    for fold in (*splits.search, *splits.confirm):
        assert time[fold.train].max() < time[fold.valid].min()
        assert len(fold.train)
    for fold in splits.search:
        assert time[fold.valid].max() < first_confirmed
    lengths = {len(set(time[fold.valid])) for fold in (*splits.search, *splits.confirm)}
    assert len(lengths) == 1
    if horizon and (min(folds, 3) + 1) * horizon <= 0.6 * steps:
        assert lengths == {horizon}
    starts = [time[fold.valid].min() for fold in (*splits.search, *splits.confirm)]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("steps", "horizon", "folds", "expected"),
    [
        (200, 12, 5, (12, 5, 3)),  # 96 of at most 120 steps
        (100, 12, 5, (12, 4, 1)),
        (100, 12, 3, (12, 3, 2)),
        (100, 40, 5, (15, 3, 1)),  # the history is too short for such windows
        (6, 10, 5, (1, 3, 1)),
        (100, None, 5, (10, 5, 1)),
    ],
)  # fmt: skip
def test_windows_worked_by_hand(steps: int, horizon: int | None, folds: int, expected: tuple[int, int, int]) -> None:
    assert plan(steps, horizon, folds) == expected


def test_dates_are_read_as_dates() -> None:
    dates = [f"2020-{month:02d}-01" for month in range(1, 13)]
    loaded = regression(12, scheme=Scheme.TIME, time=list(dates), test_time=["2021-01-01"], test_rows=1)
    splits = make_splits(loaded, 3, 0)
    assert [fold.valid.tolist() for fold in splits.confirm] == [[9], [10], [11]]
    assert [fold.valid.tolist() for fold in splits.search] == [[6], [7], [8]]


@pytest.mark.parametrize(
    ("time", "later", "told"),
    [
        ([f"2020-01-{day:02d}" for day in range(14, 0, -1)], ["2021-01-01", "2021-02-01"],
         ("2020-01-07 to 2020-01-08", "2020-01-09 to 2020-01-10", "2020-01-11 to 2020-01-12")),
        ([f"2020-01-01 {hour:02d}:30" for hour in range(14)], ["2020-01-02 00:00", "2020-01-02 01:00"],
         ("2020-01-01 06:30 to 2020-01-01 07:30", "2020-01-01 08:30 to 2020-01-01 09:30",
          "2020-01-01 10:30 to 2020-01-01 11:30")),
        ([*range(1990, 2004)], [2004, 2005], ("1996 to 1997", "1998 to 1999", "2000 to 2001")),
    ],
)  # fmt: skip
def test_windows_are_told_as_times(time: list[object], later: list[object], told: tuple[str, ...]) -> None:
    loaded = regression(len(time), scheme=Scheme.TIME, time=time, test_time=later, test_rows=2)
    assert windows(loaded, make_splits(loaded, 3, 0).search) == told
    shuffled = regression(20, scheme=Scheme.KFOLD)
    assert windows(shuffled, make_splits(shuffled, 3, 0).search) == ()


@pytest.mark.parametrize(
    ("loaded", "folds", "words"),
    [
        (regression(3, scheme=Scheme.KFOLD), 5, "3 training rows cannot make 5 folds"),
        (regression(20, scheme=Scheme.GROUP, group=[i % 3 for i in range(20)]), 5, "3 groups, fewer than 5 folds"),
        (regression(20, scheme=Scheme.GROUP, group=[1] * 20), 5, "has a single value.*use another scheme"),
        (regression(20, scheme=Scheme.GROUP), 5, "no such group column"),
        (regression(20, scheme=Scheme.TIME), 5, "no such time column"),
        (regression(20, scheme=Scheme.TIME, time=[1, 2, 3, 4] * 5), 3, "4 distinct times"),
        (regression(20, scheme=Scheme.TIME, time=[None, *range(19)]), 3, "1 missing values"),
        (regression(20, scheme=Scheme.TIME, time=[f"day {i}!" for i in range(20)]), 3, "as times, for .* 'day 0!'"),
        (regression(20, scheme=Scheme.TIME, time=[*(f"2020-01-{i:02d}" for i in range(1, 20)), "x"]), 3, "example 'x'"),
        (binary(30, every=10), 5, "cannot be judged by roc_auc: the truth holds one class only"),
        (binary(20, scheme=Scheme.GROUP, group=["a", *["b"] * 19]), 2, "cannot be judged|single class"),
        (make(Kind.BINARY, "accuracy", {"y": [0] * 9 + [1]}), 2, "leaves a single class"),
    ],
)  # fmt: skip
def test_folds_that_cannot_be_are_refused(loaded: LoadedCompetition, folds: int, words: str) -> None:
    with pytest.raises(CompetitionError, match=words) as refusal:
        make_splits(loaded, folds, 0)
    assert refusal.value.hint
    assert "\n" not in str(refusal.value)
