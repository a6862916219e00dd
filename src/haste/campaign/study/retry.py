"""The control that the paper lacks: a second attempt, cold or warm, to tell trying twice apart from knowing more."""

from __future__ import annotations

from collections.abc import Sequence

from .measures import pair_up
from .outcomes import Row


def better_of_two(name: str, first: Sequence[Row], second: Sequence[Row]) -> list[Row]:
    """Of two attempts at equal competition and seed, thus on equal folds, the one with the better search score.

    It cost the iterations of both; its iterations to best count from the beginning of the first.
    """
    return [_better_of(name, one, other) for one, other in pair_up(first, second)]


def _better_of(name: str, one: Row, other: Row) -> Row:
    better = other.best_score is not None and (one.best_score is None or one.better(other.best_score, one.best_score))
    chosen = other if better else one
    to_best = None if chosen.iterations_to_best is None else chosen.iterations_to_best + one.iterations * better
    return chosen.model_copy(
        update={
            "arm": name,
            "iterations": one.iterations + other.iterations,
            "iterations_to_best": to_best,
            "kept": one.kept + other.kept,
            "decided": one.decided + other.decided,
            "milestones": (*one.milestones, *((one.iterations + place, score) for place, score in other.milestones)),
            "executions": one.executions + other.executions,
            "recalled": one.recalled + other.recalled,
            "failed": one.failed + other.failed,
        }
    )
