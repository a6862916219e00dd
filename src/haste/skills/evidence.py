"""What the ledger says about a claim: one vote per competition, and an effect with an interval.

The competition is the unit. Within a run, the changes that tried a claim are averaged; runs on the same rows are taken
as correlated; a competition votes when its pooled z is beyond the threshold. The competition where a skill was
discovered does not vote beyond its own tier: it was picked because it looked good there.

The fold does not depend on the order of records, and a record that two branches both hold counts once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from haste.schema.conditions import all_hold
from haste.schema.knowledge import (
    DecisionRecord,
    Effect,
    ExposureRecord,
    LedgerRecord,
    ObservationRecord,
    RunRecord,
    Skill,
    Tier,
)

from .claims import sign_of
from .interval import mean_interval
from .thresholds import DEFAULTS

T = TypeVar("T")


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


@dataclass(frozen=True)
class Vote:
    """What one competition says about a claim. Positive numbers are in the claim's favour."""

    competition: str
    domain: str
    gain: float  # mean over runs, in units of one change's noise
    z: float
    runs: int
    weight: float  # runs, counted as correlated

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
        by_citation=_frozen(citation),
        by_candidate=candidates,
        merged={skill: frozenset(pairs) for skill, pairs in merged.items()},
        exposures=_frozen(exposures),
        decisions=tuple(sorted(decisions, key=lambda record: record.at)),
    )


def votes(skill: Skill, evidence: Evidence) -> tuple[Vote, ...]:
    """All competitions that tried the claim while its conditions held, by name, whatever the skill's tier."""
    by_run: dict[str, list[float]] = defaultdict(list)
    for observation in observations(skill, evidence):
        run = evidence.runs.get(observation.run)
        if run is None or observation.gain is None or not observation.noise or observation.noise <= 0:
            continue
        if all_hold(skill.conditions, run.facts):
            capped = max(-DEFAULTS.gain_cap, min(DEFAULTS.gain_cap, observation.gain / observation.noise))
            by_run[observation.run].append(sign_of(skill.claim) * capped)
    by_competition: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run_id, gains in sorted(by_run.items()):
        run = evidence.runs[run_id]
        by_competition[run.competition, run.domain].append(math.fsum(gains) / len(gains))
    return tuple(_vote(*place, means) for place, means in sorted(by_competition.items()))


def votes_in_scope(skill: Skill, evidence: Evidence) -> tuple[Vote, ...]:
    """The votes that count for the skill's own tier: without its discovery, unless the tier is that competition."""
    every = votes(skill, evidence)
    if skill.tier is Tier.COMPETITION:
        return tuple(vote for vote in every if vote.competition == skill.competition)
    return tuple(
        vote
        for vote in every
        if vote.competition not in skill.discovered_in and (skill.tier is Tier.GLOBAL or vote.domain == skill.domain)
    )


def tally(cast: Iterable[Vote]) -> Tally:
    signs = [vote.sign for vote in cast]
    return Tally(signs.count(1), signs.count(-1), signs.count(0))


def effect(skill: Skill, evidence: Evidence) -> Effect:
    """Mean over the competitions that vote in the skill's scope; None until there are enough of them."""
    cast = votes_in_scope(skill, evidence)
    needed = 1 if skill.tier is Tier.COMPETITION else DEFAULTS.effect_competitions
    if len(cast) < needed:
        return Effect(gain=None, level=DEFAULTS.effect_level, competitions=len(cast))
    gain, low, high = mean_interval(
        [vote.gain for vote in cast], [1 / vote.weight for vote in cast], DEFAULTS.effect_level
    )
    return Effect(gain=gain, low=low, high=high, level=DEFAULTS.effect_level, competitions=len(cast))


def expected_gain(skill: Skill, evidence: Evidence) -> float | None:
    """The best guess of the claim's gain on another competition of its scope, in units of noise; None without any data.

    The mean over all competitions that tried it, its discovery included, shrunk towards none by one competition that
    saw no effect. For putting advice in order; what a skill is worth is `effect`, which leaves the discovery out.
    """
    cast = [vote for vote in votes(skill, evidence) if _near(vote, skill)]
    return math.fsum(vote.gain for vote in cast) / (len(cast) + DEFAULTS.prior_competitions) if cast else None


def _near(vote: Vote, skill: Skill) -> bool:
    if skill.tier is Tier.COMPETITION:
        return vote.competition == skill.competition
    return skill.tier is Tier.GLOBAL or vote.domain == skill.domain


def observations(skill: Skill, evidence: Evidence) -> list[ObservationRecord]:
    """Changes that applied the skill's technique; for advice without one, changes that cite it. And merged ones."""
    direct = (
        evidence.by_technique.get(skill.technique, ()) if skill.technique else evidence.by_citation.get(skill.id, ())
    )
    pairs = evidence.merged.get(skill.id, frozenset())
    also = (evidence.by_candidate[pair] for pair in pairs if pair in evidence.by_candidate)
    found = {f"{record.run}/{record.candidate}": record for record in (*direct, *also)}
    return [found[key] for key in sorted(found)]


def _vote(competition: str, domain: str, means: list[float]) -> Vote:
    n = len(means)
    gain = math.fsum(means) / n
    weight = n / (1 + (n - 1) * DEFAULTS.run_correlation)
    return Vote(competition, domain, gain, gain * math.sqrt(weight), n, weight)


def _frozen(groups: Mapping[str, list[T]]) -> dict[str, tuple[T, ...]]:
    return {key: tuple(group) for key, group in groups.items()}
