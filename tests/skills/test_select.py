"""Selection: scope, policies, budget, withholding, manifest."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.schema.conditions import Condition
from haste.schema.knowledge import Effect, Loading, SkillScope, Status, Tier
from haste.skills.inventory import Inventory
from haste.skills.select import FLAT, LISTED, Request, select, withholding
from haste.skills.words import digest

from .making import COMPETITIONS, DOMAINS, competition_skill, domain_skill, inventory, skill, stores

SCOPE = SkillScope(domain="tabular", competition="alpha-one")
scopes = st.builds(
    SkillScope,
    domain=st.sampled_from(DOMAINS),
    competition=st.sampled_from(COMPETITIONS),
    competition_tier=st.booleans(),
)
TIERED = (Loading.TIERED, Loading.TIERED_RANKED)


def names(chosen: Inventory, policy: Loading, **fields: object) -> set[str]:
    given = {"scope": SCOPE, "policy": policy, "seed": 0, "withhold": withholding(0)} | fields
    return {note.name for note in select(chosen, Request(**given)).notes}  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(stores(), scopes, st.sampled_from(Loading), st.integers(0, 50), st.sampled_from((0.0, 0.15, 1.0)))
def test_nothing_out_of_scope_is_ever_selected(
    store: Inventory, scope: SkillScope, policy: Loading, seed: int, share: float
) -> None:
    chosen = select(store, Request(scope, policy, seed, query="advice word", withhold=withholding(share)))
    for exposure in chosen.manifest.exposures:
        one = store.by_id[exposure.skill].skill
        assert one.status is not Status.RETIRED
        assert scope.competition_tier or one.tier is not Tier.COMPETITION
        if policy in TIERED:
            assert one.competition in (None, scope.competition)
            assert one.domain == scope.domain or one.tier is not Tier.DOMAIN
    loaded = {exposure.name for exposure in chosen.manifest.exposures if exposure.state == "loaded"}
    assert loaded == {note.name for note in chosen.notes}


@settings(max_examples=80, deadline=None)
@given(stores(), scopes, st.integers(0, 50), st.sampled_from((0.0, 0.15, 0.6)))
def test_tiered_is_a_subset_of_flat(store: Inventory, scope: SkillScope, seed: int, share: float) -> None:
    def loaded(policy: Loading) -> set[str]:
        return {n.name for n in select(store, Request(scope, policy, seed, "word", withhold=withholding(share))).notes}

    assert loaded(Loading.TIERED) <= loaded(Loading.FLAT)
    assert loaded(Loading.TIERED_RANKED) <= loaded(Loading.TIERED)


@settings(max_examples=60, deadline=None)
@given(stores(), scopes, st.integers(0, 50), st.integers(0, 400))
def test_budgets_hold_and_rivals_stay_together(store: Inventory, scope: SkillScope, seed: int, budget: int) -> None:
    for policy in (Loading.TIERED_RANKED, Loading.RETRIEVAL, Loading.RANDOM):
        chosen = select(store, Request(scope, policy, seed, "word", token_budget=budget)).manifest
        held = [exposure for exposure in chosen.exposures if exposure.state != "dropped"]
        assert sum(exposure.tokens for exposure in held) <= budget
        states: dict[str, set[str]] = {}
        for exposure in chosen.exposures:
            states.setdefault(store.by_id[exposure.skill].group, set()).add(exposure.state)
        assert all(len(found) == 1 for found in states.values())


def test_none_loads_nothing() -> None:
    assert names(inventory(skill("a")), Loading.NONE) == set()


def test_ranked_policies_prefer_what_fits_and_tiers_share_the_budget() -> None:
    wide = [domain_skill(f"filler-{n}", body="something else " * 40) for n in range(20)]
    fits = domain_skill("fits", body="categorical levels encoding " * 10)
    foreign = domain_skill("foreign", "text", body="categorical levels encoding " * 11)
    store = inventory(*wide, fits, foreign)
    ranked = names(store, Loading.TIERED_RANKED, query="many categorical levels", token_budget=400)
    assert "fits" in ranked
    assert "foreign" not in ranked
    assert {"fits", "foreign"} <= names(store, Loading.RETRIEVAL, query="many categorical levels", token_budget=400)


def test_the_effect_and_the_conditions_move_the_rank() -> None:
    good, bad = domain_skill("good", body="trees " * 50), domain_skill("bad", body="trees " * 50)
    unfit = domain_skill("unfit", body="trees " * 50, conditions=(Condition.parse("rows >= 1000"),))
    store = inventory(good, bad, unfit)
    effects = {good.id: Effect(gain=2.0, competitions=5), bad.id: Effect(gain=-2.0, competitions=5)}
    ask = {"query": "trees", "token_budget": 240, "effects": effects, "facts": {"rows": 10}}
    assert names(store, Loading.TIERED_RANKED, **ask) == {"good", "bad"}
    assert names(store, Loading.TIERED_RANKED, **ask | {"token_budget": 150}) == {"good"}
    suits = ask | {"facts": {"rows": 5000}, "token_budget": 240}
    assert names(store, Loading.TIERED_RANKED, **suits) == {"good", "unfit"}


def test_random_depends_on_the_seed_alone() -> None:
    store = inventory(*(skill(f"s-{n}", body="word " * 60) for n in range(30)))
    draws = [frozenset(names(store, Loading.RANDOM, seed=seed, token_budget=500)) for seed in range(8)]
    again = [frozenset(names(store, Loading.RANDOM, seed=seed, token_budget=500)) for seed in range(8)]
    assert draws == again
    assert len(set(draws)) > 4


def test_withholding_follows_status_and_can_be_turned_off() -> None:
    store = inventory(*(skill(f"a-{n}") for n in range(40)), *(skill(f"c-{n}", status="candidate") for n in range(40)))
    masked: Counter[str] = Counter()
    for seed in range(50):
        manifest = select(store, Request(SCOPE, Loading.TIERED, seed)).manifest
        for exposure in manifest.exposures:
            masked[exposure.name[0]] += exposure.state == "masked"
            assert exposure.mask_probability == (0.15 if exposure.name[0] == "a" else 0.5)
    assert masked["a"] / 2000 == pytest.approx(0.15, abs=0.03)
    assert masked["c"] / 2000 == pytest.approx(0.5, abs=0.04)
    off = select(store, Request(SCOPE, Loading.TIERED, 0, withhold=withholding(0)))
    assert len(off.notes) == 80


def test_a_withheld_skill_keeps_its_place_in_the_budget() -> None:
    store = inventory(*(domain_skill(f"s-{n}", body="word " * 60) for n in range(30)))
    full = names(store, Loading.RETRIEVAL, query="word", token_budget=800)
    for seed in range(10):
        some = select(
            store, Request(SCOPE, Loading.RETRIEVAL, seed, "word", token_budget=800, withhold=withholding(0.4))
        )
        assert {note.name for note in some.notes} <= full


def test_the_manifest_names_digests_and_counts_what_it_does_not_list() -> None:
    store = inventory(*(skill(f"s-{n}") for n in range(LISTED + 30)))
    request = Request(SCOPE, Loading.RETRIEVAL, 7, "query words", token_budget=100, withhold=withholding(0))
    manifest = select(store, request).manifest
    assert manifest.inventory == store.digest
    assert manifest.query.startswith("sha256:")
    assert (manifest.seed, manifest.token_budget, manifest.policy) == (7, 100, Loading.RETRIEVAL)
    dropped = [exposure for exposure in manifest.exposures if exposure.state == "dropped"]
    assert all(exposure.reason for exposure in dropped)
    assert all(store.by_id[e.skill].digest == e.digest for e in manifest.exposures)
    assert len(manifest.exposures) + manifest.unlisted == len(store.held)
    named = {exposure.skill for exposure in manifest.exposures}
    left = sorted(f"{held.skill.id} {held.digest}" for held in store.held if held.skill.id not in named)
    assert len(left) == manifest.unlisted > 0
    assert manifest.unlisted_digest == digest("\n".join(left))
    assert type(manifest).model_validate_json(manifest.model_dump_json()) == manifest


def test_notes_tell_nothing_of_where_a_skill_was_learned() -> None:
    one = domain_skill("a", discovered_in=("beta-two",), learning="run-beta-two/1")
    assert (
        "beta"
        not in select(inventory(one), Request(SCOPE, Loading.TIERED, 0, withhold=withholding(0)))
        .notes[0]
        .model_dump_json()
    )


def test_flat_policies_see_every_pool() -> None:
    store = inventory(skill("a"), domain_skill("b", "text"), competition_skill("c", "beta-two"))
    for policy in FLAT:
        assert names(store, policy) == {"a", "b", "c"}
