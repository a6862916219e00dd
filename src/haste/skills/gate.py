"""Admission: what may enter the store, decided by code. A refusal says which rule and where; nothing is redacted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from haste.schema.knowledge import CompetitionTerms, Problem, Skill, Status, Tier

from .inventory import Held, Inventory
from .leaks import find_leaks
from .lifecycle import overlap
from .patterns import find_forbidden
from .skill import form_faults
from .texts import line_in, texts_of
from .thresholds import DEFAULTS
from .triggers import Sieve
from .words import advice_of, bare, body_digest, pairs, similarity


class Duplicate(NamedTuple):
    held: Held
    how: Literal["body", "words", "similar", "claim"]


def gate(
    skill: Skill,
    terms: Iterable[CompetitionTerms] = (),
    others: Iterable[CompetitionTerms] = (),
    text: str | None = None,
    sieve: Sieve | None = None,
) -> tuple[Problem, ...]:
    """Every reason to refuse a skill; empty when it may enter.

    `terms` are those of the competitions that it came from, `others` those of further known ones. With the `text` of
    its file, problems tell the file's lines. A sieve saves time where there are many skills.
    """
    problems: list[Problem] = []

    def refuse(code: str, field: str, reason: str, line: int = 1) -> None:
        at = None if text is None else line_in(text, field, line)
        problems.append(Problem(where=skill.name or skill.id, code=code, reason=reason, line=at))

    for field, reason in form_faults(skill):
        refuse("form", field, reason)
    for field, part in texts_of(skill):
        for found in find_forbidden(part, sieve=sieve):
            refuse(found.code, field, f"{field}: {found.what}", part.count("\n", 0, found.at) + 1)
    if skill.tier is not Tier.COMPETITION:
        terms, others = tuple(terms), tuple(others)
        for field, part in texts_of(skill):
            for leak in find_leaks(part, terms, others):
                reason = (
                    f"{field}: names a competition's {leak.kind} {leak.what!r}, which a {skill.tier} skill must not"
                )
                refuse("leak", field, reason, part.count("\n", 0, leak.start) + 1)
    return tuple(problems)


def text_problems(text: str, where: str) -> tuple[Problem, ...]:
    """What no skill may hold, in a text before it is drafted into one: drafting takes line breaks out."""
    return tuple(
        Problem(where=where, code=found.code, reason=f"statement: {found.what}", line=text.count("\n", 0, found.at) + 1)
        for found in find_forbidden(text)
    )


def find_duplicate(skill: Skill, inventory: Inventory) -> Duplicate | None:
    """A live skill that says the same to the same readers.

    That is an equal body, else the same advice in it under another heading, else a very similar body, else an equal
    claim. Templates make opposite advice look alike; what the claims say then decides.
    """
    for held in inventory.by_body.get(body_digest(skill.body), ()):
        if _same_readers(skill, held):
            return Duplicate(held, "body")
    near = [held for held in _neighbours(skill, inventory) if held.skill.claim[-1:] == skill.claim[-1:]]
    advice = bare(advice_of(skill.body))
    for held in near:
        if advice.count(" ") >= DEFAULTS.telling_spaces and f" {advice} " in f" {bare(advice_of(held.skill.body))} ":
            return Duplicate(held, "words")
    own = pairs(skill.body)
    for held in near:
        if held.skill.technique == skill.technique and similarity(own, pairs(held.skill.body)) >= DEFAULTS.similar:
            return Duplicate(held, "similar")
    for held in inventory.by_claim.get(skill.claim, ()):
        if _same_readers(skill, held):
            return Duplicate(held, "claim")
    return None


def _neighbours(skill: Skill, inventory: Inventory) -> list[Held]:
    scores = inventory.index.scores(skill.body)
    near = [held for held in inventory.held if scores[held.position] > 0 and _same_readers(skill, held)]
    near.sort(key=lambda held: (-scores[held.position], held.skill.id))
    return near[: DEFAULTS.neighbours]


def _same_readers(skill: Skill, held: Held) -> bool:
    return held.skill.id != skill.id and held.skill.status is not Status.RETIRED and overlap(skill, held.skill)
