"""What a study found, in sentences made by rules from its numbers. They never say more than the interval does.

Works on plain objects: a contrast is a dict as of `ContrastResult`, an interval `{"value", "low", "high"}`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from haste.schema.config import SearchConfig

from .numbers import NEGLIGIBLE, UNKNOWN, bin_text, count_text

Interval = dict[str, Any]
Told = dict[str, Any]
Verdict = Literal["better", "worse", "open", "same", "alike", "alone", "undefined"]


@dataclass(frozen=True)
class Measure:
    """How a figure is spoken of; positive is in the arm's favour."""

    key: str
    title: str
    number: Callable[[float], str]  # of a size, without its sign
    more: str  # behind a positive one
    less: str
    none: str


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %" if value >= 0.0095 or value == 0 else f"{100 * value:.1g} %"


def _points(value: float) -> str:
    size = f"{100 * value:.0f}" if value >= 0.0095 or value == 0 else f"{100 * value:.1g}"
    return f"{size} point" if size == "1" else f"{size} points"


def _score(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0005 or value == 0 else f"{value:.1g}"


MEASURES = {
    one.key: one
    for one in (
        Measure(
            "iterations_to_best_reduction", "Refinements to the best score", _percent, "fewer", "more", "equally many"
        ),
        Measure(
            "iterations_to_match_reduction",
            "Refinements to the other's best score",
            _percent,
            "fewer",
            "more",
            "equally many",
        ),
        Measure("iterations_reduction", "Refinements in all", _percent, "fewer", "more", "equally many"),
        Measure("keep_rate_difference", "Keep rate", _points, "higher", "lower", "no difference"),
        Measure("score_difference", "Held-out score, normalised", _score, "higher", "lower", "no difference"),
        Measure("medal_difference", "Runs with a medal", _points, "more", "fewer", "no difference"),
    )
}


def verdict(interval: Interval) -> Verdict:
    """What an interval allows to be said. `same`: the two sides came to the very same figure everywhere.

    `alike`: the effect is the same in every competition, so that drawing them again tells nothing of its uncertainty.
    """
    value, low, high = interval["value"], interval["low"], interval["high"]
    if value is None:
        return "undefined"
    if interval.get("alike") and (low is None or high is None):
        return "same" if abs(value) < NEGLIGIBLE else "alike"
    if low is None or high is None:
        return "alone"
    if max(abs(low), abs(high)) < NEGLIGIBLE:
        return "same"
    return "better" if low > 0 else "worse" if high < 0 else "open"


READINGS: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "open": "no difference can be told",
    "same": "the same everywhere",
    "alike": "the same in every competition, hence without an interval",
    "alone": "too few competitions for an interval",
    "undefined": "not defined: there was nothing to save or to compare",
}


def amount(value: float, measure: Measure) -> str:
    """`31 % fewer`, `2 points lower`, `no difference`."""
    if abs(value) < NEGLIGIBLE:
        return measure.none
    return f"{measure.number(abs(value))} {measure.more if value > 0 else measure.less}"


def effect_text(interval: Interval, measure: Measure) -> str:
    return UNKNOWN if interval["value"] is None else amount(interval["value"], measure)


def range_text(interval: Interval, measure: Measure) -> str:
    """`12 % to 44 % fewer`, or `12 % more to 20 % fewer` where the interval holds both."""
    low, high = interval["low"], interval["high"]
    if low is None or high is None:
        return UNKNOWN
    if verdict(interval) == "same":
        return measure.none
    if low > 0 or high < 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{measure.number(near)} to {amount(far if low > 0 else -far, measure)}"
    return f"{amount(low, measure)} to {amount(high, measure)}"


def share_text(interval: Interval) -> str:
    """`45 % (38 % to 52 %)`, of a share of one."""
    if interval["value"] is None:
        return UNKNOWN
    told = _percent(interval["value"])
    if interval["low"] is None:
        return told
    return f"{told} ({_percent(max(0.0, interval['low']))} to {_percent(interval['high'])})"


def mean_text(interval: Interval, places: int) -> str:
    """`4.1 (3.2 to 5.0)`."""
    if interval["value"] is None:
        return UNKNOWN
    told = [UNKNOWN if interval[end] is None else f"{interval[end]:.{places}f}" for end in ("value", "low", "high")]
    return told[0] if interval["low"] is None else f"{told[0]} ({told[1]} to {told[2]})"


LEANING = 3  # competitions that are named
FIGURES = ("Figure", "Effect", "95 % interval", "Reading")


def figure_rows(contrast: Told) -> list[list[str]]:
    """Every figure of a contrast under the heads `FIGURES`."""
    told = [(contrast[key], measure) for key, measure in MEASURES.items()]
    rows = [
        [measure.title, effect_text(one, measure), range_text(one, measure), READINGS[verdict(one)]]
        for one, measure in told
    ]
    return [*rows, ["Pairs in which the other's best score was reached", share_text(contrast["matched"]), "", ""]]


def bin_rows(sizes: list[Told]) -> list[list[str]]:
    """How many skills, runs, changes, and the share of these that was kept."""
    return [
        [bin_text(one["low"], one["high"]), str(one["runs"]), str(one["decided"]), share_text(one["keep_rate"])]
        for one in sizes
    ]


def finding(contrast: Told) -> list[str]:
    """One sentence on each main figure of a contrast."""
    arm, against = contrast["arm"], contrast["against"]
    sentences = [
        _sentence(
            contrast,
            "iterations_to_best_reduction",
            f"{arm} came to its best score after {{}} refinements than {against}",
            f"whether {arm} comes to its best score sooner than {against} cannot be told",
            f"{arm} and {against} needed equally many refinements to their best scores",
        )
        + _both(contrast, "iterations_to_best", _mean),
        _sentence(
            contrast,
            "iterations_to_match_reduction",
            f"until it had {against}'s best score, {arm} needed {{}} refinements than {against}",
            f"whether {arm} comes to {against}'s best score sooner than {against} cannot be told",
            f"{arm} came to {against}'s best score after equally many refinements",
        )
        + f"; it came there in {_share(contrast['matched'])} of the pairs",
        _sentence(
            contrast,
            "keep_rate_difference",
            f"the share of its changes that {arm} kept is {{}} than {against}'s",
            f"whether {arm} keeps a larger share of its changes than {against} cannot be told",
            f"{arm} and {against} kept the same share of their changes",
        )
        + _both(contrast, "keep_rate", _percent),
        _sentence(
            contrast,
            "score_difference",
            f"the held-out score of {arm} is {{}} than {against}'s",
            f"whether {arm} scores better than {against} on held-out rows cannot be told",
            f"{arm} and {against} scored the same on held-out rows",
        ),
    ]
    return [f"{one[:1].upper()}{one[1:]}." for one in (*sentences, *leaning(contrast))]


def leaning(contrast: Told) -> list[str]:
    """For each main figure that its parts add up to: on which single competitions the effect's direction hangs.

    Parts are put together by their sums. That is exact where every pair has the figure, and else nothing is told.
    """
    told = []
    for key in MAIN:
        measure, whole = MEASURES[key], contrast[key]["value"]
        if whole is None:
            continue
        rest = {one["name"]: without(contrast, key, one["name"]) for one in contrast.get("by_competition", ())}
        turned = {name: value for name, value in rest.items() if value is not None and value * whole <= NEGLIGIBLE**2}
        if abs(whole) >= NEGLIGIBLE and turned:
            most = sorted(turned, key=lambda name: turned[name] * whole)[:LEANING]
            each = ", ".join(f"{amount(turned[name], measure)} without {name}" for name in most)
            others = f", and so with {count_text(len(turned) - LEANING, 'other')}" if len(turned) > LEANING else ""
            told.append(f"{measure.title}: the direction hangs on single competitions: {each}{others}")
    return told


def without(contrast: Told, key: str, name: str) -> float | None:
    """A main figure as it is when one competition is left out; None where that cannot be told."""
    (sums, of), whole, parts = _PARTS[key], contrast[key]["value"], contrast["by_competition"]
    if whole is None or not math.isclose(_put_together(sums, of, parts) or 0.0, whole, abs_tol=1e-9):
        return None
    return _put_together(sums, of, [part for part in parts if part["name"] != name])


Sums = Callable[[Told], tuple[float, ...] | None]


def _put_together(sums: Sums, of: Callable[..., float | None], parts: Sequence[Told]) -> float | None:
    known = [found for part in parts if (found := sums(part)) is not None]
    return of(*(math.fsum(column) for column in zip(*known, strict=True))) if known else None


def _ratio(upper: float, lower: float) -> float | None:
    return upper / lower if lower else None


def _difference(kept: float, decided: float, other_kept: float, other_decided: float) -> float | None:
    return kept / decided - other_kept / other_decided if decided and other_decided else None


def _scores(part: Told) -> tuple[float, ...] | None:
    value = part["score_difference"]["value"]
    return None if value is None else (part["pairs"] * value, part["pairs"])


def _refinements(part: Told) -> tuple[float, ...] | None:
    one, other = part["iterations_to_best_arm"], part["iterations_to_best_against"]
    return None if one is None or other is None else (part["pairs"] * (other - one), part["pairs"] * other)


def _changes(part: Told) -> tuple[float, ...] | None:
    one, other = part.get("decided_arm"), part.get("decided_against")
    if one is None or other is None:
        return None
    rates = [part[f"keep_rate_{side}"] or 0.0 for side in ("arm", "against")]  # there is none without a decision
    return (rates[0] * one, one, rates[1] * other, other)


_PARTS: dict[str, tuple[Sums, Callable[..., float | None]]] = {
    "score_difference": (_scores, _ratio),
    "iterations_to_best_reduction": (_refinements, _ratio),
    "keep_rate_difference": (_changes, _difference),
}
MAIN = tuple(_PARTS)


def _sentence(contrast: Told, key: str, told: str, untold: str, same: str) -> str:
    interval, measure = contrast[key], MEASURES[key]
    found = verdict(interval)
    if found == "undefined":
        return f"{untold}: {READINGS[found]}"
    if found == "same":
        return same
    effect = amount(interval["value"], measure)
    if found in ("alone", "alike"):
        why = "there are too few competitions" if found == "alone" else "it is the same in every one"
        return f"{untold}: {effect}, without an interval since {why}"
    spread = f"95 % interval {range_text(interval, measure)}"
    return f"{untold}: {effect}, {spread}" if found == "open" else f"{told.format(effect)} ({spread})"


def _both(contrast: Told, key: str, number: Callable[[float], str]) -> str:
    one, other = contrast[f"{key}_arm"]["value"], contrast[f"{key}_against"]["value"]
    return "" if one is None or other is None else f", {number(one)} against {number(other)}"


def _mean(value: float) -> str:
    return f"{value:.1f}"


def _share(interval: Interval) -> str:
    return UNKNOWN if interval["value"] is None else _percent(interval["value"])


def taught_by(study: Told) -> str | None:
    """Whose runs taught the inventories, where nothing was measured on them."""
    names = [study["data"][one]["id"] for one in study["only_teach"]]
    return f"What {' and '.join(names)} taught was learned too; nothing was measured there." if names else None


def basis(contrast: Told) -> str:
    """On what a contrast rests."""
    told = f"{count_text(contrast['pairs'], 'pair')} of runs on {count_text(contrast['competitions'], 'competition')}"
    told += f" with {count_text(contrast['seeds'], 'seed')}"
    missing = contrast["unpaired"]
    return told if not missing else f"{told}; {count_text(missing, 'pair')} left out because a side is missing"


def executions_text(comparison: Told) -> str | None:
    """Where executions come from: run in the study, shared between its runs, taken over from other studies."""
    told = comparison.get("executed")
    if told is None:  # it was compared before that was counted
        return None
    whole, shared, elsewhere = told["executions"], told["shared"], told["from_elsewhere"]
    text = f"{count_text(whole, 'execution')}: {whole - shared - elsewhere:,} run in this study, {shared:,} shared "
    text += f"between its runs, {elsewhere:,} taken over from other studies"
    each = [
        f"Of the study {one['study']} by code {one['code_version']}, {count_text(one['executions'], 'execution')} "
        f"were known before the first run here, {one['taken_over']:,} of them taken over there as well."
        for one in told["studies"]
    ]
    return " ".join([f"{text}.", *each])


def made_with(study: Told) -> str:
    """Engineer, code and budget of all arms; of the dials those that are not what `haste run` does by itself."""
    usual = SearchConfig()
    common = {name: value for name, value in study["run"]["search"].items() if value != getattr(usual, name)}
    dials = [f"{name.replace('_', ' ')} {value} ({getattr(usual, name)})" for name, value in sorted(common.items())]
    dials.append(f"folds {study['run']['folds'] or 'by the data'}")
    return (
        f"Engineer {study['run']['model']}, code version {study['code_version']}. What all arms share, with what "
        f"`haste run` does by itself in brackets: {', '.join(dials)}."
    )


def absent(plan: Told, comparison: Told) -> list[str]:
    """What was planned and cannot be told: contrasts without a pair, starts without a skill, runs that did not end."""
    there = {one["name"] for one in comparison["contrasts"]}
    told = [
        f"{one['arm']} against {one['against']} cannot be told: there is no pair of runs."
        for one in plan["contrasts"]
        if one["name"] not in there
    ]
    told += [
        f"{one['arm']} was to start with skills, and was shown none: what was taught was not enough for a single one."
        for one, arm in ((one, next(a for a in plan["arms"] if a["name"] == one["arm"])) for one in comparison["arms"])
        if arm["loading"] != "none" and one["skills_loaded"] == 0
    ]
    places: dict[tuple[str, str], list[str]] = {}
    for one in comparison["missing"]:
        places.setdefault((one["arm"], one["reason"]), []).append(f"{one['competition']}, seed {one['seed']}")
    return told + [f"Missing: {arm} on {'; '.join(where)}: {reason}." for (arm, reason), where in places.items()]


LIMITS = (
    "Intervals are 95 % cluster bootstrap intervals over competitions (seeds go along with theirs), spread for few "
    "competitions; with fewer than ten they are still somewhat too narrow.",
    "Nothing is corrected for the number of contrasts and figures that are told here: among twenty, one interval is "
    "expected to leave zero out by luck.",
)
TAUGHT = (
    "The inventories of different competitions share most of their teachers, so competitions are not quite independent "
    "of each other; the intervals do not know that."
)


def limits(plan: Told) -> list[str]:
    """What the study cannot show."""
    return [*plan["cannot_show"], *([TAUGHT] if plan["teaching"] else []), *LIMITS]
