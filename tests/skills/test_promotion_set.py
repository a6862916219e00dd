"""The labelled set: its form, and that its labels follow from the guide in docs/promotion-set.md."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pytest

from haste.runner.promotion_set import labelled_set
from haste.schema.conditions import Condition, all_hold
from haste.schema.knowledge import SkillScope, Tier, Verdict
from haste.skills.evidence import votes
from haste.skills.labelled import Item, learning_of, places, shelf_of
from haste.skills.overlap import exclusive
from haste.skills.wording import draft
from haste.skills.words import pairs, similarity, terms

SET = labelled_set()
CLEAR = 1.645
BY_NAME = ("paraphrase", "copy", "conflict", "no-conflict")


def test_it_is_large_and_parted_by_competition() -> None:
    assert len(SET.items) >= 300
    assert len({one.id for one in SET.items}) == len(SET.items)
    for split in ("dev", "test"):
        items = SET.of(split)
        counts = Counter(one.verdict for one in items)
        assert len(items) >= 150
        assert min(counts[verdict] for verdict in Verdict) >= 15
        assert len({one.competition for one in items}) == 12
        assert all(SET.skills[name].split == split for one in items for name in one.inventory)
    assert not {one.competition for one in SET.of("dev")} & {one.competition for one in SET.of("test")}


def test_no_two_learnings_are_one_template() -> None:
    seen: list[tuple[str, frozenset[int]]] = []
    for item in SET.items:
        own = pairs(item.statement)
        for other, text in seen:
            assert similarity(own, text) < 0.5, (item.id, other)
        seen.append((item.id, own))


def test_paraphrases_share_few_words_with_what_they_repeat() -> None:
    shares = []
    for item in SET.items:
        if item.kind == "paraphrase":
            known, told = set(terms(SET.skills[item.skill or ""].statement)), set(terms(item.statement))
            shares.append(len(known & told) / min(len(known), len(told)))
    assert sum(shares) / len(shares) < 0.3
    assert max(shares) < 0.6


@pytest.mark.parametrize("item", SET.items, ids=lambda item: item.id)
def test_what_it_meets_is_a_whole_small_shelf(item: Item) -> None:
    shelf, learning = shelf_of(item, SET), learning_of(item, SET)
    assert shelf.inventory.problems == ()
    assert 3 <= len(shelf.inventory.held) <= 12
    assert {one.name for one in shelf.inventory.skills} == set(item.inventory)
    for one in shelf.inventory.skills:
        assert SET.skills[one.name].statement in one.body
    facts = SET.venues[item.competition].facts
    assert all_hold(learning.conditions, facts)
    assert draft(learning, ()).tier is Tier.COMPETITION
    if item.kind in BY_NAME:
        scope = SkillScope(domain=learning.domain, competition=learning.competition)
        assert item.skill in {held.skill.name for held in shelf.inventory.visible(scope)}
    else:
        assert item.skill is None


@pytest.mark.parametrize("item", SET.items, ids=lambda item: item.id)
def test_the_label_follows_from_the_guide(item: Item) -> None:
    if item.kind in ("secret", "injection", "paraphrase", "copy"):
        assert (item.verdict, item.also) == (Verdict.SKIP, ())
        return
    known = shelf_of(item, SET).inventory.by_name[item.skill].skill if item.skill else None
    if item.kind == "conflict":
        assert item.verdict is Verdict.CONFLICT
        assert known is not None
        assert not exclusive(learning_of(item, SET).conditions, known.conditions)
        return
    if item.kind == "no-conflict":
        when = [Condition.parse(text) for text in item.when]
        here = SET.venues[item.competition].facts
        # Either their conditions exclude each other, or the known one's do not hold where this was learned.
        assert known is not None
        assert exclusive(when, known.conditions) or not all_hold(known.conditions, here)
    verdict, also = by_evidence(item)
    assert item.verdict is verdict
    assert also <= set(item.also)
    if item.kind in ("fact", "dressed-fact"):
        assert (item.reach, item.verdict) == (Tier.COMPETITION, Verdict.COMPETITION)


def by_evidence(item: Item) -> tuple[Verdict, set[Verdict]]:
    """The guide's table, written anew: the widest tier that both the words and other competitions allow."""
    venue, when = SET.venues[item.competition], [Condition.parse(text) for text in item.when]
    says: dict[str, list[int]] = defaultdict(list)
    home = 0.0
    for place, gains, differing in places(item.seen):
        n = len(gains)
        z = sum(gains) / n * math.sqrt(n / (1 + (n - 1) / 2))
        if place == "home":
            home = z
        elif all_hold(tuple(when), (venue.facts if place == venue.domain else {}) | differing):
            says[place].append((z >= CLEAR) - (z <= -CLEAR))
    everybody = [sign for signs in says.values() for sign in signs]
    own = says.get(venue.domain, [])
    if item.reach is Tier.GLOBAL and everybody.count(1) >= 3 and _most_in_favour(everybody, 3):
        leaning = [signs.count(1) - signs.count(-1) for signs in says.values()]
        if sum(lean > 0 for lean in leaning) >= 2 and min(leaning) >= 0:
            return Verdict.GLOBAL, set()
    if item.reach is not Tier.COMPETITION and own.count(1) and _most_in_favour(own, 2):
        return Verdict.DOMAIN, set()
    if home >= CLEAR:
        untried = item.reach is not Tier.COMPETITION and not own and -1 not in everybody
        return Verdict.COMPETITION, {Verdict.DOMAIN} if untried else set()
    return Verdict.SKIP, set()


def _most_in_favour(signs: list[int], ratio: int) -> bool:
    return signs.count(1) >= ratio * signs.count(-1) and signs.count(1) >= signs.count(0)


def test_the_ledger_says_what_the_item_says() -> None:
    item = next(one for one in SET.items if one.seen.count(",") >= 3 and one.claim.endswith("+"))
    skill = draft(learning_of(item, SET), ()).model_copy(update={"conditions": ()})
    cast = votes(skill, shelf_of(item, SET).evidence)
    assert sorted(round(vote.gain, 3) for vote in cast) == sorted(gains[0] for _, gains, _ in places(item.seen))
    assert sum(vote.competition == item.competition for vote in cast) == 1


def test_facts_of_a_place_decide_whether_it_counts() -> None:
    item = next(one for one in SET.items if "{rows=20000}" in one.seen)
    cast = votes(draft(learning_of(item, SET), ()), shelf_of(item, SET).evidence)
    assert sorted(vote.gain for vote in cast) == [1.9, 2.1]  # and not -2.3 of the table with many rows


def test_hostile_texts_and_secrets_are_whole_again_after_reading() -> None:
    assert not any("\u00a6" in one.statement for one in SET.items)
    assert sum(one.kind == "injection" for one in SET.items) >= 20
    assert any("\u200b" in one.statement for one in SET.items)
