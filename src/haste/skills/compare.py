"""What changed between two states of a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from haste.schema.knowledge import Problem, Skill

from .inventory import Inventory


class Difference(NamedTuple):
    # Unreadable: its file is there afterwards, and set aside; readable: it was so before.
    kind: Literal["added", "removed", "changed", "unreadable", "readable"]
    before: Skill | None
    after: Skill | None
    fields: tuple[str, ...] = ()  # names of the fields that differ
    problems: tuple[Problem, ...] = ()  # for which its file is set aside


class State(NamedTuple):
    """One side: what was loaded, and everything that was set aside, in reading as in loading."""

    inventory: Inventory
    problems: Sequence[Problem] = ()

    def faults(self, path: str) -> tuple[Problem, ...]:
        """Why a file, or a folder above it, was set aside; that it is not there is no reason."""
        return tuple(one for one in self.problems if f"{path}/".startswith(f"{one.where}/") and one.code != "missing")


def compare(left: State, right: State) -> tuple[Difference, ...]:
    """By id; a renamed or raised skill is the same skill. A file that is there and set aside is no removed skill."""
    before, after = left.inventory, right.inventory
    found: list[Difference] = []
    for key in sorted({*before.by_id, *after.by_id}):
        old, new = before.by_id.get(key), after.by_id.get(key)
        if old is None and new is not None:
            faults = left.faults(new.path)
            found.append(Difference("readable" if faults else "added", None, new.skill, problems=faults))
        elif new is None and old is not None:
            faults = right.faults(old.path)
            found.append(Difference("unreadable" if faults else "removed", old.skill, None, problems=faults))
        elif old is not None and new is not None and old.skill != new.skill:
            names = tuple(n for n in Skill.model_fields if getattr(old.skill, n) != getattr(new.skill, n))
            found.append(Difference("changed", old.skill, new.skill, names))
    return tuple(found)
