"""Conflicts: who clashes with whom, under which conditions each side holds, and the table that both sides carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haste.schema.conditions import Condition, Fact, is_number
from haste.schema.knowledge import Problem, Skill, Status

from .claims import read_claim
from .evidence import Evidence, votes
from .inventory import Inventory
from .lifecycle import clash, overlap
from .thresholds import DEFAULTS
from .wording import with_table


def rivals(skill: Skill, inventory: Inventory, named: Sequence[Skill] = ()) -> tuple[Skill, ...]:
    """The live skills that give opposite advice to some of the same readers, by id.

    These are the ones of the opposite claim whose conditions can hold together with the skill's, those that it is tied
    to from both sides already, and those `named` by whoever judges it.
    """
    claim = read_claim(skill.claim)
    opposite = inventory.by_claim.get(claim.opposite, ()) if claim else ()
    found = [held for held in opposite if clash(skill, held.skill)]
    tied = (inventory.by_id.get(rival) for rival in skill.conflicts_with)
    found += [held for held in tied if held and skill.id in held.skill.conflicts_with]
    found += [inventory.by_id[one.id] for one in named if one.id in inventory.by_id]
    live = {held.skill.id: held.skill for held in found if held.skill.status is not Status.RETIRED}
    return tuple(live[key] for key in sorted(live) if key != skill.id and overlap(skill, live[key]))


def contest(
    skill: Skill, against: Sequence[Skill], evidence: Evidence
) -> tuple[tuple[Skill, ...], tuple[Problem, ...]]:
    """The skill and its rivals, contested, each with the same table of conditions. The first is the skill itself.

    A body without room for the table is only linked, and a problem says so.
    """
    found = separating_condition(skill, evidence)
    group = (skill, *against)
    sides = [(side, side.conditions or _found_for(side, skill, found)) for side in group]
    written: list[Skill] = []
    problems: list[Problem] = []
    for side in group:
        others = tuple(sorted({*side.conflicts_with, *(other.id for other in group if other.id != side.id)}))
        own = next(conditions for other, conditions in sides if other.id == side.id)
        linked = side.model_copy(update={"status": Status.CONTESTED, "conflicts_with": others, "conditions": own})
        known = [s for s in sides if s[0].id in (side.id, *others)]
        if (tabled := with_table(linked, known)) is None:
            reason = "no room for the condition table; shorten the body to about 240 words"
            problems.append(Problem(where=side.name, code="room", reason=reason))
            written.append(linked)
        else:
            written.append(tabled.model_copy(update={"conflicts_with": others}))
    return tuple(written), tuple(problems)


def separating_condition(skill: Skill, evidence: Evidence) -> Condition | None:
    """One fact that tells the competitions where the claim holds from those where the opposite does, seen so far.

    None without enough competitions on both sides, or when no single fact parts them wholly. The widest gap wins.
    """
    signs = {vote.competition: vote.sign for vote in votes(skill, evidence)}
    facts: dict[str, Mapping[str, Fact]] = {}
    for run in sorted(evidence.runs.values(), key=lambda run: run.run):
        facts.setdefault(run.competition, run.facts)
    holds = [facts.get(name, {}) for name, sign in sorted(signs.items()) if sign > 0]
    fails = [facts.get(name, {}) for name, sign in sorted(signs.items()) if sign < 0]
    if min(len(holds), len(fails)) < DEFAULTS.separating_competitions:
        return None
    found: list[tuple[float, str, Condition]] = []
    for fact in sorted(set.intersection(*(set(known) for known in (*holds, *fails)))):
        parted = _part(fact, [known[fact] for known in holds], [known[fact] for known in fails])
        if parted is not None:
            found.append((-parted[0], fact, parted[1]))
    return min(found, key=lambda item: item[:2])[2] if found else None


def opposite_condition(condition: Condition) -> Condition:
    turned = {"==": "!=", "!=": "==", ">=": "<", "<": ">=", ">": "<=", "<=": ">"}[condition.op]
    return Condition.model_validate({"fact": condition.fact, "op": turned, "value": condition.value})


def _part(fact: str, holds: Sequence[Fact], fails: Sequence[Fact]) -> tuple[float, Condition] | None:
    """The gap between both sides as a share of their range, and the condition that is true where the claim holds."""
    if len(set(holds)) == 1 and holds[0] not in fails and isinstance(holds[0], (str, bool)):
        return 1.0, Condition(fact=fact, op="==", value=holds[0])
    numbers = [(float(v), side) for side, values in ((True, holds), (False, fails)) for v in values if is_number(v)]
    if len(numbers) != len(holds) + len(fails):
        return None
    above = [v for v, side in numbers if side]
    below = [v for v, side in numbers if not side]
    span = max(*above, *below) - min(*above, *below)
    if min(above) > max(below):
        return (min(above) - max(below)) / span, Condition(fact=fact, op=">=", value=_rounded(min(above), max(below)))
    if max(above) < min(below):
        return (min(below) - max(above)) / span, Condition(fact=fact, op="<", value=_rounded(min(below), max(above)))
    return None


def _rounded(high: float, low: float) -> float:
    """A short number in (low, high]: the middle, with as few digits as still part them."""
    middle = (high + low) / 2
    for digits in range(1, 17):
        short = float(f"{middle:.{digits}g}")
        if low < short <= high:
            return short
    return high


def _found_for(side: Skill, skill: Skill, found: Condition | None) -> tuple[Condition, ...]:
    if found is None:
        return ()
    return (found if side.claim == skill.claim else opposite_condition(found),)
