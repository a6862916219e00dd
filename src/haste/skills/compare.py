"""What changed between two states of a store."""

from __future__ import annotations

from typing import Literal, NamedTuple

from haste.schema.knowledge import Skill

from .inventory import Inventory


class Difference(NamedTuple):
    kind: Literal["added", "removed", "changed"]
    before: Skill | None
    after: Skill | None
    fields: tuple[str, ...] = ()  # names of the fields that differ


def compare(before: Inventory, after: Inventory) -> tuple[Difference, ...]:
    """By id; a renamed or raised skill is the same skill."""
    found: list[Difference] = []
    for key in sorted({*before.by_id, *after.by_id}):
        old, new = before.by_id.get(key), after.by_id.get(key)
        if old is None and new is not None:
            found.append(Difference("added", None, new.skill))
        elif new is None and old is not None:
            found.append(Difference("removed", old.skill, None))
        elif old is not None and new is not None and old.skill != new.skill:
            names = tuple(n for n in Skill.model_fields if getattr(old.skill, n) != getattr(new.skill, n))
            found.append(Difference("changed", old.skill, new.skill, names))
    return tuple(found)
