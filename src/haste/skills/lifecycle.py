"""Status by counting: candidate, active, contested, retired. Time alone moves nothing; a person may move anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from haste.schema.knowledge import Skill, Status, Tier

from .absence import absence_effect, masked_count
from .claims import read_claim
from .evidence import Evidence, Tally, Vote, effect, tally, votes, votes_in_scope
from .overlap import exclusive
from .thresholds import DEFAULTS


class Ruling(NamedTuple):
    status: Status
    reason: str


def domain_holds(count: Tally) -> bool:
    """Enough other competitions of the domain support, more than are indifferent, and few oppose."""
    return (
        count.support >= DEFAULTS.domain_support
        and count.support >= DEFAULTS.domain_ratio * count.oppose
        and count.support >= count.null
    )


def domain_opposes(count: Tally) -> bool:
    return count.oppose >= DEFAULTS.domain_opposes and count.oppose >= DEFAULTS.domain_opposes_ratio * count.support


def by_domain(cast: Iterable[Vote]) -> dict[str, Tally]:
    cast = tuple(cast)
    return {domain: tally(v for v in cast if v.domain == domain) for domain in sorted({v.domain for v in cast})}


def global_holds(cast: Iterable[Vote]) -> bool:
    """It holds somewhere, several domains lean in favour, none opposes, and the whole is clearly in favour."""
    cast = tuple(cast)
    domains, total = by_domain(cast), tally(cast)
    return (
        any(domain_holds(count) for count in domains.values())
        and total.support >= DEFAULTS.global_support
        and total.support >= DEFAULTS.global_ratio * total.oppose
        and sum(count.support > count.oppose for count in domains.values()) >= DEFAULTS.global_domains
        and not any(domain_opposes(count) for count in domains.values())
    )


def counted_tier(skill: Skill, evidence: Evidence) -> Tier | None:
    """The widest tier that counting supports for the skill's claim, without its discovery; None for none at all."""
    every = votes(skill, evidence)
    others = tuple(vote for vote in every if vote.competition not in skill.discovered_in)
    if global_holds(others):
        return Tier.GLOBAL
    if skill.domain and domain_holds(by_domain(others).get(skill.domain, Tally())):
        return Tier.DOMAIN
    home = skill.competition or (skill.discovered_in[0] if skill.discovered_in else None)
    return Tier.COMPETITION if any(v.competition == home and v.sign > 0 for v in every) else None


def rule(skill: Skill, evidence: Evidence, rivals: Iterable[Skill] = ()) -> Ruling:
    """The status that the evidence gives a skill. `rivals` are the skills it clashes with, retired ones included."""
    if skill.status is Status.RETIRED:
        return Ruling(Status.RETIRED, "retired; only a person brings it back")
    cast = votes_in_scope(skill, evidence)
    count = tally(cast)
    if reason := _harm(skill, evidence, count, sum(vote.runs for vote in cast)):
        return Ruling(Status.RETIRED, reason)
    rivals = tuple(rival for rival in rivals if rival.status is not Status.RETIRED)
    if rivals and not _settled(skill, evidence, rivals):
        return Ruling(Status.CONTESTED, f"clashes with {', '.join(sorted(rival.name for rival in rivals))}")
    if _proven(skill, evidence, count):
        return Ruling(Status.ACTIVE, f"{count.support} support, {count.oppose} oppose, {count.null} neither")
    alone = skill.tier is Tier.COMPETITION  # there is only one competition to oppose it
    if count.oppose >= (1 if alone else DEFAULTS.contested_opposes) and skill.status is not Status.CANDIDATE:
        return Ruling(Status.CONTESTED, f"{count.oppose} oppose, {count.support} support")
    if skill.status is Status.CONTESTED:  # the clash is over, but it never was proven
        return Ruling(Status.CANDIDATE, "the clash is over; not proven yet")
    return Ruling(skill.status, f"not enough evidence to move: {count.support} for, {count.oppose} against")


def clash(a: Skill, b: Skill) -> bool:
    """Whether two skills give opposite advice for the same situation, and one reader could see both and use both."""
    first, second = read_claim(a.claim), read_claim(b.claim)
    if a.id == b.id or first is None or second is None or first.opposite != str(second):
        return False
    return overlap(a, b) and not exclusive(a.conditions, b.conditions)


def overlap(a: Skill, b: Skill) -> bool:
    """Whether some scope sees both skills."""
    if a.tier is Tier.COMPETITION and b.tier is Tier.COMPETITION:
        return a.competition == b.competition
    return a.tier is Tier.GLOBAL or b.tier is Tier.GLOBAL or a.domain == b.domain


def _harm(skill: Skill, evidence: Evidence, count: Tally, runs: int) -> str:
    known = effect(skill, evidence)
    # A skill of one competition has no others to be judged by; there several runs have to say so.
    alone = skill.tier is Tier.COMPETITION
    seen, needed = (runs, DEFAULTS.retire_runs) if alone else (known.competitions, DEFAULTS.retire_competitions)
    if known.high is not None and known.high < 0 and seen >= needed:
        return f"hurts: effect {known.gain:+.2f}, below zero over {seen} {'runs' if alone else 'competitions'}"
    if masked_count(skill, evidence) >= DEFAULTS.retire_masked:
        absent = absence_effect(skill, evidence)
        if absent.high is not None and absent.high < 0:
            return f"hurts: {absent.gain:+.2f} against its absence"
    if skill.tier is not Tier.COMPETITION and count.seen >= DEFAULTS.idle_competitions and not count.support:
        return f"no effect: tried in {count.seen} competitions, none in support"
    return ""


def _proven(skill: Skill, evidence: Evidence, count: Tally) -> bool:
    if skill.tier is Tier.COMPETITION:
        return count.support > count.oppose
    if skill.tier is Tier.DOMAIN:
        return domain_holds(count)
    return global_holds(votes_in_scope(skill, evidence))


def _settled(skill: Skill, evidence: Evidence, rivals: Iterable[Skill]) -> bool:
    """Each side says where it holds, by conditions or by a narrower tier, and within that it does hold."""
    sides = (skill, *rivals)
    if not any(side.conditions for side in sides) and len({side.tier for side in sides}) == 1:
        return False
    for side in sides:
        count = tally(votes_in_scope(side, evidence))
        needed = 1 if side.tier is Tier.COMPETITION else DEFAULTS.resolved_support
        if count.support < needed or count.oppose:
            return False
    return True
