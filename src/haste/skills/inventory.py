"""All skills of a store as one value: texts in, an `Inventory` out, with what had to be set aside and why.

Pools by scope are built here, once: what an agent may see is looked up by its scope's own key, so there is no path to
another domain's or another competition's skills.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from haste.schema.knowledge import CompetitionTerms, Problem, Skill, SkillNote, SkillScope, Status, TextFile, Tier

from .bm25 import Index, build_index
from .markdown import FormError, line_of
from .skill import note, path_of, read_skill, text_file
from .texts import find_harm, find_home, line_in
from .triggers import Sieve
from .words import body_digest, digest, token_estimate


@dataclass(frozen=True, slots=True)
class Held:
    """A skill as it lies in the store."""

    skill: Skill
    path: str
    digest: str  # of the file's text
    tokens: int  # estimate for what a brief shows of it
    body: str  # digest of the body's words
    note: SkillNote  # without an effect, which is not in the store
    position: int  # in the index
    group: str  # the id that stands for all skills tied to this one by conflict
    group_status: Status  # of the skill with that id


@dataclass(frozen=True)
class Inventory:
    """Skills sorted by id. `live` are those that may be loaded; retired ones are kept for their claims."""

    held: tuple[Held, ...]
    problems: tuple[Problem, ...]
    digest: str
    by_id: dict[str, Held]
    by_name: dict[str, Held]
    by_claim: dict[str, tuple[Held, ...]]
    by_body: dict[str, tuple[Held, ...]]  # digest of the body's words ->
    index: Index
    live: tuple[Held, ...]
    _pools: dict[tuple[Tier, str], tuple[Held, ...]]

    @property
    def skills(self) -> tuple[Skill, ...]:
        return tuple(held.skill for held in self.held)

    def flat(self, scope: SkillScope) -> tuple[Held, ...]:
        """Everything live. Without the competition tier, nobody's competition-tier skills."""
        if scope.competition_tier:
            return self.live
        return tuple(held for held in self.live if held.skill.tier is not Tier.COMPETITION)

    def visible(self, scope: SkillScope) -> tuple[Held, ...]:
        """The live skills of a scope: global, its domain's, and its own competition's; by tier, then id."""
        own = self._pools.get((Tier.COMPETITION, scope.competition), ()) if scope.competition_tier else ()
        return self._pools.get((Tier.GLOBAL, ""), ()) + self._pools.get((Tier.DOMAIN, scope.domain), ()) + own


def load_inventory(files: Iterable[TextFile], terms: Mapping[str, CompetitionTerms] | None = None) -> Inventory:
    """Read every `SKILL.md`; what cannot be read, lies in the wrong place or takes a name twice is set aside.

    So is what no agent must be shown, whoever put it there: a store is edited by hand and pulled from others. With the
    `terms` of competitions, that is also a wider skill that names one where it was learned.
    """
    found: list[tuple[Skill, TextFile]] = []
    problems: list[Problem] = []
    sieve = Sieve()
    for file in sorted(files, key=lambda file: file.path):
        try:
            skill = read_skill(file.text)
            _check_place(skill, file)
        except FormError as fault:
            problems.append(Problem(where=file.path, code="form", reason=fault.reason, line=fault.line))
            continue
        if harm := [] if skill.status is Status.RETIRED else _harm(skill, file, sieve, terms or {}):
            problems += harm
            continue
        found.append((skill, file))
    held = [_hold(skill, file, at) for at, (skill, file) in enumerate(_without_doubles(found, problems))]
    return _assemble(held, problems, build_index([_indexed(one.skill) for one in held]))


def with_changes(inventory: Inventory, after: Iterable[Skill]) -> Inventory:
    """The inventory as it will be when these skills are written: each replaces the one of its id, or is new.

    The index is extended and not rebuilt; ranks differ a little from those after the next load.
    """
    changed = tuple(after)
    replaced = {held.skill.id: held for held in inventory.held}
    for at, skill in enumerate(changed, start=inventory.index.size):
        replaced[skill.id] = _hold(skill, text_file(skill), at)
    index = inventory.index.extended([_indexed(skill) for skill in changed])
    return _assemble(list(replaced.values()), inventory.problems, index)


def _hold(skill: Skill, file: TextFile, position: int) -> Held:
    pinned = digest(file.text)
    return Held(
        skill=skill,
        path=file.path,
        digest=pinned,
        tokens=token_estimate(skill.name + skill.description + skill.body),
        body=body_digest(skill.body),
        note=note(skill, pinned),
        position=position,
        group=skill.id,  # until conflicts are known
        group_status=skill.status,
    )


def _harm(skill: Skill, file: TextFile, sieve: Sieve, terms: Mapping[str, CompetitionTerms]) -> list[Problem]:
    return [
        Problem(
            where=file.path,
            code=found.code,
            reason=f"set aside: {field}: {found.what}",
            line=line_in(file.text, field, line),
        )
        for field, found, line in (*find_harm(skill, sieve), *find_home(skill, terms))
    ]


def _indexed(skill: Skill) -> str:
    return f"{skill.name} {skill.description} {skill.body}"


def _check_place(skill: Skill, file: TextFile) -> None:
    if (expected := path_of(skill)) != file.path:
        msg = f"lies in the wrong place: its own fields say {expected}"
        raise FormError(msg, line_of(file.text, "name" if skill.name not in file.path else "haste-tier"))


def _without_doubles(
    found: Sequence[tuple[Skill, TextFile]], problems: list[Problem]
) -> Iterable[tuple[Skill, TextFile]]:
    """One skill per id (the higher revision stays) and one per name (the first path stays); by path."""
    by_id: dict[str, tuple[Skill, TextFile]] = {}
    for skill, file in sorted(found, key=lambda one: (-one[0].revision, one[1].path)):
        _, first = by_id.setdefault(skill.id, (skill, file))
        if first is not file:
            problems.append(_double(file, "haste-id", f"the id {skill.id} is taken by {first.path}"))
    by_name: dict[str, tuple[Skill, TextFile]] = {}
    for skill, file in sorted(by_id.values(), key=lambda one: one[1].path):
        _, first = by_name.setdefault(skill.name, (skill, file))
        if first is not file:
            problems.append(_double(file, "name", f"the name {skill.name} is taken by {first.path}"))
    return by_name.values()


def _double(file: TextFile, key: str, reason: str) -> Problem:
    return Problem(where=file.path, code="duplicate", reason=reason, line=line_of(file.text, key))


def _assemble(held: Sequence[Held], problems: Iterable[Problem], index: Index) -> Inventory:
    ordered = sorted(held, key=lambda one: one.skill.id)
    groups = _conflict_groups(ordered)
    statuses = {one.skill.id: one.skill.status for one in ordered}
    placed = tuple(_tied(one, groups.get(one.skill.id, one.skill.id), statuses) for one in ordered)
    pools: dict[tuple[Tier, str], list[Held]] = {}
    live = tuple(one for one in placed if one.skill.status is not Status.RETIRED)
    for one in live:
        pools.setdefault((one.skill.tier, _key(one.skill)), []).append(one)
    claims: dict[str, list[Held]] = {}
    bodies: dict[str, list[Held]] = {}
    for one in placed:
        claims.setdefault(one.skill.claim, []).append(one)
        bodies.setdefault(one.body, []).append(one)
    return Inventory(
        held=placed,
        problems=tuple(problems),
        digest=digest("\n".join(sorted(f"{one.path} {one.digest}" for one in placed))),
        by_id={one.skill.id: one for one in placed},
        by_name={one.skill.name: one for one in placed},
        by_claim={claim: tuple(group) for claim, group in claims.items()},
        by_body={body: tuple(group) for body, group in bodies.items()},
        index=index,
        live=live,
        _pools={key: tuple(pool) for key, pool in pools.items()},
    )


def _tied(held: Held, group: str, statuses: Mapping[str, Status]) -> Held:
    if (held.group, held.group_status) == (group, statuses[group]):
        return held
    return replace(held, group=group, group_status=statuses[group])


def _key(skill: Skill) -> str:
    if skill.tier is Tier.COMPETITION:
        return skill.competition or ""
    return skill.domain or "" if skill.tier is Tier.DOMAIN else ""


def _conflict_groups(held: Sequence[Held]) -> dict[str, str]:
    """Each id -> the smallest id that conflicts tie it to, directly or through others."""
    live = [one for one in held if one.skill.status is not Status.RETIRED]
    leader = {one.skill.id: one.skill.id for one in live}

    def find(skill: str) -> str:
        while leader[skill] != skill:
            leader[skill] = skill = leader[leader[skill]]
        return skill

    for one in live:
        for rival in one.skill.conflicts_with:
            if rival in leader:
                a, b = sorted((find(one.skill.id), find(rival)))
                leader[b] = a
    return {skill: find(skill) for skill in leader}
