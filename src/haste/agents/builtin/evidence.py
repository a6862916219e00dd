"""What the skills of a brief say about a technique, as one number.

A skill speaks for the technique that it names, where its conditions hold. What counts is the gain to be expected of
its advice here, as far as that was measured anywhere; without any measurement it counts a little, by what it claims.
What the run itself has seen of the advice on another branch counts as much as a skill of this very competition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from haste.schema.brief import Brief
from haste.schema.conditions import all_hold
from haste.schema.knowledge import SkillNote, Status, Tier
from haste.skills.claims import sign_of

from .technique import Facts

CAP = 5.0  # noise units that a gain counts for at most
CLAIMED = 0.25  # noise units that a bare claim is worth
PRIOR_ACTIONS = 10.0  # without effect, that an outlook is shrunk by
_NEARNESS = {Tier.COMPETITION: 2.0, Tier.DOMAIN: 1.0, Tier.GLOBAL: 0.75}


@dataclass(frozen=True)
class Evidence:
    """`gain` in units of noise; `cites` are the skills it comes from, the strongest first."""

    gain: float
    cites: tuple[str, ...]


def evidence(action: str, brief: Brief, facts: Facts) -> Evidence | None:
    """None where no skill speaks of the action here: a technique's name, or beginning with one."""
    notes = [note for note in brief.skills if note.technique == action and _speaks(note, facts)]
    if not notes:
        return None
    weighed = sorted(((_NEARNESS[note.tier], _gain(note), note.name) for note in notes), key=lambda x: (-x[0], x[2]))
    voices = [(weight, value) for weight, value, _ in weighed]
    if (own := _seen(action, brief)) is not None:
        voices.append((_NEARNESS[Tier.COMPETITION], own))
    gain = sum(weight * value for weight, value in voices) / sum(weight for weight, _ in voices)
    return Evidence(gain=gain, cites=tuple(name for _, value, name in weighed if (value >= 0) == (gain >= 0)))


def outlook(actions: Iterable[str], brief: Brief, facts: Facts) -> float:
    """What is to be expected, in noise, of an action that no skill speaks of: what the others did on average.

    Where many changes were measured and few of them paid, the rest will hardly do better. Shrunk towards nothing
    gained, so that a few skills do not say so.
    """
    names = set(actions)
    gains = [
        _gain(note)
        for note in brief.skills
        if note.technique in names and note.expected is not None and _speaks(note, facts)
    ]
    return sum(gains) / (len(gains) + PRIOR_ACTIONS)


def in_noise(gain: float, noise: float) -> float:
    """Capped: a change that fell apart is not a hundred times worse a lesson than one that lost clearly."""
    return max(-CAP, min(CAP, gain / noise))


def _seen(action: str, brief: Brief) -> float | None:
    """What the action gained on the run's other branches, in noise; None where none has tried it."""
    gains = [
        in_noise(one.gain, one.noise)
        for one in brief.history
        if one.technique == action and one.branch != brief.branch and one.gain is not None and one.noise
    ]
    return fmean(gains) if gains else None


def _speaks(note: SkillNote, facts: Facts) -> bool:
    return note.status is not Status.RETIRED and all_hold(note.conditions, facts)


def _gain(note: SkillNote) -> float:
    # An expectation is in the claim's favour: what speaks for "do not" speaks against the technique.
    if note.expected is not None:
        return sign_of(note.claim) * note.expected
    caution = 0.5 if note.status in (Status.CANDIDATE, Status.CONTESTED) else 1.0
    return caution * sign_of(note.claim) * CLAIMED
