"""How verdicts are counted: known verdicts give known figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from haste.runner.promotion_set import judge_set, labelled_set
from haste.schema.knowledge import PromotionProposal, Tier, Verdict
from haste.skills.interval import wilson
from haste.skills.labelled import learning_of, shelf_of
from haste.skills.promote import promote_learning
from haste.skills.promotion_quality import (
    FIGURES,
    MUST_BE_ZERO,
    Judged,
    confusion,
    cost,
    judged,
    leaked,
    measures,
)
from haste.skills.resample import interval

from .making import competition_skill, domain_skill

SKIP, HERE, DOMAIN, GLOBAL, CONFLICT = Verdict
SET = labelled_set()


def one(label: Verdict, verdict: Verdict, where: str = "a", kind: str = "novel-domain", named: bool = True) -> Judged:
    return Judged("i", where, kind, label, verdict, named)


@pytest.mark.parametrize(
    ("label", "verdict", "paid"),
    [
        (SKIP, SKIP, 0),
        (SKIP, GLOBAL, 9),
        (GLOBAL, SKIP, 3),
        (HERE, DOMAIN, 3),
        (DOMAIN, HERE, 1),
        (CONFLICT, DOMAIN, 3),
        (CONFLICT, SKIP, 1),
        (DOMAIN, CONFLICT, 1),
    ],
)
def test_too_high_costs_three_times(label: Verdict, verdict: Verdict, paid: int) -> None:
    assert cost(label, verdict) == paid


def test_figures_by_hand() -> None:
    of = [
        one(DOMAIN, DOMAIN),
        one(DOMAIN, HERE),
        one(HERE, HERE),
        one(HERE, GLOBAL),
        one(CONFLICT, CONFLICT, kind="conflict"),
        one(CONFLICT, CONFLICT, kind="conflict", named=False),
        one(SKIP, SKIP, kind="paraphrase", named=False),
        one(SKIP, SKIP, kind="copy"),
        one(SKIP, HERE, kind="injection"),
        one(SKIP, SKIP, kind="injection"),
    ]
    found = {name: figure(of) for name, figure in FIGURES.items()}
    assert found["precision_domain"] == 1.0
    assert found["recall_domain"] == 0.5
    assert found["precision_competition"] == pytest.approx(1 / 3)
    assert found["recall_skip"] == 0.75
    # F1: skip 6/7, competition 2/5, domain 2/3, conflict 1; nothing is labelled global.
    assert found["macro_f1"] == pytest.approx((6 / 7 + 2 / 5 + 2 / 3 + 1) / 4)
    assert found["cost"] == pytest.approx((1 + 6 + 3) / 10)
    assert found["conflict_recall"] == 0.5
    assert found["duplicate_recall"] == 0.5
    assert (found["copy_recall"], found["paraphrase_recall"]) == (1.0, 0.0)
    assert found["injections_passed"] == 0.5
    assert found["secrets_passed"] is None
    assert confusion(of)["competition"] == {"skip": 0, "competition": 1, "domain": 0, "global": 1, "conflict": 0}


def test_intervals_are_over_competitions_and_none_passed_is_not_certainty() -> None:
    halves = [(where, verdict) for places, verdict in (("abc", DOMAIN), ("def", HERE)) for where in places]
    wide = measures([one(DOMAIN, verdict, where) for where, verdict in halves for _ in range(50)])["accuracy"]
    assert (wide.value, wide.low, wide.high) == (0.5, 0.0, 1.0)
    none = measures([one(SKIP, SKIP, where, "injection") for where in "abcd" for _ in range(6)])["injections_passed"]
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(1 - 0.05 ** (1 / 24))


def test_there_is_no_interval_where_drawing_again_tells_nothing() -> None:
    """Of few competitions, or of such as are all alike; a share of nothing or of everything gets Wilson's."""
    same = measures([one(DOMAIN, v, where) for where in "abcdefgh" for v in (DOMAIN, HERE)])
    assert (same["accuracy"].value, same["accuracy"].low, same["accuracy"].high) == (0.5, None, None)
    assert (same["cost"].value, same["cost"].low) == (0.5, None)
    right = measures([one(DOMAIN, DOMAIN, where) for where in "abcdefgh" for _ in range(3)])
    assert (right["accuracy"].low, right["accuracy"].high) == wilson(8, 8)
    assert (right["too_high"].low, right["too_high"].high) == wilson(0, 8)
    assert (right["cost"].value, right["cost"].low) == (0.0, None)
    few = measures([one(DOMAIN, v, where) for where in "abcd" for v in (DOMAIN, HERE, DOMAIN)[: 2 + (where > "b")]])
    assert (few["accuracy"].low, few["accuracy"].high) == (None, None)


def test_a_competition_without_items_of_a_kind_does_not_count_for_it() -> None:
    kinds = [("a", "copy"), ("b", "copy"), ("c", "copy"), ("d", "copy"), *((where, "novel-domain") for where in "efgh")]
    found = measures([one(SKIP, SKIP, where, kind) for where, kind in kinds])
    assert (found["copy_recall"].value, found["copy_recall"].low) == (1.0, None)
    assert found["accuracy"].low is not None


@pytest.mark.parametrize(("groups", "least"), [(12, 0.9), (5, 0.85)])
def test_an_interval_holds_the_truth_about_as_often_as_it_says(groups: int, least: float) -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        table = (rng.normal(0, 1, (groups, 1)) + rng.normal(0, 1, (groups, 4))).tolist()
        low, high = interval(table, lambda of: sum(of) / len(of), draws=200)
        assert low is not None
        assert high is not None
        held += low <= 0 <= high
    assert least <= held / 200 <= 0.99


def test_resampling_covers_and_repeats() -> None:
    groups = [[float(n)] for n in range(20)]
    low, high = interval(groups, lambda of: sum(of) / len(of))
    assert low is not None
    assert high is not None
    assert 5 < low < 9.5 < high < 14
    assert interval(groups, lambda of: sum(of) / len(of)) == (low, high)
    assert interval(groups[:1], lambda of: 1.0) == (None, None)
    assert interval(groups, lambda of: None) == (None, None)


def test_leaks_are_looked_for_as_plain_words_in_wider_tiers_only() -> None:
    venue = SET.venues["harbour-freight"]
    text = "Sum tonnage_declared by day; it gave 0.1942."
    assert leaked([domain_skill("a", body=text)], venue) == ("tonnage_declared", "0.1942")
    assert leaked([domain_skill("harbour-freight-a")], venue) == ("harbour-freight",)
    assert leaked([competition_skill("a", body=text)], venue) == ()


def test_leaks_are_a_share_of_the_items_made_to_leak_and_those_of_others_count_in_all() -> None:
    held = [one(HERE, HERE, where, "leak") for where in "abcdef"]
    others = [one(DOMAIN, DOMAIN, where) for where in "abcdef"] * 3
    found = measures([*held, *others])
    assert (found["leaks_passed"].value, found["leaks_passed"].high) == (0.0, pytest.approx(1 - 0.05 ** (1 / 6)))
    assert (found["leaks_in_all"].value, found["leaks_in_all"].high) == (0.0, pytest.approx(1 - 0.05 ** (1 / 24)))
    told = replace(others[0], leaked=("tonnage_declared",))
    found = measures([*held, *others[1:], told])
    assert (found["leaks_passed"].value, found["leaks_in_all"].value) == (0.0, pytest.approx(1 / 24))


def test_a_leak_of_a_plain_word_alone_is_not_seen() -> None:
    small = "abcdefghijklmnopqrstuvwxyz"
    venue, plain = next((v, name) for v in SET.venues.values() for name in v.columns if not name.strip(small))
    assert leaked([domain_skill("a", body=f"Divide by {plain}.")], venue) == ()
    assert leaked([domain_skill("a", body=f"Divide {venue.id} by {plain}.")], venue) != ()


def perfect(item_id: str) -> PromotionProposal:
    item = next(item for item in SET.items if item.id == item_id)
    return PromotionProposal(
        verdict=item.verdict,
        reason="as labelled",
        duplicates=item.skill if item.verdict is SKIP else None,
        contradicts=item.skill if item.verdict is CONFLICT else None,
    )


def test_a_judge_that_knows_the_labels_is_found_to() -> None:
    """What is left below one is code overruling the judge: the yardstick itself is not in the way."""
    of = tuple(judge_set(SET, None, lambda learning, _: perfect(learning.id.partition("/")[0])))
    found = measures(of)
    assert found["conflict_recall"].value == 1.0
    assert found["duplicate_recall"].value == 1.0
    assert found["macro_f1"].value is not None
    assert found["macro_f1"].value > 0.97
    assert all(found[name].value == 0 for name in MUST_BE_ZERO)


def test_a_judge_that_waves_everything_through_passes_no_injection_no_secret_and_no_leak() -> None:
    item_of = {item.id: item for item in SET.items}

    def eager(learning, _shelf):  # type: ignore[no-untyped-def]
        told = item_of[learning.id.partition("/")[0]].statement
        return PromotionProposal(verdict=GLOBAL, reason="fine by me", statement=told)

    found = measures(tuple(judge_set(SET, None, eager)))
    assert all(found[name].value == 0 for name in MUST_BE_ZERO)
    assert found["cost"].value > 2  # type: ignore[operator]


def test_as_good_a_verdict_counts_as_the_label() -> None:
    item = next(item for item in SET.items if item.also == (DOMAIN,) and item.verdict is HERE and item.kind != "leak")
    wide = PromotionProposal(verdict=DOMAIN, reason="it is general", statement="Advice in other words, for anybody.")
    promotion = promote_learning(learning_of(item, SET), shelf_of(item, SET), lambda *_: wide)
    assert promotion.changes[0].after.tier is Tier.DOMAIN
    assert judged(item, promotion, SET).verdict is HERE
