"""Leave one competition out: what promotion would have raised without it, and how that did there.

Pure: ledger records and learnings in, a table out. The promoted skills of one replay never saw the competition that
they are held against, so this is what transfer is worth, and no verdict of a judge enters it. Advice on first scripts
is left out: what one is worth is its lead (`screening`), which is nothing at the least, so it could not fail here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haste.schema.knowledge import (
    CompetitionTerms,
    DecisionRecord,
    Learning,
    LedgerRecord,
    RunRecord,
    Skill,
    Status,
    Tier,
)

from .claims import BEGINNING, sign_of
from .evidence import Vote, fold, votes
from .inventory import load_inventory
from .promote import Judge, Shelf, by_counting, promote_round
from .resample import interval
from .thresholds import DEFAULTS


@dataclass(frozen=True)
class Trial:
    """A skill that was learned without a competition, and what its claim gained there."""

    competition: str
    skill: str
    claim: str
    tier: Tier
    status: Status
    gain: float | None  # in noise, in favour of the claim; None: nobody tried it there, or its conditions did not hold
    z: float | None = None
    kept: float | None = None  # share of the changes that were kept there, for or against the claim

    @property
    def promoted(self) -> bool:
        """Whether it was raised beyond the competition where it was learned."""
        return self.tier is not Tier.COMPETITION


@dataclass(frozen=True)
class Share:
    """Of the trials with a gain, how many were not negative; with a 95 % interval over five competitions or more."""

    tried: int
    untried: int
    competitions: int
    not_negative: float | None
    low: float | None
    high: float | None
    mean_gain: float | None
    clearly_negative: float | None  # share of competitions' votes against
    # A change that is not kept is taken back, so that what share is kept matters as well: mean over trials.
    kept_for: float | None  # of changes that skills advise
    kept_against: float | None  # of those that they advise against


def leave_one_out(
    records: Iterable[LedgerRecord],
    learnings: Iterable[Learning],
    terms: Mapping[str, CompetitionTerms],
    judge: Judge = by_counting,
) -> tuple[Trial, ...]:
    """All trials, by competition. Earlier decisions are forgotten: each replay decides on all learnings anew."""
    facts = [record for record in records if not isinstance(record, DecisionRecord)]
    learned = tuple(learnings)
    runs = {record.run: record for record in facts if isinstance(record, RunRecord)}
    trials: list[Trial] = []
    for name in sorted({run.competition for run in runs.values()}):
        away = {run for run, record in runs.items() if record.competition == name}
        domain = next(record.domain for run, record in sorted(runs.items()) if run in away)
        known = [record for record in facts if record.run not in away]
        told = (one for one in learned if one.competition != name)
        _, shelf = promote_round(told, Shelf(load_inventory([]), fold(known), terms), judge)
        held_out = fold(record for record in facts if record.run in away)
        for skill in shelf.inventory.skills:
            if (skill.technique or "").startswith(BEGINNING) or skill.status is Status.RETIRED:
                continue
            if skill.tier is Tier.GLOBAL or skill.domain == domain:
                trials.append(_trial(name, skill, votes(skill, held_out)))
    return tuple(trials)


def share(trials: Iterable[Trial]) -> Share:
    """Of any selection of trials, for example the promoted ones."""
    trials = tuple(trials)
    tried = [one for one in trials if one.gain is not None]
    groups: dict[str, list[Trial]] = {}
    for one in tried:
        groups.setdefault(one.competition, []).append(one)
    low, high = interval([groups[key] for key in sorted(groups)], _not_negative, share=True)
    gains = [one.gain for one in tried if one.gain is not None]
    return Share(
        tried=len(tried),
        untried=len(trials) - len(tried),
        competitions=len(groups),
        not_negative=_not_negative(tried),
        low=low,
        high=high,
        mean_gain=sum(gains) / len(gains) if gains else None,
        clearly_negative=sum(_against(one) for one in tried) / len(tried) if tried else None,
        kept_for=_kept([one for one in tried if sign_of(one.claim) > 0]),
        kept_against=_kept([one for one in tried if sign_of(one.claim) < 0]),
    )


def kept_back(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """What stayed at the competition tier and is not said by a promoted skill: what promotion chose not to carry over.

    One trial for each claim and competition: several competitions may have learned the same.
    """
    trials = tuple(trials)
    carried = {(one.competition, one.claim) for one in trials if one.promoted}
    found = {(one.competition, one.claim): one for one in trials if not one.promoted}
    return tuple(one for key, one in found.items() if key not in carried)


def _trial(competition: str, skill: Skill, cast: Sequence[Vote]) -> Trial:
    vote = cast[0] if cast else None  # one competition, hence at most one vote
    return Trial(
        competition=competition,
        skill=skill.name,
        claim=skill.claim,
        tier=skill.tier,
        status=skill.status,
        gain=vote.gain if vote else None,
        z=vote.z if vote else None,
        kept=vote.kept if vote else None,
    )


def _not_negative(of: Sequence[Trial]) -> float | None:
    return sum(one.gain is not None and one.gain >= 0 for one in of) / len(of) if of else None


def _against(one: Trial) -> bool:
    return one.z is not None and one.z <= -DEFAULTS.vote_z


def _kept(of: Sequence[Trial]) -> float | None:
    shares = [one.kept for one in of if one.kept is not None]
    return sum(shares) / len(shares) if shares else None
