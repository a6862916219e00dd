"""What was refused, vetoed or retired, so that it is not learned again. Folded from decisions and retired skills."""

from __future__ import annotations

from collections.abc import Iterable

from haste.schema.knowledge import DecisionRecord, Skill, Status

from .inventory import Inventory
from .lifecycle import overlap
from .words import body_digest


def barred(skill: Skill, inventory: Inventory, decisions: Iterable[DecisionRecord]) -> str:
    """Why a draft may not come in again; empty when nothing bars it.

    A refused text is barred as text: the same claim in clean words is welcome. A veto bars the claim in its domain,
    and a retired skill bars its claim for the readers it had, unless a live one holds it for them: that took it in.
    """
    body = body_digest(skill.body)
    for decision in decisions:
        if decision.refused and decision.body_digest == body:
            return f"refused before: {decision.reason}"
        if decision.vetoed and (decision.claim, decision.domain) == (skill.claim, skill.domain):
            return f"vetoed before: {decision.reason}"
    alike = inventory.by_claim.get(skill.claim, ())
    if any(held.skill.status is not Status.RETIRED and overlap(held.skill, skill) for held in alike):
        return ""
    for held in (*alike, *inventory.by_body.get(body, ())):
        if held.skill.status is Status.RETIRED and overlap(held.skill, skill):
            return f"retired before, as {held.skill.name}"
    return ""
