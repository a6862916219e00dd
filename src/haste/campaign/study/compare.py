"""What came of a study: per arm, and per contrast in pairs of equal competition and seed, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from haste.schema.value import Value

from .bootstrap import Interval, interval
from .outcomes import Row
from .plan import Plan

X = TypeVar("X")
Pair = tuple[Row, Row]  # (the arm's, the other's)


class ArmResult(Value):
    arm: str
    title: str
    runs: int
    competitions: int
    medals: int
    above_median: int
    normalised: Interval
    iterations: Interval  # refinements proposed
    iterations_to_best: Interval
    keep_rate: Interval  # kept of decided refinements, over all runs together
    skills_loaded: float
    failed: int
    executions: int
    recalled: int


class ContrastResult(Value):
    """Differences are the arm's minus the other's; a reduction is the share of iterations that is saved."""

    name: str
    arm: str
    against: str
    pairs: int
    competitions: int
    seeds: int
    iterations_to_best_reduction: Interval
    iterations_to_match_reduction: Interval  # until the other's best search score; never: all iterations and one
    matched: Interval  # share of pairs in which the arm came to the other's best search score
    iterations_reduction: Interval  # refinements proposed in all
    keep_rate_arm: Interval
    keep_rate_against: Interval
    keep_rate_difference: Interval
    score_difference: Interval  # of normalised held-out scores
    medal_difference: Interval
    by_domain: dict[str, dict[str, float | None]]


class Comparison(Value):
    arms: tuple[ArmResult, ...]
    contrasts: tuple[ContrastResult, ...]


def compare(plan: Plan, rows: Sequence[Row]) -> Comparison:
    by_arm: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_arm[row.arm].append(row)
    if plan.retry is not None:
        arm, name = plan.retry
        by_arm[name] = best_of_two(name, by_arm[arm])
    arms = tuple(_arm(arm.name, arm.title, by_arm[arm.name]) for arm in plan.arms if by_arm[arm.name])
    contrasts = tuple(
        _contrast(one.name, one.arm, one.against, pairs)
        for one in plan.contrasts
        if (pairs := _pairs(by_arm[one.arm], by_arm[one.against]))
    )
    return Comparison(arms=arms, contrasts=contrasts)


def best_of_two(name: str, rows: Sequence[Row]) -> list[Row]:
    """The retry control: of two cold attempts the one with the better search score, so that trying twice is told apart
    from knowing more.

    The second attempt at a seed is the run of the next seed. It cost the iterations of both; its iterations to best
    count from the beginning of the first.
    """
    seeds = sorted({row.seed for row in rows})
    after = dict(zip(seeds, (*seeds[1:], seeds[0]), strict=True)) if len(seeds) > 1 else {}
    by_place = {(row.competition, row.seed): row for row in rows}
    second = [
        again.model_copy(update={"seed": row.seed})
        for row in rows
        if (again := by_place.get((row.competition, after.get(row.seed, -1)))) is not None
    ]
    return [_better_of(name, one, other) for one, other in _pairs(rows, second)]


def _better_of(name: str, one: Row, other: Row) -> Row:
    better = other.best_score is not None and (
        one.best_score is None or (other.best_score > one.best_score) is one.higher_is_better
    )
    chosen = other if better else one
    return chosen.model_copy(
        update={
            "arm": name,
            "iterations": one.iterations + other.iterations,
            "iterations_to_best": (chosen.iterations_to_best or 0) + (one.iterations if better else 0),
            "kept": one.kept + other.kept,
            "decided": one.decided + other.decided,
            "milestones": (*one.milestones, *((one.iterations + place, score) for place, score in other.milestones)),
            "executions": one.executions + other.executions,
            "recalled": one.recalled + other.recalled,
            "failed": one.failed + other.failed,
        }
    )


def _pairs(rows: Sequence[Row], others: Sequence[Row]) -> list[Pair]:
    by_place = {(row.competition, row.seed): row for row in others}
    found = ((row, by_place.get((row.competition, row.seed))) for row in rows)
    return [(row, other) for row, other in found if other is not None]


def _arm(name: str, title: str, rows: Sequence[Row]) -> ArmResult:
    groups = _grouped(rows, lambda row: row.competition)

    def of(statistic: Callable[[Sequence[Row]], float | None]) -> Interval:
        return interval(groups, statistic)

    return ArmResult(
        arm=name,
        title=title,
        runs=len(rows),
        competitions=len(groups),
        medals=sum(row.medal not in (None, "none") for row in rows),
        above_median=sum(bool(row.above_median) for row in rows),
        normalised=of(lambda drawn: _mean([row.normalised for row in drawn])),
        iterations=of(lambda drawn: _mean([row.iterations for row in drawn])),
        iterations_to_best=of(lambda drawn: _mean([row.iterations_to_best for row in drawn])),
        keep_rate=of(keep_rate),
        skills_loaded=fmean(row.skills_loaded for row in rows),
        failed=sum(row.failed for row in rows),
        executions=sum(row.executions for row in rows),
        recalled=sum(row.recalled for row in rows),
    )


def _contrast(name: str, arm: str, against: str, pairs: Sequence[Pair]) -> ContrastResult:
    groups = _grouped(pairs, lambda pair: pair[0].competition)

    def of(statistic: Callable[[Sequence[Pair]], float | None]) -> Interval:
        return interval(groups, statistic)

    return ContrastResult(
        name=name,
        arm=arm,
        against=against,
        pairs=len(pairs),
        competitions=len(groups),
        seeds=len({row.seed for row, _ in pairs}),
        iterations_to_best_reduction=of(to_best_reduction),
        iterations_to_match_reduction=of(to_match_reduction),
        matched=of(lambda drawn: _mean([float(_to_match(*pair) is not None) for pair in drawn])),
        iterations_reduction=of(lambda drawn: _reduction([(a.iterations, b.iterations) for a, b in drawn])),
        keep_rate_arm=of(lambda drawn: keep_rate([row for row, _ in drawn])),
        keep_rate_against=of(lambda drawn: keep_rate([row for _, row in drawn])),
        keep_rate_difference=of(_keep_difference),
        score_difference=of(score_difference),
        medal_difference=of(lambda drawn: _mean([_medal(a) - _medal(b) for a, b in drawn])),
        by_domain={domain: _brief(group) for domain, group in _grouped(pairs, lambda pair: pair[0].domain).items()},
    )


def _brief(pairs: Sequence[Pair]) -> dict[str, float | None]:
    return {
        "pairs": len(pairs),
        "iterations_to_best_reduction": to_best_reduction(pairs),
        "keep_rate_arm": keep_rate([row for row, _ in pairs]),
        "keep_rate_against": keep_rate([row for _, row in pairs]),
        "score_difference": score_difference(pairs),
    }


def to_best_reduction(pairs: Sequence[Pair]) -> float | None:
    return _reduction([(a.iterations_to_best, b.iterations_to_best) for a, b in pairs])


def to_match_reduction(pairs: Sequence[Pair]) -> float | None:
    found = []
    for one, other in pairs:
        reached = _to_match(one, other)
        found.append((one.iterations + 1 if reached is None else reached, other.iterations_to_best))
    return _reduction(found)


def keep_rate(rows: Sequence[Row]) -> float | None:
    decided = sum(row.decided for row in rows)
    return sum(row.kept for row in rows) / decided if decided else None


def score_difference(pairs: Sequence[Pair]) -> float | None:
    return _mean(
        [a.normalised - b.normalised for a, b in pairs if a.normalised is not None and b.normalised is not None]
    )


def _keep_difference(pairs: Sequence[Pair]) -> float | None:
    one, other = keep_rate([row for row, _ in pairs]), keep_rate([row for _, row in pairs])
    return None if one is None or other is None else one - other


def _to_match(row: Row, other: Row) -> int | None:
    return None if other.best_score is None else row.reached(other.best_score)


def _reduction(pairs: Sequence[tuple[int | None, int | None]]) -> float | None:
    """1 - sum / sum: the share that is saved; None where the other side needed none at all."""
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    other = sum(b for _, b in known)
    return 1 - sum(a for a, _ in known) / other if other else None


def _medal(row: Row) -> float:
    return float(row.medal not in (None, "none"))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _grouped(items: Sequence[X], key: Callable[[X], str]) -> Mapping[str, list[X]]:
    groups: dict[str, list[X]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
