"""What the ledger says about a claim: one vote per competition, and an effect with an interval.

The competition is the unit. Within a run, the changes that tried a claim are averaged; runs that measured the very same
count once, others on the same rows are taken as correlated; a competition votes when its pooled z is beyond the
threshold. The competition where a skill was discovered does not vote beyond its own tier: it was picked because it
looked good there.

The fold does not depend on the order of records, and a record that two branches both hold counts once.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from haste.schema.conditions import Condition, all_hold
from haste.schema.knowledge import (
    DecisionRecord,
    Effect,
    ExposureRecord,
    LedgerRecord,
    ObservationRecord,
    RunRecord,
    Skill,
    SkillNote,
    Tier,
)

from .claims import sign_of
from .interval import mean_interval
from .thresholds import DEFAULTS

T = TypeVar("T")
Tried = tuple[RunRecord, tuple[float, ...], float | None]  # a run, its changes' gains in noise, share of them kept


@dataclass(frozen=True)
class Evidence:
    """The ledger, folded into look-ups."""

    runs: Mapping[str, RunRecord] = field(default_factory=dict)
    by_technique: Mapping[str, tuple[ObservationRecord, ...]] = field(default_factory=dict)
    by_citation: Mapping[str, tuple[ObservationRecord, ...]] = field(default_factory=dict)  # skill id ->
    by_candidate: Mapping[str, ObservationRecord] = field(default_factory=dict)  # "run/candidate" ->
    merged: Mapping[str, frozenset[str]] = field(default_factory=dict)  # skill id -> "run/candidate"
    exposures: Mapping[str, tuple[ExposureRecord, ...]] = field(default_factory=dict)
    decisions: tuple[DecisionRecord, ...] = ()  # by time
    # What follows from the above and is asked for again: thousands of skills speak of a few dozen techniques.
    tried: Mapping[str, tuple[Tried, ...]] = field(default_factory=dict, repr=False, compare=False)  # by technique
    cast: dict[tuple[str, tuple[Condition, ...], int], tuple[Vote, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    told: dict[str, SkillNote] = field(default_factory=dict, init=False, repr=False, compare=False)  # see `measured`


@dataclass(frozen=True)
class Vote:
    """What one competition says about a claim. Positive numbers are in the claim's favour."""

    competition: str
    domain: str
    gain: float  # mean over runs, in units of one change's noise
    z: float
    runs: int  # with different figures
    weight: float  # runs, counted as correlated
    kept: float | None  # share of the changes that were kept, the same for a claim and its opposite; None: unknown

    @property
    def sign(self) -> int:
        return (self.z >= DEFAULTS.vote_z) - (self.z <= -DEFAULTS.vote_z)


@dataclass(frozen=True)
class Tally:
    support: int = 0
    oppose: int = 0
    null: int = 0

    @property
    def seen(self) -> int:
        return self.support + self.oppose + self.null


def fold(records: Iterable[LedgerRecord]) -> Evidence:
    unique = dict(sorted((record.model_dump_json(), record) for record in records)).values()
    technique: dict[str, list[ObservationRecord]] = defaultdict(list)
    citation: dict[str, list[ObservationRecord]] = defaultdict(list)
    candidates: dict[str, ObservationRecord] = {}
    merged: dict[str, set[str]] = defaultdict(set)
    exposures: dict[str, list[ExposureRecord]] = defaultdict(list)
    runs: dict[str, RunRecord] = {}
    decisions: list[DecisionRecord] = []
    for record in unique:
        match record:
            case RunRecord():
                runs[record.run] = record
            case ExposureRecord():
                exposures[record.skill].append(record)
            case ObservationRecord():
                candidates[f"{record.run}/{record.candidate}"] = record
                if record.technique:
                    technique[record.technique].append(record)
                for skill in record.cites:
                    citation[skill].append(record)
            case DecisionRecord():
                decisions.append(record)
                if record.skill and record.supports and not record.vetoed:
                    merged[record.skill].update(record.supports)
    return Evidence(
        runs=runs,
        by_technique=_frozen(technique),
        tried={name: _tried(_sorted(found), runs) for name, found in technique.items()},
        by_citation=_frozen(citation),
        by_candidate=candidates,
        merged={skill: frozenset(pairs) for skill, pairs in merged.items()},
        exposures=_frozen(exposures),
        decisions=tuple(sorted(decisions, key=lambda record: record.at)),
    )


def votes(skill: Skill, evidence: Evidence) -> tuple[Vote, ...]:
    """All competitions that tried the claim while its conditions held, by name, whatever the skill's tier."""
    sign = sign_of(skill.claim)
    if not skill.technique or skill.id in evidence.merged:  # its evidence is its own
        return _cast(_tried(observations(skill, evidence), evidence.runs), skill.conditions, sign)
    key = (skill.technique, skill.conditions, sign)
    if (cast := evidence.cast.get(key)) is None:
        cast = evidence.cast[key] = _cast(evidence.tried.get(skill.technique, ()), skill.conditions, sign)
    return cast


def _tried(found: Iterable[ObservationRecord], runs: Mapping[str, RunRecord]) -> tuple[Tried, ...]:
    gains: dict[str, list[float]] = defaultdict(list)
    kept: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        if one.run in runs and one.gain is not None and one.noise and one.noise > 0:
            gains[one.run].append(one.gain / one.noise)
            if one.kept is not None:
                kept[one.run].append(one.kept)
    return tuple((runs[run], tuple(gains[run]), _mean(kept[run])) for run in sorted(gains))


def _cast(tried: Iterable[Tried], conditions: tuple[Condition, ...], sign: int) -> tuple[Vote, ...]:
    # Scripts are deterministic: runs of one competition with the very same figures executed the same scripts on the
    # same folds, and are one measurement. Where runs took a competition for different domains, most of them decide.
    figures: dict[str, dict[tuple[float, ...], float | None]] = defaultdict(dict)
    domains: dict[str, Counter[str]] = defaultdict(Counter)
    for run, gains, kept in tried:
        if not conditions or all_hold(conditions, run.facts):
            known = figures[run.competition].get(gains)
            figures[run.competition][gains] = known if kept is None else kept
            domains[run.competition][run.domain] += 1
    return tuple(_vote(one, _most_frequent(domains[one]), sign, figures[one]) for one in sorted(figures))


def _most_frequent(counts: Counter[str]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))


def votes_in_scope(skill: Skill, evidence: Evidence) -> tuple[Vote, ...]:
    """The votes that count for the skill's own tier: without its discovery, unless the tier is that competition."""
    return _in_scope(skill, votes(skill, evidence))


def _in_scope(skill: Skill, every: Iterable[Vote]) -> tuple[Vote, ...]:
    if skill.tier is Tier.COMPETITION:
        return tuple([vote for vote in every if vote.competition == skill.competition])
    anywhere, found, domain = skill.tier is Tier.GLOBAL, skill.discovered_in, skill.domain
    return tuple([vote for vote in every if vote.competition not in found and (anywhere or vote.domain == domain)])


def tally(cast: Iterable[Vote]) -> Tally:
    signs = [vote.sign for vote in cast]
    return Tally(signs.count(1), signs.count(-1), signs.count(0))


def effect(skill: Skill, evidence: Evidence) -> Effect:
    """Mean over the competitions that vote in the skill's scope; None until there are enough of them."""
    return effect_of(skill, votes(skill, evidence))


def effect_of(skill: Skill, every: Iterable[Vote]) -> Effect:
    """`effect`, of the `votes` that were taken already."""
    cast = _in_scope(skill, every)
    needed = 1 if skill.tier is Tier.COMPETITION else DEFAULTS.effect_competitions
    if len(cast) < needed:
        return Effect(gain=None, level=DEFAULTS.effect_level, competitions=len(cast))
    gain, low, high = mean_interval(
        [vote.gain for vote in cast], [1 / vote.weight for vote in cast], DEFAULTS.effect_level
    )
    return Effect(gain=gain, low=low, high=high, level=DEFAULTS.effect_level, competitions=len(cast))


def expected_of(skill: Skill, every: Iterable[Vote]) -> float | None:
    """The best guess of the claim's gain on another competition of its scope, in units of noise; None without any data.

    The mean over all competitions that tried it (`votes`), its discovery included, shrunk towards none by one
    competition that saw no effect. For putting advice in order; what a skill is worth is `effect`, which leaves the
    discovery out.
    """
    gains = [vote.gain for vote in _told_in(skill, every)]
    return math.fsum(gains) / (len(gains) + DEFAULTS.prior_competitions) if gains else None


def chance_of(skill: Skill, every: Iterable[Vote]) -> float | None:
    """The best guess of how often the skill's change is kept on another competition of its scope; None without data.

    The share that was kept, mean over the same competitions as in `expected_of`, shrunk towards what cold runs keep of
    all changes. It is the change's own, whether the skill is for it or against it. A change that is not kept is taken
    back and costs its executions alone: whether to try one more asks for this, and not for the mean gain.
    """
    return shrunk_share([vote.kept for vote in _told_in(skill, every) if vote.kept is not None])


def shrunk_share(shares: Sequence[float]) -> float | None:
    """The mean over competitions of what share of a change's tries was kept, as in `chance_of`; None for none."""
    prior = DEFAULTS.prior_competitions
    return (math.fsum(shares) + prior * DEFAULTS.prior_kept) / (len(shares) + prior) if shares else None


def _told_in(skill: Skill, every: Iterable[Vote]) -> list[Vote]:
    """The votes of the skill's tier, its discovery included."""
    if skill.tier is Tier.COMPETITION:
        return [vote for vote in every if vote.competition == skill.competition]
    anywhere, domain = skill.tier is Tier.GLOBAL, skill.domain
    return [vote for vote in every if anywhere or vote.domain == domain]


def observations(skill: Skill, evidence: Evidence) -> list[ObservationRecord]:
    """Changes that applied the skill's technique; for advice without one, changes that cite it. And merged ones."""
    direct = (
        evidence.by_technique.get(skill.technique, ()) if skill.technique else evidence.by_citation.get(skill.id, ())
    )
    pairs = evidence.merged.get(skill.id, frozenset())
    also = (evidence.by_candidate[pair] for pair in pairs if pair in evidence.by_candidate)
    return _sorted((*direct, *also))


def _sorted(records: Iterable[ObservationRecord]) -> list[ObservationRecord]:
    """By candidate, of each the last."""
    found = {f"{record.run}/{record.candidate}": record for record in records}
    return [found[key] for key in sorted(found)]


def _vote(competition: str, domain: str, sign: int, figures: Mapping[tuple[float, ...], float | None]) -> Vote:
    n, cap = len(figures), DEFAULTS.gain_cap
    means = [math.fsum(max(-cap, min(cap, gain)) for gain in gains) / len(gains) for gains in figures]
    gain = sign * math.fsum(means) / n
    weight = n / (1 + (n - 1) * DEFAULTS.run_correlation)
    kept = _mean([share for share in figures.values() if share is not None])
    return Vote(competition, domain, gain, gain * math.sqrt(weight), n, weight, kept)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _frozen(groups: Mapping[str, list[T]]) -> dict[str, tuple[T, ...]]:
    return {key: tuple(group) for key, group in groups.items()}
