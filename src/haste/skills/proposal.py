"""An engineer's proposal on one learning, checked by code: what of it may be applied, or the reason why it may not.

Knows nothing of what counting says: a proposed tier may go beyond it, because a tier is a hypothesis. What a proposal
names must be there, be live, and be seen by the readers that the learning has; what it says must pass the gate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haste.schema.conditions import Condition, all_hold
from haste.schema.knowledge import (
    CompetitionTerms,
    Learning,
    Problem,
    PromotionProposal,
    Skill,
    SkillScope,
    Status,
    Verdict,
)

from .claims import sign_of
from .evidence import Evidence
from .gate import gate, text_problems
from .inventory import Held, Inventory
from .leaks import find_leaks
from .overlap import exclusive
from .wording import draft

WIDE = (Verdict.DOMAIN, Verdict.GLOBAL)


@dataclass(frozen=True)
class Admissible:
    """A proposal that stands. `skill` is the learning in the engineer's words, still of its own competition."""

    verdict: Verdict
    reason: str
    skill: Skill
    covers: Skill | None = None  # what says the same already
    rivals: tuple[Skill, ...] = ()  # what the engineer says that it contradicts
    leaks: tuple[Problem, ...] = ()  # why its words may not leave the competition
    reworded: bool = False


def check_proposal(
    proposal: PromotionProposal,
    learning: Learning,
    inventory: Inventory,
    evidence: Evidence,
    terms: Iterable[CompetitionTerms],
) -> Admissible | Problem:
    """The proposal as far as it may be applied, else the first reason against it. `terms`: the learning's own."""
    seen = {held.skill.name: held for held in _seen_by(learning, inventory)}
    if problem := _conditions(proposal.conditions, learning, evidence):
        return problem
    said = learning.model_copy(
        update={
            "statement": proposal.statement or learning.statement,
            "conditions": proposal.conditions or learning.conditions,
        }
    )
    skill = draft(said, inventory.by_name)
    if problems := gate(skill) or text_problems(proposal.statement, skill.name):
        return problems[0]
    named = proposal.duplicates or proposal.contradicts
    if named is not None and (problem := _named(named, seen, inventory)):
        return problem
    if proposal.duplicates is not None:
        return _duplicate(proposal, skill, seen[proposal.duplicates].skill)
    if proposal.verdict is Verdict.CONFLICT and proposal.contradicts is None:
        return _problem("conflict", "a conflict must name the skill that it contradicts")
    rivals: tuple[Skill, ...] = ()
    if proposal.contradicts is not None:
        rival = seen[proposal.contradicts].skill
        if exclusive(skill.conditions, rival.conditions):
            return _problem("conflict", f"its conditions and those of {rival.name} never hold together")
        rivals = (rival,)
    leaks: tuple[Problem, ...] = ()
    if proposal.verdict in WIDE and proposal.statement:
        leaks = tuple(
            _problem("leak", f"the engineer's words name a competition's {leak.kind} {leak.what!r}")
            for leak in find_leaks(proposal.statement, terms)
        )
    return Admissible(proposal.verdict, proposal.reason, skill, None, rivals, leaks, bool(proposal.statement))


def _seen_by(learning: Learning, inventory: Inventory) -> tuple[Held, ...]:
    return inventory.visible(SkillScope(domain=learning.domain, competition=learning.competition))


def _named(name: str, seen: dict[str, Held], inventory: Inventory) -> Problem | None:
    """Why a skill of that name may not be referred to."""
    if name in seen:
        return None
    held = inventory.by_name.get(name)
    if held is None:
        return _problem("unknown", f"no skill is called {name!r}")
    if held.skill.status is Status.RETIRED:
        return _problem("unknown", f"{name} is retired")
    return _problem("scope", f"{name} is not seen where this was learned")


def _duplicate(proposal: PromotionProposal, skill: Skill, covers: Skill) -> Admissible | Problem:
    if proposal.verdict is not Verdict.SKIP:
        return _problem("duplicate", f"it is said to be covered by {covers.name} and to be {proposal.verdict} as well")
    if skill.technique == covers.technique and sign_of(skill.claim) != sign_of(covers.claim):
        return _problem("duplicate", f"{covers.name} says the opposite of the same technique")
    return Admissible(Verdict.SKIP, proposal.reason, skill, covers)


def _conditions(conditions: tuple[Condition, ...], learning: Learning, evidence: Evidence) -> Problem | None:
    """Conditions must speak of facts that profiles have, and hold where the learning was made."""
    known = {fact for run in evidence.runs.values() for fact in run.facts}
    for condition in conditions:
        if known and condition.fact not in known:
            return _problem("conditions", f"no profile has the fact {condition.fact!r}")
    for run in evidence.runs.values():
        if run.competition == learning.competition and run.facts and not all_hold(conditions, run.facts):
            return _problem("conditions", "its conditions do not hold where it was learned")
    return None


def _problem(code: str, reason: str) -> Problem:
    return Problem(where="the engineer's proposal", code=code, reason=reason)
