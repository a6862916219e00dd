"""The folds that a search may see, and the ones that only the confirmation sees.

kfold, stratified and group: `search` partitions the rows once, `confirm` partitions the same rows anew with a stream of
chance of its own. A fresh partition takes away the luck that a much-tried candidate had with the search's particular
folds; it does not make the rows new, so a confirmed score is still somewhat optimistic after many tries, and fold
scores share training rows (Nadeau and Bengio 2003 give the correction that the keep rule uses). A reserved part would
be cleaner and would cost every candidate a share of its training rows.

time: the most recent windows are reserved for `confirm` and are in no search fold, neither to train nor to validate.
Search folds are the windows before, each trained on all that came earlier.

Everything follows from the seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from haste.schema.competition import Kind, Scheme
from haste.schema.errors import CompetitionError

from .loaded import Fold, LoadedCompetition, Splits
from .metric_inputs import cells, encode
from .score import score_frame
from .targets import perfect_prediction
from .time_split import time_folds

Index = NDArray[np.int64]

_SEARCH, _CONFIRM = 1, 2  # streams of chance
_FEWEST_CONFIRM, _MOST_CONFIRM = 3, 5
_TRIES = 8


def make_splits(loaded: LoadedCompetition, folds: int | None, seed: int) -> Splits:
    """Search and confirm folds by the competition's validation scheme; `folds` overrides its number.

    Raises CompetitionError where a fold would be empty, would lack classes that the metric needs, or where there are
    fewer groups or time steps than it takes.
    """
    validation = loaded.competition.validation
    wanted = folds or validation.folds
    if len(loaded.train) < wanted:
        msg = f"{len(loaded.train)} training rows cannot make {wanted} folds"
        raise CompetitionError(msg, hint="use fewer folds")
    match validation.scheme:
        case Scheme.TIME:
            splits = time_folds(loaded, wanted)
        case Scheme.GROUP:
            splits = _grouped(loaded, wanted, seed)
        case Scheme.STRATIFIED | Scheme.KFOLD:
            confirm = min(max(wanted, _FEWEST_CONFIRM), _MOST_CONFIRM, len(loaded.train))
            splits = Splits(*(_partition(loaded, k, [seed, s]) for k, s in ((wanted, _SEARCH), (confirm, _CONFIRM))))
    for name, part in (("search", splits.search), ("confirm", splits.confirm)):
        for number, fold in enumerate(part):
            _check(loaded, fold, f"{name} fold {number}")
    return splits


def _partition(loaded: LoadedCompetition, folds: int, seed: list[int]) -> tuple[Fold, ...]:
    """Rows dealt out to folds. Stratified: neighbours in the order of the target are dealt to different folds.

    So each fold gets its share of every class to within one row, and a class with fewer members than folds is spread
    over as many folds as it has members. A numeric target is dealt in the same way, in runs of `folds` sorted rows.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(loaded.train))
    dealt = np.arange(len(order)) % folds
    if loaded.competition.validation.scheme is Scheme.STRATIFIED:
        order = order[np.argsort(_strata(loaded)[order], kind="stable")]
        if not _is_discrete(loaded):  # few ties, so chance must come from the dealing
            runs = np.tile(np.arange(folds), (-(-len(order) // folds), 1))
            dealt = rng.permuted(runs, axis=1).ravel()[: len(order)]
    assigned = np.empty(len(order), dtype=np.int64)
    assigned[order] = dealt
    return folds_of(assigned, folds)


def folds_of(assigned: Index, folds: int) -> tuple[Fold, ...]:
    """Folds out of each row's fold number, shape (n,)."""
    return tuple(Fold(np.flatnonzero(assigned != fold), np.flatnonzero(assigned == fold)) for fold in range(folds))


def _is_discrete(loaded: LoadedCompetition) -> bool:
    return bool(loaded.competition.classes) or loaded.competition.kind is Kind.MULTILABEL


def _strata(loaded: LoadedCompetition) -> NDArray[Any]:
    """One number per row: the class, the value of a numeric target, or the rarest label that a row of several has."""
    competition = loaded.competition
    truth = cells(loaded.train[list(competition.targets)])
    if competition.kind is Kind.MULTILABEL:
        marks = encode(truth, competition.classes or ("0", "1")) == 1
        rarity = np.argsort(np.argsort(marks.sum(axis=0), kind="stable"), kind="stable")
        return np.asarray(np.where(marks, rarity, marks.shape[1]).min(axis=1))
    if competition.classes:
        return encode(truth, competition.classes)[:, 0]
    return truth[:, 0].astype(np.float64)


def _grouped(loaded: LoadedCompetition, folds: int, seed: int) -> Splits:
    column = loaded.competition.validation.group_column
    if column is None or column not in loaded.train:
        msg = "the validation scheme is `group`, and there is no such group column in the training table"
        raise CompetitionError(msg, where=column, hint="set group_column under [validation] in competition.toml")
    import pandas as pd

    groups, names = pd.factorize(loaded.train[column], use_na_sentinel=False)
    if len(names) < 2:
        msg = f"the group column {column!r} has a single value in the training table, so that no group can be held out"
        raise CompetitionError(msg, hint="use another scheme or group_column under [validation] in competition.toml")
    if len(names) < folds:
        msg = f"column {column!r} has {len(names)} groups, fewer than {folds} folds"
        raise CompetitionError(msg, hint=f"use --folds {len(names)} or less, or another scheme")
    counts = _counts_by_group(loaded, groups.astype(np.int64), len(names))
    search = _deal_groups(counts, folds, [seed, _SEARCH])
    confirm = _deal_anew(counts, search, folds, seed)
    return Splits(*(folds_of(dealt[groups], int(dealt.max()) + 1) for dealt in (search, confirm)))


def _deal_anew(counts: NDArray[np.float64], search: Index, folds: int, seed: int) -> Index:
    """A partition other than the search's. Few groups leave few partitions: then one of fewer folds is taken."""
    most = min(max(folds, _FEWEST_CONFIRM), _MOST_CONFIRM, len(counts))
    for number in (most, max(most - 1, 2)):
        for attempt in range(_TRIES):
            dealt = _deal_groups(counts, number, [seed, _CONFIRM, attempt])
            if not number == folds == len(set(zip(search.tolist(), dealt.tolist(), strict=True))):
                return dealt
    return dealt


def _counts_by_group(loaded: LoadedCompetition, groups: Index, number: int) -> NDArray[np.float64]:
    """Rows of each stratum in each group, shape (groups, strata); numeric targets make one stratum."""
    strata = np.zeros(len(groups), dtype=np.int64)
    if _is_discrete(loaded):
        strata = _strata(loaded).astype(np.int64)
    width = int(strata.max()) + 1
    return np.bincount(groups * width + strata, minlength=number * width).reshape(number, width).astype(np.float64)


def _deal_groups(counts: NDArray[np.float64], folds: int, seed: list[int]) -> Index:
    """A fold for each group: in a random order, each goes where it leaves classes and sizes most even."""
    rng = np.random.default_rng(seed)
    shares = np.hstack([counts / np.maximum(counts.sum(axis=0), 1), counts.sum(axis=1, keepdims=True) / counts.sum()])
    filled = np.zeros((folds, shares.shape[1]))
    assigned = np.empty(len(counts), dtype=np.int64)
    for group in rng.permutation(len(counts)):
        cost = (shares[group] * (2 * filled + shares[group])).sum(axis=1)
        assigned[group] = int(np.argmin(cost))  # an empty fold always costs least, so none stays empty
        filled[assigned[group]] += shares[group]
    return assigned


def _check(loaded: LoadedCompetition, fold: Fold, name: str) -> None:
    """Rows on both sides, at least two classes to learn from, and a truth on which the metric has a value."""
    competition = loaded.competition
    if not len(fold.train) or not len(fold.valid):
        msg = f"{name} has {len(fold.train)} training and {len(fold.valid)} held-out rows"
        raise CompetitionError(msg, hint="use fewer folds or another validation scheme")
    truth = loaded.train[list(competition.targets)]
    if competition.kind.is_classification and (truth.iloc[fold.train].nunique() < 2).any():
        msg = f"{name} leaves a single class to learn from"
        raise CompetitionError(msg, hint="use fewer folds, or the scheme `stratified`")
    held_out = truth.iloc[fold.valid]
    try:
        score_frame(loaded, held_out, perfect_prediction(competition, held_out))
    except CompetitionError as error:
        msg = f"{name} cannot be judged by {competition.metric.name}: {error.message}"
        raise CompetitionError(msg, hint=error.hint or "use fewer folds or another validation scheme") from error
