"""In which order techniques are tried, and which of them are still open on a branch. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from haste.schema.brief import Attempt, Brief
from haste.schema.execution import Outcome
from haste.schema.solution import Operator, Scale

from .evidence import USUAL, Evidence, evidence, outlook
from .technique import Facts, Technique

PROMISING = 0.3  # expected gain, in noise, that is worth trying before anything is known of the rest
PATIENCE = 4  # misses in a row before an unfavourable outlook is believed
RARE = 0.125  # chance of being kept, below which an outlook is unfavourable
FADED = 0.5  # of the gain before, below which a change that was repeated is not repeated once more
TOGETHER = "+"  # joins the names of techniques that were applied together


@dataclass(frozen=True)
class Choice:
    technique: Technique
    evidence: Evidence | None  # None: no skill speaks of it


def in_order(
    techniques: Iterable[Technique], brief: Brief, facts: Facts, action: Callable[[str], str] = str
) -> list[Choice]:
    """Positive evidence first (best first), then what nothing is known of in the base order, then negative evidence.

    `action`: from a technique's name to what skills call doing it here. What skills say of a change is said of making
    it once: where the branch has it already, nothing is known.
    """
    made = _kept(_since_last_move(_mine(brief)))
    choices = [
        Choice(one, None if one.name in made else evidence(action(one.name), brief, facts))
        for one in base_order(techniques, brief)
    ]

    def key(choice: Choice) -> tuple[int, float]:
        if choice.evidence is None or choice.evidence.gain == 0:
            return (1, 0.0)
        return (0 if choice.evidence.gain > 0 else 2, -choice.evidence.gain)

    return sorted(choices, key=key)  # stable: ties keep the base order


def base_order(techniques: Iterable[Technique], brief: Brief) -> list[Technique]:
    """Without evidence: a handbook's fixed order, or all techniques shuffled by the brief's seed without preference."""
    ordered = sorted(techniques, key=lambda technique: (technique.rank, technique.name))
    if brief.order == "random":
        Random(brief.seed).shuffle(ordered)
    return ordered


def by_scale(techniques: Sequence[Technique], brief: Brief, facts: Facts) -> list[Choice]:
    """Those at the scale that the brief asks for, in order, then the others in theirs."""
    asked = brief.scale or Scale.TWEAK
    at = [one for one in techniques if one.scale is asked]
    beyond = [one for one in techniques if one.scale is not asked]
    return in_order(at, brief, facts) + in_order(beyond, brief, facts)


def proven(choices: Iterable[Choice]) -> list[Choice]:
    """Those that are to be expected to gain, wherever else they were tried, the best first."""
    found = [(one.evidence.gain, one) for one in choices if one.evidence and one.evidence.gain >= PROMISING]
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]


def likeliest(choices: Iterable[Choice], techniques: Sequence[Technique], brief: Brief, facts: Facts) -> list[Choice]:
    """What is worth trying, the likeliest to be kept first: at the scale that the brief asks for, and what is likelier.

    A change that is not kept is taken back, so that its chance decides, and not what it gained on average. Scales are a
    ladder for those who do not know where to look; measured experience outranks it. What skills know to be kept less
    often than usual is left alone; so is all the rest once they speak of much that is hardly ever kept and the branch
    bears it out. `techniques`: all of the domain.
    """
    if misses_in_a_row(brief) >= PATIENCE and outlook(techniques, brief, facts, recommended=False) < RARE:
        return []
    asked = brief.scale or Scale.TWEAK
    unknown = {s: outlook([one for one in techniques if one.scale is s], brief, facts) for s in Scale}

    def chance(one: Choice) -> float:
        return one.evidence.chance if one.evidence else unknown[one.technique.scale]

    worth = [one for one in choices if one.evidence is None or one.evidence.chance >= USUAL]
    reach = [one for one in worth if one.technique.scale is asked or chance(one) > max(USUAL, unknown[asked])]
    return sorted(reach, key=lambda one: -chance(one))  # stable: ties as they came


def misses_in_a_row(brief: Brief) -> int:
    """How many of the branch's latest changes were not kept."""
    mine = [a.kept for a in brief.history if a.branch == brief.branch and a.operator is not Operator.DRAFT]
    return next((back for back, kept in enumerate(reversed(mine)) if kept), len(mine))


def open_techniques(techniques: Iterable[Technique], brief: Brief) -> list[Technique]:
    """Those that may still do something on the brief's branch.

    A reverted or failed change is closed until the branch moves to another model; a kept one may be repeated while that
    pays, its reverse may not. A model family that was drafted or tried is closed as a place to move to.
    """
    mine = _mine(brief)
    since = _since_last_move(mine)
    failed = {a.technique for a in since if not a.kept and a.operator is not Operator.DRAFT}
    failed |= {a.technique for a in mine if a.outcome not in (Outcome.OK, Outcome.LOST)}
    kept, faded = _kept(since), _faded(since)
    moved = {a.technique for a in mine} | {a.technique for a in brief.history if a.operator is Operator.DRAFT}
    return [
        technique
        for technique in techniques
        if technique.name not in failed | faded
        and not kept.intersection(technique.undoes)
        and not (technique.scale is Scale.APPROACH and technique.name in moved)
    ]


def _mine(brief: Brief) -> list[Attempt]:
    return [attempt for attempt in brief.history if attempt.branch == brief.branch]


def _kept(attempts: Iterable[Attempt]) -> set[str]:
    """The techniques of kept changes, bundles taken apart, but for repaired ones: a repair may have left parts out."""
    names = [a.technique for a in attempts if a.kept and a.technique and a.operator is not Operator.DEBUG]
    repaired = {a.technique for a in attempts if a.kept and a.technique and a.operator is Operator.DEBUG}
    return repaired.union(*(name.split(TOGETHER) for name in names))


def _faded(attempts: Iterable[Attempt]) -> set[str]:
    """Techniques of which a repetition gained much less than the time before: however sure, it leads nowhere.

    What a bundle gained is not its parts' gain: a part's first repetition has nothing to be held against.
    """
    gains: dict[str, list[float]] = {}
    for one in attempts:
        if one.kept and one.technique and one.gain is not None:
            gains.setdefault(one.technique, []).append(one.gain)
    return {name for name, seen in gains.items() if any(now < FADED * before for before, now in pairwise(seen))}


def _since_last_move(mine: list[Attempt]) -> list[Attempt]:
    """The branch's attempts after its last kept change of approach."""
    last = max((place for place, a in enumerate(mine) if a.kept and a.scale is Scale.APPROACH), default=-1)
    return mine[last + 1 :]
