"""The control that the paper lacks: a second cold attempt, so that trying twice is told apart from knowing more."""

from __future__ import annotations

from collections.abc import Sequence

from .measures import pair_up
from .outcomes import Row


def best_of_two(name: str, rows: Sequence[Row]) -> list[Row]:
    """Of two cold attempts the one with the better search score, as the rows of an arm of that name.

    The second attempt at a seed is the run of the next seed, the last seed's that of the first; with one seed alone
    there is none. It cost the iterations of both; its iterations to best count from the beginning of the first.
    """
    seeds = sorted({row.seed for row in rows})
    after = dict(zip(seeds, (*seeds[1:], seeds[0]), strict=True)) if len(seeds) > 1 else {}
    by_place = {(row.competition, row.seed): row for row in rows}
    second = [
        again.model_copy(update={"seed": row.seed})
        for row in rows
        if (again := by_place.get((row.competition, after.get(row.seed, -1)))) is not None
    ]
    return [_better_of(name, one, other) for one, other in pair_up(rows, second)]


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
