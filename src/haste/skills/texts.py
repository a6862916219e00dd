"""The texts of a skill that a reader, a tool or a model may come to see, and where they stand in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from haste.schema.knowledge import CompetitionTerms, Skill, Tier

from .leaks import find_names
from .markdown import body_line, line_of
from .patterns import CODES, Found, find_forbidden
from .triggers import Sieve

# What an agent must not be shown, whoever wrote it; personal data does no harm to the one that reads it.
HARMFUL = CODES - {"personal"}
_EXTRA = "metadata "
_KEYS = {"claim": "haste-claim", "technique": "haste-technique", "conditions": "haste-conditions"}


class Forbidden(NamedTuple):
    field: str
    found: Found
    line: int  # 1-based, within the field


def texts_of(skill: Skill) -> tuple[tuple[str, str], ...]:
    """Each text under the name of its field; not where the skill was learned."""
    named = (
        ("name", skill.name),
        ("description", skill.description),
        ("body", skill.body),
        ("claim", skill.claim),
        ("technique", skill.technique or ""),
        ("conditions", "\n".join(map(str, skill.conditions))),
        ("license", skill.license or ""),
        ("compatibility", skill.compatibility or ""),
    )
    extra = ((f"{_EXTRA}{key}", f"{key} {value}") for key, value in skill.extra.items())
    return (*((field, text) for field, text in named if text), *extra)


def find_harm(skill: Skill, sieve: Sieve) -> Iterator[Forbidden]:
    """Everything for which a skill is not shown to any agent."""
    texts = texts_of(skill)
    # A line break is no part of a word, so that what no field holds does not stand in their sum either, but for chance.
    whole = "\n".join(text for _, text in texts)
    if next(find_forbidden(whole, HARMFUL, sieve), None) is not None:
        for field, text in texts:
            for found in find_forbidden(text, HARMFUL, sieve):
                yield Forbidden(field, found, text.count("\n", 0, found.at) + 1)


def find_home(skill: Skill, terms: Mapping[str, CompetitionTerms]) -> Iterator[Forbidden]:
    """Where a skill of a wider tier names a competition that it was found in; of others it is for the gate to ask."""
    own = [terms[name] for name in skill.discovered_in if name in terms]
    if skill.tier is Tier.COMPETITION or not own:
        return
    texts = texts_of(skill)
    whole = "\n".join(text for _, text in texts)
    if next(find_names(whole, own), None) is not None:
        for field, text in texts:
            for leak in find_names(text, own):
                found = Found("leak", f"names where it was learned: its {leak.kind} {leak.what!r}", leak.start)
                yield Forbidden(field, found, text.count("\n", 0, leak.start) + 1)


def line_in(text: str, field: str, line: int = 1) -> int:
    """The line of a `SKILL.md`, 1-based, where the given line of a field stands."""
    if field == "body":
        return body_line(text) + line - 1
    return line_of(text, _KEYS.get(field, field.removeprefix(_EXTRA)))
