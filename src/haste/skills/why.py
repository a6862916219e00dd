"""Why a skill stands where it stands: every change that was ever counted for or against it, and those that were not."""

from __future__ import annotations

from dataclasses import dataclass

from haste.schema.conditions import all_hold
from haste.schema.knowledge import DecisionRecord, ObservationRecord, RunRecord, Skill, Tier

from .claims import sign_of
from .evidence import Evidence, observations


@dataclass(frozen=True)
class Account:
    """One change of one run. `z` is in the claim's favour when positive; `uncounted` says why it does not count."""

    run: str
    competition: str
    domain: str
    candidate: str
    z: float | None
    kept: bool | None
    uncounted: str = ""


def accounts(skill: Skill, evidence: Evidence) -> tuple[Account, ...]:
    """By competition, then run."""
    found = []
    for observation in observations(skill, evidence):
        run = evidence.runs.get(observation.run)
        measured = observation.gain is not None and bool(observation.noise)
        z = sign_of(skill.claim) * observation.gain / observation.noise if measured else None  # type: ignore[operator]
        found.append(
            Account(
                run=observation.run,
                competition=run.competition if run else "",
                domain=run.domain if run else "",
                candidate=observation.candidate,
                z=z,
                kept=observation.kept,
                uncounted=_uncounted(skill, observation, run),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.competition, one.run, one.candidate)))


def history(skill: Skill, evidence: Evidence) -> tuple[DecisionRecord, ...]:
    """The decisions on a skill, oldest first."""
    return tuple(decision for decision in evidence.decisions if decision.skill == skill.id)


def _uncounted(skill: Skill, observation: ObservationRecord, run: RunRecord | None) -> str:
    if run is None:
        return "its run is not in the ledger"
    if observation.gain is None or not observation.noise:
        return "not measured"
    if not all_hold(skill.conditions, run.facts):
        return "the conditions did not hold"
    if skill.tier is Tier.COMPETITION:
        return "" if run.competition == skill.competition else "another competition"
    if run.competition in skill.discovered_in:
        return "discovered there"
    return "" if skill.tier is Tier.GLOBAL or run.domain == skill.domain else "another domain"
