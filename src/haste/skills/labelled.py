"""The labelled learnings that promotion is measured on, as texts and as what a judge meets. docs/promotion-set.md.

Knows the form of the set and how an item becomes a learning, a small inventory and a ledger; not who judges, nor how
well. Every competition in it is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from haste.schema.conditions import Condition, Fact
from haste.schema.knowledge import (
    CompetitionTerms,
    Learning,
    LedgerRecord,
    ObservationRecord,
    RunRecord,
    Skill,
    Status,
    Tier,
    Verdict,
)
from haste.schema.value import Value

from .claims import read_claim, sign_of
from .evidence import fold
from .inventory import load_inventory
from .promote import Shelf
from .skill import text_file
from .wording import draft, widened

Split = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = ("dev", "test")
Kind = Literal[
    "novel-general",  # advice for any kind of data
    "novel-domain",  # advice for one kind of data
    "fact",  # a peculiarity of one competition, said as such
    "dressed-fact",  # the same, worded as general advice
    "paraphrase",  # known advice in other words
    "copy",  # known advice in the same words
    "conflict",  # the opposite of known advice where both could be followed
    "no-conflict",  # the opposite of known advice under conditions that exclude its own
    "leak",  # names what belongs to its competition
    "secret",  # holds a secret or personal data
    "injection",  # speaks to its reader
    "noise",  # no effect beyond noise
]
BREAK = "\u00a6"  # stands in secrets and hostile texts of the files, so that scanners let them be; taken out on reading
_PLACE = re.compile(r"(\w+)((?: -?\d+(?:\.\d+)?)+)(?: \{([^}]*)\})?")


class Venue(Value):
    """A competition of the set, with what must not leave it."""

    id: str
    split: Split
    domain: str
    title: str
    columns: tuple[str, ...]
    files: tuple[str, ...]
    scores: tuple[float, ...]
    facts: dict[str, Fact]

    @property
    def terms(self) -> CompetitionTerms:
        named = {"title": self.title, "columns": self.columns, "files": self.files, "scores": self.scores}
        return CompetitionTerms.model_validate({"competition": self.id} | named)


class KnownSkill(Value):
    """A skill of the inventories, in the words of whoever learned it."""

    name: str
    split: Split
    tier: Tier
    domain: str | None = None
    competition: str | None = None
    claim: str
    when: tuple[str, ...] = ()
    statement: str


class Item(Value):
    """One learning, what it meets, and the verdict that is right by the guide."""

    id: str
    competition: str
    kind: Kind
    statement: str
    claim: str
    tier: Tier  # proposed by whoever learned it
    when: tuple[str, ...] = ()
    seen: str  # "home 2.4, tabular 1.9 0.3, text -2.0": gains per competition in noise, in favour of the claim
    inventory: tuple[str, ...]
    reach: Tier | None = None  # the widest tier that the words allow, where the verdict rests on that
    verdict: Verdict
    also: tuple[Verdict, ...] = ()  # as good
    skill: str | None = None  # what covers it or what it contradicts


@dataclass(frozen=True)
class LabelledSet:
    venues: Mapping[str, Venue]
    skills: Mapping[str, KnownSkill]
    items: tuple[Item, ...]

    def of(self, split: Split | None) -> tuple[Item, ...]:
        return tuple(one for one in self.items if split is None or self.venues[one.competition].split == split)


def read_set(texts: Mapping[str, str]) -> LabelledSet:
    """The set out of its files by name: competitions, skills, dev and test, one JSON object a line."""
    venues = [Venue.model_validate_json(line) for line in texts["competitions"].splitlines()]
    skills = [KnownSkill.model_validate_json(line) for line in texts["skills"].splitlines()]
    items = [Item.model_validate_json(line) for name in SPLITS for line in texts[name].splitlines()]
    plain = (one.model_copy(update={"statement": one.statement.replace(BREAK, "")}) for one in items)
    return LabelledSet({one.id: one for one in venues}, {one.name: one for one in skills}, tuple(plain))


def learning_of(item: Item, among: LabelledSet) -> Learning:
    claim = read_claim(item.claim)
    home = next(gains for place, gains, _ in places(item.seen) if place == "home")
    mean = sum(home) / len(home)
    return Learning(
        id=f"{item.id}/1",
        statement=item.statement,
        tier=item.tier,
        domain=among.venues[item.competition].domain,
        competition=item.competition,
        technique=claim.action if claim else None,
        claim=item.claim,
        supports=("c1",),
        gain=sign_of(item.claim) * mean,
        kept=sum(gain > 0 for gain in home),
        tried=len(home),
        conditions=tuple(Condition.parse(text) for text in item.when),
    )


def shelf_of(item: Item, among: LabelledSet) -> Shelf:
    """The inventory and the ledger that the learning meets."""
    venue = among.venues[item.competition]
    inventory = load_inventory([text_file(_skill(among.skills[name])) for name in item.inventory])
    return Shelf(inventory, fold(_records(item, venue)), {venue.id: venue.terms})


def places(seen: str) -> list[tuple[str, tuple[float, ...], dict[str, Fact]]]:
    """`home` or a domain, the gain of each run there in favour of the claim, and facts that differ from home's."""
    found = []
    for part in seen.split(", "):
        match = _PLACE.fullmatch(part)
        if match is None:
            msg = f"not a place with its gains: {part!r}"
            raise ValueError(msg)
        facts = [Condition.parse(fact.replace("=", " == ", 1)) for fact in (match[3] or "").split(";") if fact]
        found.append((match[1], tuple(map(float, match[2].split())), {one.fact: one.value for one in facts}))
    return found


def _records(item: Item, venue: Venue) -> list[LedgerRecord]:
    claim = read_claim(item.claim)
    records: list[LedgerRecord] = []
    for number, (place, gains, differing) in enumerate(places(item.seen)):
        home = place == "home"
        domain = venue.domain if home else place
        competition = venue.id if home else f"{place}-{number}"
        facts = (venue.facts if domain == venue.domain else {}) | differing
        for again, gain in enumerate(gains):
            run = item.id if home and not again else f"{item.id}-{number}-{again}"
            records.append(RunRecord(run=run, competition=competition, domain=domain, facts=facts))
            signed = sign_of(item.claim) * gain
            technique = claim.action if claim else None
            records.append(ObservationRecord(run=run, candidate="c1", technique=technique, gain=signed, noise=1.0))
    return records


def _skill(known: KnownSkill) -> Skill:
    """As promotion would have written it when it was learned, on a competition that is not in the set."""
    claim = read_claim(known.claim)
    learned = Learning(
        id=f"earlier-{known.name}/1",
        statement=known.statement,
        tier=known.tier,
        domain=known.domain or "tabular",
        competition=known.competition or "earlier",
        technique=claim.action if claim else None,
        claim=known.claim,
        conditions=tuple(Condition.parse(text) for text in known.when),
    )
    skill = draft(learned, ())
    if known.tier is not Tier.COMPETITION:
        skill = widened(skill, known.tier, (), ())
    return skill.model_copy(update={"name": known.name, "id": f"skill-{known.name}"[:60], "status": Status.ACTIVE})
