"""Admission: what may enter the store, decided by code. A refusal says which rule and where; nothing is redacted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from haste.schema.knowledge import CompetitionTerms, Problem, Skill, Status, Tier

from .inventory import Held, Inventory
from .leaks import find_leaks
from .lifecycle import overlap
from .patterns import find_forbidden
from .skill import form_problems
from .thresholds import DEFAULTS
from .words import advice_of, bare, body_digest, pairs, similarity

NEIGHBOURS = 8  # of the index, whose bodies are compared word by word
TELLING = 5  # spaces; shorter advice may stand in any other by chance


class Duplicate(NamedTuple):
    held: Held
    how: Literal["body", "words", "similar", "claim"]


def gate(skill: Skill, terms: Iterable[CompetitionTerms] = ()) -> tuple[Problem, ...]:
    """Every reason to refuse a skill's text; empty when it may enter. `terms` are those of the known competitions."""
    problems = list(form_problems(skill))
    for field, text in _texts(skill):
        for found in find_forbidden(text):
            line = text.count("\n", 0, found.at) + 1 if field == "body" else None
            reason = f"{field}: {found.what}"
            problems.append(Problem(where=skill.name, code=found.code, reason=reason, line=line))
    if skill.tier is not Tier.COMPETITION:
        terms = tuple(terms)
        for field, text in _texts(skill):
            for leak in find_leaks(text, terms):
                reason = (
                    f"{field}: names a competition's {leak.kind} {leak.what!r}, which a {skill.tier} skill must not"
                )
                line = text.count("\n", 0, leak.start) + 1 if field == "body" else None
                problems.append(Problem(where=skill.name, code="leak", reason=reason, line=line))
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
        if advice.count(" ") >= TELLING and f" {advice} " in f" {bare(advice_of(held.skill.body))} ":
            return Duplicate(held, "words")
    own = pairs(skill.body)
    for held in near:
        if held.skill.technique == skill.technique and similarity(own, pairs(held.skill.body)) >= DEFAULTS.similar:
            return Duplicate(held, "similar")
    for held in inventory.by_claim.get(skill.claim, ()):
        if _same_readers(skill, held):
            return Duplicate(held, "claim")
    return None


def _texts(skill: Skill) -> tuple[tuple[str, str], ...]:
    """What a reader, a tool or a model may come to see of a skill; not where it was learned."""
    named = {
        "name": skill.name,
        "description": skill.description,
        "body": skill.body,
        "claim": skill.claim,
        "technique": skill.technique or "",
        "conditions": "\n".join(str(condition) for condition in skill.conditions),
        "license": skill.license or "",
        "compatibility": skill.compatibility or "",
        "metadata": "\n".join(f"{key} {value}" for key, value in skill.extra.items()),
    }
    return tuple((field, text) for field, text in named.items() if text)


def _neighbours(skill: Skill, inventory: Inventory) -> list[Held]:
    scores = inventory.index.scores(skill.body)
    near = [held for held in inventory.held if scores[held.position] > 0 and _same_readers(skill, held)]
    near.sort(key=lambda held: (-scores[held.position], held.skill.id))
    return near[:NEIGHBOURS]


def _same_readers(skill: Skill, held: Held) -> bool:
    return held.skill.id != skill.id and held.skill.status is not Status.RETIRED and overlap(skill, held.skill)
