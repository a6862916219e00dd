"""Each skill's note with what was measured of its advice. Worked out once per store, so that choosing looks it up."""

from __future__ import annotations

from haste.schema.knowledge import SkillNote

from .evidence import Evidence, chance_of, effect_of, expected_of, votes
from .inventory import Held, Inventory


def measured(held: Held, evidence: Evidence) -> SkillNote:
    """The note with the skill's effect, and what is to be expected of its advice, as far as anything was measured."""
    # The digest pins the whole text, so that a note is never another revision's.
    if (told := evidence.told.get(held.digest)) is None:
        told = evidence.told[held.digest] = _told(held, evidence)
    return told


def measure(inventory: Inventory, evidence: Evidence) -> None:
    """Work it out for every live skill: this belongs to loading a store, where a hundred times as long is spent."""
    for held in inventory.live:
        measured(held, evidence)


def _told(held: Held, evidence: Evidence) -> SkillNote:
    if not (cast := votes(held.skill, evidence)):
        return held.note
    known = effect_of(held.skill, cast)
    told = {"expected": expected_of(held.skill, cast), "chance": chance_of(held.skill, cast)}
    return held.note.model_copy(update=told if known.gain is None else told | {"effect": known})
