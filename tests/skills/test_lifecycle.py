"""Status by counting."""

from __future__ import annotations

import pytest

from haste.schema.conditions import Condition
from haste.schema.knowledge import Status, Tier
from haste.skills.evidence import Evidence, fold
from haste.skills.lifecycle import clash, counted_tier, rule

from .making import competition_skill, domain_skill, results, run, seen, skill

TE = {"technique": "te", "claim": "any/te/+"}
CANDIDATE = domain_skill("te", **TE, discovered_in=("alpha-one",), status="candidate")
ACTIVE = CANDIDATE.model_copy(update={"status": Status.ACTIVE})
CONTESTED = CANDIDATE.model_copy(update={"status": Status.CONTESTED})


def ledger(*gains: float, domain: str = "tabular", prefix: str = "comp") -> list:  # type: ignore[type-arg]
    return results("te", {f"{prefix}-{number}": gain for number, gain in enumerate(gains)}, domain)


@pytest.mark.parametrize(
    ("before", "gains", "after"),
    [
        (CANDIDATE, (), Status.CANDIDATE),
        (CANDIDATE, (2.0,), Status.CANDIDATE),
        (CANDIDATE, (2.0, 2.0), Status.ACTIVE),
        (CANDIDATE, (2.0, 2.0, 0.1, 0.1, 0.1), Status.CANDIDATE),
        (CANDIDATE, (2.0, 2.0, -2.0, -2.0), Status.CANDIDATE),
        (ACTIVE, (2.0, 2.0, -2.0), Status.ACTIVE),
        (ACTIVE, (2.0, 2.0, -2.0, -2.0), Status.CONTESTED),
        (
            CANDIDATE,
            (2.0, 2.0, 2.0, 2.0, -2.0, -2.0),
            Status.ACTIVE,
        ),  # the tier's own rule comes before a count of foes
        (ACTIVE, (2.0, 2.0, 2.0, 2.0, -2.0, -2.0), Status.ACTIVE),
        (CONTESTED, (2.0, 2.0, 2.0, 2.0, -2.0, -2.0), Status.ACTIVE),
        (CONTESTED, (2.0, 2.0, -2.0, -2.0), Status.CONTESTED),
        (ACTIVE, (-3.0, -3.2, -3.1), Status.RETIRED),
        (ACTIVE, (-3.0, -3.2), Status.CONTESTED),
        (ACTIVE, (-3.0, 0.5, 0.2), Status.ACTIVE),
        (CANDIDATE, (0.1, 0.2, -0.1, 0.1, 0.0), Status.RETIRED),
        (CANDIDATE, (0.1, 0.2, -0.1, 0.1), Status.CANDIDATE),
    ],
)
def test_status_follows_the_counts(before, gains, after) -> None:  # type: ignore[no-untyped-def]
    ruling = rule(before, fold(ledger(*gains)))
    assert ruling.status is after
    assert ruling.reason


def test_the_discovery_alone_never_activates_a_wider_tier() -> None:
    found = fold(results("te", {"alpha-one": 9.0}))
    assert rule(CANDIDATE, found).status is Status.CANDIDATE
    assert rule(competition_skill("te", **TE, status="candidate"), found).status is Status.ACTIVE


def test_a_retired_skill_stays_so_until_a_person_comes() -> None:
    retired = ACTIVE.model_copy(update={"status": Status.RETIRED})
    assert rule(retired, fold(ledger(3, 3, 3, 3))).status is Status.RETIRED


@pytest.mark.parametrize(
    ("before", "gains", "after"),
    [
        ("candidate", (3.0,), Status.ACTIVE),
        ("active", (3.0, -2.0), Status.ACTIVE),
        ("active", (-3.0,), Status.CONTESTED),  # no other competition will ever speak on it
        ("active", (-3.0, -3.1), Status.CONTESTED),
        ("active", (-3.0, -3.0, -3.0), Status.CONTESTED),  # one run again and again is no more than that run
        ("candidate", (-3.0, -3.1), Status.CANDIDATE),
        ("contested", (-3.0, 9.0, 9.1, 9.2), Status.ACTIVE),
        ("active", (-3.0, -3.1, -3.2), Status.RETIRED),
        ("active", (-1.0, -1.1, -1.2), Status.ACTIVE),  # not beyond noise
    ],
)
def test_a_skill_of_one_competition_is_judged_by_that_one(before, gains, after) -> None:  # type: ignore[no-untyped-def]
    records = [run(f"r{n}", "alpha-one") for n in range(len(gains))]
    records += [seen(f"r{n}", gain, "te") for n, gain in enumerate(gains)]
    assert rule(competition_skill("te", **TE, status=before), fold(records)).status is after


def test_age_alone_moves_nothing() -> None:
    assert rule(ACTIVE, Evidence()).status is Status.ACTIVE


def test_a_clash_contests_and_ends_with_the_rival() -> None:
    rival = domain_skill("avoid-te", technique="te", claim="any/te/-")
    assert clash(ACTIVE, rival)
    assert rule(ACTIVE, fold(ledger(2, 2)), [rival]).status is Status.CONTESTED
    contested = ACTIVE.model_copy(update={"status": Status.CONTESTED})
    gone = rival.model_copy(update={"status": Status.RETIRED})
    assert rule(contested, fold(ledger(2, 2)), [gone]).status is Status.ACTIVE
    assert rule(contested, fold(ledger(2)), [gone]).status is Status.CANDIDATE


def test_a_clash_is_settled_when_each_side_holds_under_its_conditions() -> None:
    large, small = Condition.parse("rows >= 1000"), Condition.parse("rows < 1000")
    records = []
    for number, (rows, gain) in enumerate(((5000, 3), (6000, 3), (10, -3), (20, -3))):
        records += [run(f"r{number}", f"comp-{number}", facts={"rows": rows}), seen(f"r{number}", gain, "te")]
    side = ACTIVE.model_copy(update={"status": Status.CONTESTED, "conditions": (large,)})
    rival = domain_skill("avoid-te", technique="te", claim="any/te/-", conditions=(small,))
    assert rule(side, fold(records), [rival]).status is Status.ACTIVE
    assert rule(side, fold(records[:-2]), [rival]).status is Status.CONTESTED


def test_clashes_need_a_common_reader_and_the_same_situation() -> None:
    one = domain_skill("te", **TE)
    assert not clash(one, domain_skill("avoid-te", "text", claim="any/te/-"))
    assert not clash(one, domain_skill("avoid-te", claim="small/te/-"))
    assert not clash(one, domain_skill("more-te", claim="any/te/+"))
    assert clash(one, skill("avoid-te", claim="any/te/-"))
    assert not clash(competition_skill("a", claim="any/te/+"), competition_skill("b", "beta-two", claim="any/te/-"))


@pytest.mark.parametrize(
    ("tabular", "text", "tier"),
    [
        ((), (), Tier.COMPETITION),
        ((2.0,), (), Tier.COMPETITION),
        ((2.0, 2.0), (), Tier.DOMAIN),
        ((2.0, 2.0, 0.1, 0.1, 0.1), (), Tier.COMPETITION),
        ((2.0, 2.0), (2.0, 2.0), Tier.GLOBAL),
        ((2.0, 2.0, 2.0), (2.0, 0.0), Tier.GLOBAL),
        ((2.0, 2.0, 2.0, 2.0), (), Tier.DOMAIN),
        ((2.0, 2.0, 2.0, 2.0), (-2.0, -2.0), Tier.DOMAIN),
    ],
)
def test_the_counting_rule(tabular, text, tier) -> None:  # type: ignore[no-untyped-def]
    home = results("te", {"alpha-one": 3.0})
    evidence = fold([*home, *ledger(*tabular), *ledger(*text, domain="text", prefix="words")])
    assert counted_tier(competition_skill("te", **TE), evidence) is tier


def test_no_effect_where_it_was_found_counts_for_nothing() -> None:
    assert counted_tier(competition_skill("te", **TE), fold(results("te", {"alpha-one": 1.0}))) is None
