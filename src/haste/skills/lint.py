"""What is wrong with a whole store, beyond what could not be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from haste.schema.knowledge import CompetitionTerms, Problem, Skill, Status

from .gate import gate
from .inventory import Inventory
from .triggers import Sieve


def lint(
    inventory: Inventory,
    terms: Mapping[str, CompetitionTerms] | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """Problems of loading, texts that the gate would refuse, and conflict links without their counterpart.

    With the `texts` of the files by path, what the gate refuses has its line.
    """
    found, sieve = list(inventory.problems), Sieve()
    known = dict(terms or {})
    for held in inventory.held:
        skill = held.skill
        names = dict.fromkeys((*skill.discovered_in, *filter(None, (skill.competition,))))
        own = [known.get(name, CompetitionTerms(competition=name)) for name in names]
        others = (term for name, term in known.items() if name not in names)
        refused = gate(skill, own, others, (texts or {}).get(held.path), sieve)
        found += [problem.model_copy(update={"where": held.path}) for problem in refused]
        found += [Problem(where=held.path, code="conflict", reason=reason) for reason in _one_sided(skill, inventory)]
    return tuple(found)


def _one_sided(skill: Skill, inventory: Inventory) -> Iterator[str]:
    """What is wrong with each of a live skill's links to its rivals."""
    for rival in skill.conflicts_with if skill.status is not Status.RETIRED else ():
        held = inventory.by_id.get(rival)
        if held is None:
            yield f"its rival {rival} is not in the store"
        elif held.skill.status is not Status.RETIRED and skill.id not in held.skill.conflicts_with:
            yield f"its rival {held.skill.name} does not name it in turn"
