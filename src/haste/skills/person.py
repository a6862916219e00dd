"""What a person decides: taking a skill in, retiring one, bringing one back. Gate and uniqueness bind people too."""

from __future__ import annotations

from haste.schema.knowledge import Promotion, Skill, SkillChange, Status, Tier, Verdict

from .gate import find_duplicate, gate
from .inventory import Inventory
from .promote import Shelf
from .words import body_digest

_VERDICT = {Tier.COMPETITION: Verdict.COMPETITION, Tier.DOMAIN: Verdict.DOMAIN, Tier.GLOBAL: Verdict.GLOBAL}


def add(skill: Skill, shelf: Shelf, text: str | None = None) -> Promotion:
    """An adopted skill as a candidate, or `skip` with the gate's refusals or the skill that covers it.

    With the `text` that it was read from, refusals have its lines.
    """
    own = shelf.terms_of(skill)
    others = (term for term in shelf.terms.values() if term not in own)
    problems = gate(skill, own, others, text)
    taken = _taken(skill, shelf.inventory)
    covered = find_duplicate(skill, shelf.inventory)
    decided = Promotion(
        learning=None,
        verdict=Verdict.SKIP,
        by="person",
        reason="added by a person",
        claim=skill.claim,
        body_digest=body_digest(skill.body),
        domain=skill.domain or "",
        competition=skill.competition or "",
    )
    if problems:
        return decided.model_copy(update={"reason": f"refused: {problems[0].reason}", "refusals": problems})
    if taken:
        return decided.model_copy(update={"reason": taken})
    if covered:
        reason = f"already covered by {covered.held.skill.name} ({covered.how})"
        return decided.model_copy(update={"reason": reason, "skill": covered.held.skill.id})
    change = SkillChange(before=None, after=skill)
    return decided.model_copy(update={"verdict": _VERDICT[skill.tier], "skill": skill.id, "changes": (change,)})


def move(skill: Skill, status: Status, reason: str) -> Promotion:
    """A status set by hand, for example retired, or candidate to bring a retired skill back."""
    after = skill.model_copy(update={"status": status, "revision": skill.revision + 1})
    return Promotion(
        learning=None,
        verdict=None,
        by="person",
        reason=reason,
        skill=skill.id,
        changes=(SkillChange(before=skill, after=after),),
        claim=skill.claim,
        domain=skill.domain or "",
        competition=skill.competition or "",
    )


def _taken(skill: Skill, inventory: Inventory) -> str:
    if skill.name in inventory.by_name:
        return f"the name {skill.name} is taken by {inventory.by_name[skill.name].path}"
    if skill.id in inventory.by_id:
        return f"the id {skill.id} is taken by {inventory.by_id[skill.id].path}"
    return ""
