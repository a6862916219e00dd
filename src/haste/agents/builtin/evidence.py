"""What the skills of a brief say about a technique, as one number.

A skill speaks for the technique that it names, where its conditions hold. What counts is the gain to be expected of
its advice here, as far as that was measured anywhere; without any measurement it counts a little, by what it claims.
What the run itself has seen of the advice on another branch counts as much as a skill of this very competition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from haste.schema.brief import Brief
from haste.schema.conditions import all_hold
from haste.schema.knowledge import SkillNote, Status, Tier
from haste.skills.claims import sign_of
from haste.skills.thresholds import DEFAULTS

from .technique import Facts, Technique

CAP = 5.0  # noise units that a gain counts for at most
CLAIMED = 0.25  # noise units that a bare claim is worth
USUAL = DEFAULTS.prior_kept  # share of changes that are kept, where nothing is known of them
CLAIMED_CHANCE = 0.1  # that a bare claim adds to it, or takes from it
PRIOR_TECHNIQUES = 10.0  # kept as often as usual, that an outlook is shrunk by
_NEARNESS = {Tier.COMPETITION: 2.0, Tier.DOMAIN: 1.0, Tier.GLOBAL: 0.75}


@dataclass(frozen=True)
class Evidence:
    """`gain` in units of noise; `chance` that the change is kept; `cites` are the skills behind it, strongest first."""

    gain: float
    chance: float
    cites: tuple[str, ...]


def evidence(action: str, brief: Brief, facts: Facts) -> Evidence | None:
    """None where no skill speaks of the action here: a technique's name, or beginning with one."""
    notes = [note for note in brief.skills if note.technique == action and _speaks(note, facts)]
    if not notes:
        return None
    weighed = sorted(((_NEARNESS[note.tier], _gain(note), note.name) for note in notes), key=lambda x: (-x[0], x[2]))
    gains = [(weight, value) for weight, value, _ in weighed]
    chances = [(_NEARNESS[note.tier], _chance(note)) for note in notes]
    if seen := _seen(action, brief):
        own = _NEARNESS[Tier.COMPETITION]
        gains.append((own, fmean(gain for gain, _ in seen)))
        chances.append((own, fmean(kept for _, kept in seen)))
    gain = _mean(gains)
    cites = tuple(name for _, value, name in weighed if (value >= 0) == (gain >= 0))
    return Evidence(gain=gain, chance=_mean(chances), cites=cites)


def outlook(techniques: Iterable[Technique], brief: Brief, facts: Facts, *, recommended: bool = True) -> float:
    """How often one of the techniques is kept where no skill speaks of it, as far as can be told: as the others are.

    `recommended`: counting those, too, that gained on average. Shrunk towards what is usual, so that a few skills do
    not say so.
    """
    names = {technique.name for technique in techniques}
    chances = [
        note.chance
        for note in brief.skills
        if note.technique in names
        and note.chance is not None
        and _speaks(note, facts)
        and (recommended or _gain(note) <= 0)
    ]
    return (sum(chances) + PRIOR_TECHNIQUES * USUAL) / (len(chances) + PRIOR_TECHNIQUES)


def in_noise(gain: float, noise: float) -> float:
    """Capped: a change that fell apart is not a hundred times worse a lesson than one that lost clearly."""
    return max(-CAP, min(CAP, gain / noise))


def _seen(action: str, brief: Brief) -> list[tuple[float, bool]]:
    """What the action gained on the run's other branches, in noise, and whether it was kept."""
    return [
        (in_noise(one.gain, one.noise), bool(one.kept))
        for one in brief.history
        if one.technique == action and one.branch != brief.branch and one.gain is not None and one.noise
    ]


def _speaks(note: SkillNote, facts: Facts) -> bool:
    return note.status is not Status.RETIRED and all_hold(note.conditions, facts)


def _gain(note: SkillNote) -> float:
    # An expectation is in the claim's favour: what speaks for "do not" speaks against the technique.
    if note.expected is not None:
        return sign_of(note.claim) * note.expected
    return _caution(note) * sign_of(note.claim) * CLAIMED


def _chance(note: SkillNote) -> float:
    if note.chance is not None:
        return note.chance
    return USUAL + _caution(note) * sign_of(note.claim) * CLAIMED_CHANCE


def _caution(note: SkillNote) -> float:
    return 0.5 if note.status in (Status.CANDIDATE, Status.CONTESTED) else 1.0


def _mean(weighed: Sequence[tuple[float, float]]) -> float:
    return sum(weight * value for weight, value in weighed) / sum(weight for weight, _ in weighed)
