"""The figures of a study, each as sums over runs, or over pairs of runs of equal competition and seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..statistics import Measure, ratio, ratio_difference, saving
from .outcomes import Row

T = TypeVar("T")
Pair = tuple[Row, Row]  # (the arm's, the other's)
_NOTHING = (0.0, 0.0)  # what is unknown adds nothing


def pair_up(rows: Sequence[Row], others: Sequence[Row]) -> list[Pair]:
    """Runs of equal competition and seed, in the order of `rows`; those without a partner are left out."""
    by_place = {(row.competition, row.seed): row for row in others}
    found = ((row, by_place.get((row.competition, row.seed))) for row in rows)
    return [(row, other) for row, other in found if other is not None]


def _mean(value: Callable[[T], float | None], *, share: bool = False) -> Measure[T]:
    def parts(item: T) -> tuple[float, float]:
        known = value(item)
        return _NOTHING if known is None else (float(known), 1.0)

    return Measure(parts, ratio, share)


def _saved(values: Callable[[Pair], tuple[int | None, int | None]]) -> Measure[Pair]:
    """1 - sum / sum: the share that is saved; not defined where the other side needed none at all."""

    def parts(pair: Pair) -> tuple[float, float]:
        one, other = values(pair)
        return _NOTHING if one is None or other is None else (float(one), float(other))

    return Measure(parts, saving)


def _kept(row: Row) -> tuple[float, float]:
    return float(row.kept), float(row.decided)


def _to_match(row: Row, other: Row) -> int | None:
    return None if other.best_score is None else row.reached(other.best_score)


def _to_match_or_all(pair: Pair) -> tuple[int | None, int | None]:
    one, other = pair
    reached = _to_match(one, other)
    return (one.iterations + 1 if reached is None else reached, other.iterations_to_best)


def _won(row: Row) -> float | None:
    """Whether it came to a medal; None where no leaderboard says so."""
    return None if row.medal is None else float(row.has_medal)


def _won_more(pair: Pair) -> float | None:
    one, other = map(_won, pair)
    return None if one is None or other is None else one - other


def _matched(pair: Pair) -> float:
    return float(_to_match(*pair) is not None)


def _better_score(pair: Pair) -> float | None:
    one, other = (row.normalised for row in pair)
    return None if one is None or other is None else one - other


def _both_to_best(pair: Pair) -> tuple[int | None, int | None]:
    return pair[0].iterations_to_best, pair[1].iterations_to_best


ARM: Mapping[str, Measure[Row]] = {
    "normalised": _mean(lambda row: row.normalised),
    "medal_rate": _mean(_won, share=True),
    "iterations": _mean(lambda row: row.iterations),
    "iterations_to_best": _mean(lambda row: row.iterations_to_best),
    "keep_rate": Measure(_kept, ratio, share=True),
}

PAIR: Mapping[str, Measure[Pair]] = {
    "iterations_to_best_arm": _mean(lambda pair: pair[0].iterations_to_best),
    "iterations_to_best_against": _mean(lambda pair: pair[1].iterations_to_best),
    "iterations_to_best_reduction": _saved(_both_to_best),
    "iterations_to_match_reduction": _saved(_to_match_or_all),
    "matched": _mean(_matched, share=True),
    "iterations_reduction": _saved(lambda pair: (pair[0].iterations, pair[1].iterations)),
    "keep_rate_arm": Measure(lambda pair: _kept(pair[0]), ratio, share=True),
    "keep_rate_against": Measure(lambda pair: _kept(pair[1]), ratio, share=True),
    "keep_rate_difference": Measure(lambda pair: (*_kept(pair[0]), *_kept(pair[1])), ratio_difference),
    "score_difference": _mean(_better_score),
    "medal_difference": _mean(_won_more),
}
