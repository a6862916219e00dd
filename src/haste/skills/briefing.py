"""What whoever judges a learning is told: near skills, what counting says, and what other competitions measured.

No line names a competition: a judge that never reads a name cannot carry it into a wider tier.
"""

from __future__ import annotations

from haste.schema.conditions import Fact, all_hold
from haste.schema.knowledge import Learning, Measured, PromotionBrief, Skill, SkillNote, SkillScope

from .claims import read_claim
from .evidence import Evidence, Vote, effect, votes
from .inventory import Held
from .promote import Shelf, counted_verdict
from .skill import note
from .wording import draft

SIMILAR = 8  # skills that a brief shows
_FACTS = ("rows", "columns", "kind", "metric")  # told of each competition, beside those that conditions speak of


def promotion_brief(learning: Learning, shelf: Shelf) -> PromotionBrief:
    """The brief on one learning as the shelf stands now."""
    similar = similar_skills(learning, shelf)
    facts = dict.fromkeys(_FACTS)
    spoken_of = [learning.conditions, *(one.conditions for one in similar)]
    facts |= dict.fromkeys(condition.fact for conditions in spoken_of for condition in conditions)
    return PromotionBrief(
        learning=learning,
        similar=tuple(_note(one, shelf.evidence) for one in similar),
        counted=counted_verdict(learning, shelf),
        support=_support(learning, shelf, tuple(facts)),
        measured=_measured(learning, shelf),
    )


def similar_skills(learning: Learning, shelf: Shelf, most: int = SIMILAR) -> tuple[Skill, ...]:
    """Skills that the learning's own readers see: of its claim or the opposite, of its technique, then by BM25."""
    inventory = shelf.inventory
    scope = SkillScope(domain=learning.domain, competition=learning.competition)
    skill, claim = draft(learning, inventory.by_name), read_claim(learning.claim)
    scores = inventory.index.scores(f"{skill.name} {skill.description} {learning.statement}")
    same = {learning.claim, claim.opposite if claim else learning.claim}

    def order(held: Held) -> tuple[bool, bool, float, str]:
        alike = learning.technique is not None and held.skill.technique == learning.technique
        return held.skill.claim not in same, not alike, -scores[held.position], held.skill.id

    near = sorted(inventory.visible(scope), key=order)
    return tuple(held.skill for held in near[:most])


def _note(skill: Skill, evidence: Evidence) -> SkillNote:
    return note(skill, "", effect(skill, evidence))


def _measured(learning: Learning, shelf: Shelf) -> tuple[Measured, ...]:
    cast = votes(draft(learning, shelf.inventory.by_name), shelf.evidence)
    return tuple(
        Measured(
            domain=vote.domain,
            gain=vote.gain,
            z=vote.z,
            sign=vote.sign,
            kept=vote.kept,
            home=vote.competition == learning.competition,
        )
        for vote in cast
    )


def _support(learning: Learning, shelf: Shelf, facts: tuple[str, ...]) -> tuple[str, ...]:
    """One line for each competition that tried it: where it was found first, then its domain's, then the others."""
    anywhere = draft(learning, shelf.inventory.by_name).model_copy(update={"conditions": ()})
    cast = votes(anywhere, shelf.evidence)
    order = sorted(
        cast, key=lambda v: (v.competition != learning.competition, v.domain != learning.domain, v.domain, v.z)
    )
    return tuple(_line(vote, learning, shelf.evidence, facts) for vote in order)


def _line(vote: Vote, learning: Learning, evidence: Evidence, facts: tuple[str, ...]) -> str:
    known = _facts_of(vote.competition, evidence)
    home = vote.competition == learning.competition
    where = "where it was found" if home else f"another competition ({vote.domain})"
    says = {1: "for it", -1: "against it", 0: "neither"}[vote.sign]
    held = "" if all_hold(learning.conditions, known) else ", where its conditions do not hold"
    told = [f"{fact} {_short(known[fact])}" for fact in facts if fact in known]
    runs = f"{vote.runs} run{'s' * (vote.runs != 1)}"
    return f"{where}: {vote.gain:+.1f} noise over {runs}, {says}{held}" + (f" [{', '.join(told)}]" if told else "")


def _short(value: Fact) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _facts_of(competition: str, evidence: Evidence) -> dict[str, Fact]:
    found = (run.facts for run in sorted(evidence.runs.values(), key=lambda r: r.run) if run.competition == competition)
    return next((facts for facts in found if facts), {})
