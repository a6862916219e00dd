"""What promotion would have raised without a competition, and how that did there: made-up ledgers, known answers."""

from __future__ import annotations

from haste.schema.knowledge import DecisionRecord, Status, Tier, Verdict
from haste.skills.claims import beginning
from haste.skills.interval import wilson
from haste.skills.left_out import Trial, kept_back, leave_one_out, share

from .making import learning, results, run, seen

PLACES = ("a-1", "b-2", "c-3", "d-4", "e-5")


def learned(technique: str, *places: str, **fields: object):  # type: ignore[no-untyped-def]
    return [
        learning(
            f"{place}-{technique}",
            competition=place,
            technique=technique,
            claim=f"any/{technique}/+",
            statement=f"Words on {technique} that were learned somewhere.",
            gain=3.0,
            **fields,
        )
        for place in places
    ]


def test_what_helps_everywhere_helps_on_the_one_left_out() -> None:
    records = results("te", dict.fromkeys(PLACES, 3.0))
    trials = leave_one_out(records, learned("te", *PLACES), {})
    promoted = [one for one in trials if one.promoted]
    assert [one.competition for one in promoted] == list(PLACES)
    assert all((one.tier, one.gain) == (Tier.DOMAIN, 3.0) for one in promoted)
    found = share(promoted)
    assert (found.tried, found.untried, found.competitions) == (5, 0, 5)
    assert (found.not_negative, found.mean_gain, found.clearly_negative) == (1.0, 3.0, 0.0)
    assert (found.low, found.high) == wilson(5, 5)  # five competitions that agree are no certainty


def test_few_competitions_have_no_interval_however_many_skills_were_tried_there() -> None:
    told = [Trial(place, f"s{n}", "c", Tier.DOMAIN, Status.ACTIVE, -1.0) for place in "abcd" for n in range(9)]
    found = share(told)
    assert (found.tried, found.not_negative, found.low, found.high) == (36, 0.0, None, None)


def test_what_was_kept_is_told_apart_for_advice_and_warnings() -> None:
    records = [run(place, place) for place in PLACES]
    records += [seen(place, 3.0, "te", kept=place != "a-1") for place in PLACES]  # type: ignore[misc]
    trials = leave_one_out(records, learned("te", *PLACES), {})
    assert [(one.competition, one.kept) for one in trials if one.promoted] == [
        (place, float(place != "a-1")) for place in PLACES
    ]
    against = Trial("a-1", "s", "any/cut/-", Tier.DOMAIN, Status.ACTIVE, -1.0, kept=0.25)
    untold = Trial("b-2", "s", "any/cut/-", Tier.DOMAIN, Status.ACTIVE, -1.0)
    found = share([*(one for one in trials if one.promoted), against, untold])
    assert (found.kept_for, found.kept_against) == (0.8, 0.25)
    assert share([untold]).kept_for is share([untold]).kept_against is None


def test_what_hurts_on_one_is_seen_there_only() -> None:
    gains = dict.fromkeys(PLACES, 3.0) | {"e-5": -3.0}
    trials = leave_one_out(results("te", gains), learned("te", *PLACES[:4]), {})
    promoted = [one for one in trials if one.promoted]
    by_place = {one.competition: one.gain for one in promoted}
    assert by_place["e-5"] == -3.0  # without it, nothing speaks against
    found = share(promoted)
    assert found.not_negative == 1 - 1 / found.tried
    assert found.low is not None
    assert found.not_negative is not None
    assert found.low < found.not_negative
    assert found.clearly_negative == 1 / found.tried


def test_advice_on_first_scripts_is_not_counted_as_it_could_not_fail() -> None:
    name = beginning("use_trees")
    records = [*results(name, dict.fromkeys(PLACES, 3.0)), *results("te", dict.fromkeys(PLACES, 3.0))]
    trials = leave_one_out(records, [*learned(name, *PLACES), *learned("te", *PLACES)], {})
    assert {one.claim for one in trials} == {"any/te/+"}


def test_its_own_results_never_help_a_skill_up() -> None:
    """Two supports beside the discovery raise a skill; without either of them, nothing is raised."""
    records = results("te", {"a-1": 1.7, "b-2": 1.7, "c-3": -3.0})
    trials = leave_one_out(records, learned("te", "a-1"), {})
    assert not [one for one in trials if one.promoted and one.competition in ("a-1", "b-2")]


def test_untried_and_other_domains_do_not_count_as_successes() -> None:
    records = [*results("te", dict.fromkeys(PLACES[:4], 3.0)), run("w", "words-1", "text"), run("x", "e-5")]
    trials = leave_one_out(records, learned("te", *PLACES[:4]), {})
    assert not [one for one in trials if one.competition == "words-1"]
    (untried,) = [one for one in trials if one.competition == "e-5" and one.promoted]
    assert untried.gain is None
    assert share([untried]).not_negative is None
    assert share([untried]).untried == 1


def test_what_was_kept_back_is_told_beside_it_once_for_each_claim() -> None:
    records = [*results("te", dict.fromkeys(PLACES, 3.0)), *results("odd", {"a-1": 3.0, "b-2": -3.0, "c-3": 3.0})]
    trials = leave_one_out(records, [*learned("te", *PLACES), *learned("odd", "a-1", "c-3")], {})
    back = kept_back(trials)
    assert {one.claim for one in back} == {"any/odd/+"}
    assert len({one.competition for one in back}) == len(back)
    # Where it hurt, it was learned on two others and no wider.


def test_earlier_verdicts_are_forgotten() -> None:
    records = [*results("te", dict.fromkeys(PLACES, 3.0))]
    veto = DecisionRecord(
        run="round-1", reason="no", verdict=Verdict.DOMAIN, vetoed=True, claim="any/te/+", domain="tabular"
    )
    told = learned("te", *PLACES)
    assert leave_one_out([*records, veto], told, {}) == leave_one_out(records, told, {})


def test_a_judge_may_raise_what_counting_does_not() -> None:
    from .making import proposal

    records = [*results("te", {"a-1": 3.0}), run("x", "b-2"), seen("x", -2.0, "te")]
    told = learned("te", "a-1")
    eager = leave_one_out(records, told, {}, proposal(Verdict.DOMAIN))
    (raised,) = [one for one in eager if one.promoted]
    assert (raised.competition, raised.gain) == ("b-2", -2.0)
    assert not [one for one in leave_one_out(records, told, {}) if one.promoted]


def test_what_was_learned_there_is_not_known_without_it() -> None:
    records = [*results("own", {"e-5": 3.0}), *results("te", dict.fromkeys(PLACES, 3.0))]
    trials = leave_one_out(records, [*learned("own", "e-5"), *learned("te", *PLACES)], {})
    assert "any/own/+" in {one.claim for one in trials if one.competition != "e-5"}
    assert "any/own/+" not in {one.claim for one in trials if one.competition == "e-5"}


def test_what_a_promoted_skill_says_was_not_kept_back() -> None:
    def trial(tier: Tier, claim: str) -> Trial:
        return Trial("a-1", "x", claim, tier, Status.CANDIDATE, 1.0)

    here, wide = Tier.COMPETITION, Tier.DOMAIN
    back = kept_back([trial(here, "p"), trial(wide, "p"), trial(here, "q"), trial(here, "q")])
    assert back == (trial(here, "q"),)
