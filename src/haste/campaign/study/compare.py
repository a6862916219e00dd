"""What came of a study: per arm, and per contrast in pairs of equal competition and seed, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from haste.schema.value import Value

from ..recollection import Executed
from ..statistics import Interval, Measure, interval
from ..summary import BINS
from .measures import ARM, PAIR, Pair, pair_up
from .outcomes import Row
from .plan import Plan
from .retry import better_of_two

PAPERS = ((0, 15), (50, None))  # skills in the inventory, as the paper pools them; no skill at all is among the few

X = TypeVar("X")


class Missing(Value):
    """A run that was planned and did not end."""

    arm: str
    competition: str
    seed: int
    reason: str


class ArmResult(Value):
    arm: str
    title: str
    runs: int
    competitions: int
    medals: int
    above_median: int
    normalised: Interval
    medal_rate: Interval
    iterations: Interval  # refinements proposed
    iterations_to_best: Interval
    keep_rate: Interval  # kept of decided refinements, over all runs together
    inventory: float | None  # live skills in the inventories that were read, on average
    skills_loaded: float
    failed: int
    executions: int
    recalled: int


class PartResult(Value):
    """One competition's share of a contrast (its interval is over seeds), or one domain's (over competitions)."""

    name: str
    domain: str
    pairs: int
    competitions: int
    iterations_to_best_arm: float | None
    iterations_to_best_against: float | None
    iterations_to_best_reduction: Interval
    keep_rate_arm: float | None
    keep_rate_against: float | None
    keep_rate_difference: Interval
    decided_arm: int | None = None  # what the keep rates are shares of; unknown of older studies
    decided_against: int | None = None
    score_difference: Interval


class ContrastResult(Value):
    """Differences are the arm's minus the other's; a reduction is the share of iterations that is saved."""

    name: str
    arm: str
    against: str
    pairs: int
    unpaired: int  # places (a competition with a seed) where a side is missing
    competitions: int
    seeds: int
    iterations_to_best_arm: Interval
    iterations_to_best_against: Interval
    iterations_to_best_reduction: Interval
    iterations_to_match_reduction: Interval  # until the other's best search score; never: all iterations and one
    matched: Interval  # share of pairs in which the arm came to the other's best search score
    iterations_reduction: Interval  # refinements proposed in all
    keep_rate_arm: Interval
    keep_rate_against: Interval
    keep_rate_difference: Interval
    score_difference: Interval  # of normalised held-out scores
    medal_difference: Interval  # of the share of runs with a medal
    by_competition: tuple[PartResult, ...]
    by_domain: tuple[PartResult, ...]


class SizeBin(Value):
    """Runs whose inventory held so many skills, or that were shown so many, over all arms together."""

    low: int
    high: int | None
    runs: int
    decided: int
    keep_rate: Interval


class Comparison(Value):
    arms: tuple[ArmResult, ...]
    contrasts: tuple[ContrastResult, ...]
    by_inventory: tuple[SizeBin, ...]
    by_skills_loaded: tuple[SizeBin, ...]
    by_papers_sizes: tuple[SizeBin, ...] = ()  # of inventories; unknown of older studies
    missing: tuple[Missing, ...] = ()
    executed: Executed | None = None  # unknown of studies that were compared before it was counted


def compare(plan: Plan, rows: Sequence[Row], places: int, missing: Sequence[Missing] = ()) -> Comparison:
    """`places` is how many pairs a contrast has where no run is missing. A contrast without any pair is left out."""
    by_arm: dict[str, list[Row]] = {arm.name: [row for row in rows if row.arm == arm.name] for arm in plan.arms}
    for one in plan.tries:
        by_arm[one.name] = better_of_two(one.name, by_arm[one.first], by_arm[one.second])
    return Comparison(
        arms=tuple(_arm(arm.name, arm.title, by_arm[arm.name]) for arm in plan.arms if by_arm[arm.name]),
        contrasts=tuple(
            _contrast((one.name, one.arm, one.against), pairs, places)
            for one in plan.contrasts
            if (pairs := pair_up(by_arm[one.arm], by_arm[one.against]))
        ),
        by_inventory=tuple(_bin(rows, lambda row: row.inventory, low, high) for low, high in BINS),
        by_skills_loaded=tuple(_bin(rows, lambda row: row.skills_loaded, low, high) for low, high in BINS),
        by_papers_sizes=tuple(_bin(rows, lambda row: row.inventory, low, high) for low, high in PAPERS),
        missing=tuple(missing),
    )


def _arm(name: str, title: str, rows: Sequence[Row]) -> ArmResult:
    groups = grouped(rows, lambda row: row.competition)
    return ArmResult(
        arm=name,
        title=title,
        runs=len(rows),
        competitions=len(groups),
        medals=sum(row.has_medal for row in rows),
        above_median=sum(bool(row.above_median) for row in rows),
        inventory=fmean(known) if (known := [row.inventory for row in rows if row.inventory is not None]) else None,
        skills_loaded=fmean(row.skills_loaded for row in rows),
        failed=sum(row.failed for row in rows),
        executions=sum(row.executions for row in rows),
        recalled=sum(row.recalled for row in rows),
        **_intervals(groups, ARM),
    )


def _contrast(names: tuple[str, str, str], pairs: Sequence[Pair], places: int) -> ContrastResult:
    name, arm, against = names
    groups = grouped(pairs, lambda pair: pair[0].competition)
    domains = grouped(pairs, lambda pair: pair[0].domain)
    return ContrastResult(
        name=name,
        arm=arm,
        against=against,
        pairs=len(pairs),
        unpaired=places - len(pairs),
        competitions=len(groups),
        seeds=len({row.seed for row, _ in pairs}),
        **_intervals(groups, PAIR),
        by_competition=tuple(
            _part(competition, some, lambda pair: str(pair[0].seed)) for competition, some in groups.items()
        ),
        by_domain=tuple(_part(domain, some, lambda pair: pair[0].competition) for domain, some in domains.items()),
    )


def _part(name: str, pairs: Sequence[Pair], unit: Callable[[Pair], str]) -> PartResult:
    groups = grouped(pairs, unit)

    def of(measure: str) -> Interval:
        return interval(groups, PAIR[measure])

    return PartResult(
        name=name,
        domain=pairs[0][0].domain,
        pairs=len(pairs),
        competitions=len({row.competition for row, _ in pairs}),
        iterations_to_best_arm=of("iterations_to_best_arm").value,
        iterations_to_best_against=of("iterations_to_best_against").value,
        iterations_to_best_reduction=of("iterations_to_best_reduction"),
        keep_rate_arm=of("keep_rate_arm").value,
        keep_rate_against=of("keep_rate_against").value,
        keep_rate_difference=of("keep_rate_difference"),
        decided_arm=sum(row.decided for row, _ in pairs),
        decided_against=sum(row.decided for _, row in pairs),
        score_difference=of("score_difference"),
    )


def _bin(rows: Sequence[Row], size: Callable[[Row], int | None], low: int, high: int | None) -> SizeBin:
    inside = [row for row in rows if (at := size(row)) is not None and low <= at <= (at if high is None else high)]
    groups = grouped(inside, lambda row: row.competition)
    return SizeBin(
        low=low,
        high=high,
        runs=len(inside),
        decided=sum(row.decided for row in inside),
        keep_rate=interval(groups, ARM["keep_rate"]),
    )


def _intervals(groups: Mapping[str, Sequence[X]], measures: Mapping[str, Measure[X]]) -> dict[str, Interval]:
    return {name: interval(groups, measure) for name, measure in measures.items()}


def grouped(items: Sequence[X], key: Callable[[X], str]) -> dict[str, list[X]]:
    """Items by their key, keys in alphabetical order."""
    names = sorted({key(item) for item in items})
    return {name: [item for item in items if key(item) == name] for name in names}
