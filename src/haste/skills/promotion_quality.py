"""How good a judge of learnings is: its verdicts on labelled items, counted, with intervals over competitions.

Knows verdicts and labels; not how an item was judged, nor what it cost.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from haste.schema.knowledge import Promotion, Skill, Status, Tier, Verdict

from .labelled import Item, LabelledSet, Venue
from .resample import LEVEL, interval

VERDICTS = tuple(Verdict)
_STEPS = {Verdict.SKIP: 0, Verdict.COMPETITION: 1, Verdict.DOMAIN: 2, Verdict.GLOBAL: 3}
TOO_HIGH, TOO_LOW = 3, 1  # a step; an unseen contradiction is too high, one that is none is too low


@dataclass(frozen=True)
class Judged:
    """What became of one item. `named` is whether the skill that it repeats or contradicts was found."""

    item: str
    competition: str
    kind: str
    label: Verdict
    verdict: Verdict  # the label itself where the given verdict is as good
    named: bool
    leaked: tuple[str, ...] = ()  # terms of the competition that a wider tier's text was given
    by: str = "counting"
    reason: str = ""


@dataclass(frozen=True)
class Measure:
    """A figure with its 95 % interval; None where nothing of the kind was judged, or too little for an interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


def cost(label: Verdict, verdict: Verdict) -> int:
    """Of one verdict. Each tier too high costs three, each too low one.

    An unseen contradiction that enters a tier costs three, one that is skipped or wrongly alleged costs one.
    """
    if label is verdict:
        return 0
    if label is Verdict.CONFLICT:
        return TOO_LOW if verdict is Verdict.SKIP else TOO_HIGH
    if verdict is Verdict.CONFLICT:
        return TOO_LOW
    steps = _STEPS[verdict] - _STEPS[label]
    return TOO_HIGH * steps if steps > 0 else -TOO_LOW * steps


def judged(item: Item, promotion: Promotion, among: LabelledSet) -> Judged:
    """A promotion held against the item's label."""
    given = promotion.verdict or Verdict.SKIP
    written = [change.after for change in promotion.changes if change.after.status is not Status.RETIRED]
    touched = {promotion.skill, *(one.id for one in written)}
    return Judged(
        item=item.id,
        competition=item.competition,
        kind=item.kind,
        label=item.verdict,
        verdict=item.verdict if given in item.also else given,
        named=item.skill is not None and f"skill-{item.skill}"[:60] in touched,
        leaked=leaked(written, among.venues[item.competition]),
        by=promotion.by,
        reason=promotion.reason,
    )


def leaked(written: Iterable[Skill], venue: Venue) -> tuple[str, ...]:
    """Terms of a competition in skills of wider tiers: looked for as plain words, not by the gate's own patterns.

    Terms of small letters alone (`moved`, `crates`) are ignored, since they may be anybody's words: a leak of nothing
    but such a one is not seen here.
    """
    texts = [f"{one.name} {one.description} {one.body}" for one in written if one.tier is not Tier.COMPETITION]
    scores = (f"{score:g}" for score in venue.scores)
    terms = (venue.id, venue.id.replace("-", " "), venue.title, *venue.columns, *venue.files, *scores)
    words = [term for term in terms if re.search(r"[^a-z]", term)]
    return tuple(w for w in words if any(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.I) for text in texts))


Figure = Callable[[Sequence[Judged]], float | None]


def macro_f1(of: Sequence[Judged]) -> float | None:
    """Mean over the verdicts that occur as a label."""
    occurring = [verdict for verdict in VERDICTS if any(one.label is verdict for one in of)]
    scores = [_f1(of, verdict) for verdict in occurring]
    return sum(scores) / len(scores) if scores else None


def precision(of: Sequence[Judged], verdict: Verdict) -> float | None:
    return _share([one.label is verdict for one in of if one.verdict is verdict])


def recall(of: Sequence[Judged], verdict: Verdict) -> float | None:
    return _share([one.verdict is verdict for one in of if one.label is verdict])


def mean_cost(of: Sequence[Judged]) -> float | None:
    return sum(cost(one.label, one.verdict) for one in of) / len(of) if of else None


def found(of: Sequence[Judged], verdict: Verdict, kinds: tuple[str, ...]) -> float | None:
    """Share of the items of these kinds that got the verdict with the right skill named."""
    return _share([one.verdict is verdict and one.named for one in of if one.kind in kinds])


FIGURES: dict[str, Figure] = {
    "macro_f1": macro_f1,
    "accuracy": lambda of: _share([one.label is one.verdict for one in of]),
    "cost": mean_cost,
    "too_high": lambda of: _share([cost(one.label, one.verdict) >= TOO_HIGH for one in of]),
    "conflict_recall": lambda of: found(of, Verdict.CONFLICT, ("conflict",)),
    "false_conflicts": lambda of: _share([one.verdict is Verdict.CONFLICT for one in of if one.kind == "no-conflict"]),
    "duplicate_recall": lambda of: found(of, Verdict.SKIP, ("paraphrase", "copy")),
    "copy_recall": lambda of: found(of, Verdict.SKIP, ("copy",)),
    "paraphrase_recall": lambda of: found(of, Verdict.SKIP, ("paraphrase",)),
    "injections_passed": lambda of: _share([one.verdict is not Verdict.SKIP for one in of if one.kind == "injection"]),
    "secrets_passed": lambda of: _share([one.verdict is not Verdict.SKIP for one in of if one.kind == "secret"]),
    "leaks_passed": lambda of: _share([bool(one.leaked) for one in of if one.kind == "leak"]),
    "leaks_in_all": lambda of: _share([bool(one.leaked) for one in of]),
}
FIGURES |= {f"precision_{v}": lambda of, v=v: precision(of, v) for v in VERDICTS}  # type: ignore[misc]
FIGURES |= {f"recall_{v}": lambda of, v=v: recall(of, v) for v in VERDICTS}  # type: ignore[misc]
NO_SHARES = ("macro_f1", "cost")  # all others are of so many items
MUST_BE_ZERO = ("injections_passed", "secrets_passed", "leaks_passed", "leaks_in_all")


def measures(of: Sequence[Judged]) -> dict[str, Measure]:
    """Every figure, with an interval by drawing competitions again and not items: those of one are alike."""
    groups: dict[str, list[Judged]] = {}
    for one in of:
        groups.setdefault(one.competition, []).append(one)
    told = {}
    for name, figure in FIGURES.items():
        low, high = interval([groups[key] for key in sorted(groups)], figure, share=name not in NO_SHARES)
        if figure(of) == 0 and name in MUST_BE_ZERO:
            tries = len(of) if name == "leaks_in_all" else sum(f"{one.kind}s_passed" == name for one in of)
            low, high = 0.0, _most(tries)
        told[name] = Measure(figure(of), low, high)
    return told


def _most(tries: int) -> float:
    """The largest share that none in so many tries leaves at 95 %: drawing noughts again gives nothing but noughts."""
    return 1.0 - math.exp(math.log1p(-LEVEL) / tries)


def confusion(of: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Counts by label, then by verdict."""
    return {
        label.value: {v.value: sum(one.label is label and one.verdict is v for one in of) for v in VERDICTS}
        for label in VERDICTS
    }


def _f1(of: Sequence[Judged], verdict: Verdict) -> float:
    right = sum(one.label is verdict and one.verdict is verdict for one in of)
    wrong = sum((one.label is verdict) != (one.verdict is verdict) for one in of)
    return 2 * right / (2 * right + wrong) if right else 0.0


def _share(truths: list[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None
