"""Counting: votes, effects, the effect against absence, and that the order of a ledger does not matter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.schema.conditions import Condition
from haste.schema.knowledge import DecisionRecord, ExposureRecord, LedgerRecord, Skill
from haste.skills.absence import absence_effect, masked_count
from haste.skills.evidence import Evidence, chance_of, effect, fold, tally, votes, votes_in_scope
from haste.skills.interval import mean_interval, t_quantile
from haste.skills.ledger import read_records, write_records
from haste.skills.thresholds import DEFAULTS

from .making import competition_skill, domain_skill, expected_gain, file, results, run, seen, skill

TE = {"technique": "target_encoding", "claim": "any/target_encoding/+"}

records = st.one_of(
    st.builds(run, st.sampled_from("pqr"), st.sampled_from(("alpha-one", "beta-two")), value=st.floats(-5, 5)),
    st.builds(seen, st.sampled_from("pqr"), st.floats(-5, 5), candidate=st.sampled_from(("c1", "c2"))),
    st.builds(
        ExposureRecord,
        run=st.sampled_from("pqr"),
        skill=st.just("skill-te"),
        revision=st.integers(1, 2),
        digest=st.just("d"),
        state=st.sampled_from(("loaded", "masked")),
        mask_probability=st.just(0.5),
    ),
    st.builds(
        DecisionRecord, run=st.just("round-1"), at=st.floats(0, 9), reason=st.just("r"), skill=st.just("skill-te")
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_ledger_merged_from_two_branches_counts_as_one_written_in_sequence(data: st.DataObject) -> None:
    unique = {r.model_dump_json(): r for r in data.draw(st.lists(records, max_size=20))}
    runs: dict[str, LedgerRecord] = {f"{r.kind}{r.run}": r for r in unique.values() if r.kind == "run"}
    sequence = [r for r in unique.values() if r.kind != "run"] + list(runs.values())
    cut = data.draw(st.integers(0, len(sequence)))
    common = data.draw(st.integers(0, cut))
    left, right = sequence[:cut], sequence[:common] + sequence[cut:]  # both hold the common beginning
    merged = write_records(right) + write_records(left)
    read, problems = read_records([file("ledger/a.jsonl", merged)])
    assert problems == ()
    one = skill("te", **TE)
    for measure in (votes, effect, absence_effect, masked_count):
        assert measure(one, fold(read)) == measure(one, fold(sequence))
    assert fold(read) == fold(sequence)


def test_torn_and_foreign_lines_are_set_aside_with_their_place() -> None:
    good = write_records(results("target_encoding", {"alpha-one": 2.0}))
    texts = [
        file("ledger/a.jsonl", good + '{"kind":"run","run":"x"}\nnot json\n{"kind":"later","x":1}\n' + good[:30]),
        file("ledger/b.jsonl", '{"kind":"observation","run":"r","candidate":"c","gain":"NaN"}\n\n' + good),
    ]
    found, problems = read_records(texts)
    assert len(found) == 4
    assert [(problem.where, problem.line) for problem in problems] == [
        ("ledger/a.jsonl", 3),
        ("ledger/a.jsonl", 4),
        ("ledger/a.jsonl", 5),
        ("ledger/a.jsonl", 6),
        ("ledger/b.jsonl", 1),
    ]
    assert "torn" in problems[3].reason


def test_competitions_vote_once_however_many_runs_they_had() -> None:
    ledger = [run(f"r{n}", "alpha-one") for n in range(3)] + [seen(f"r{n}", 1.34 + n / 100) for n in range(3)]
    (vote,) = votes(skill("te", **TE), fold(ledger))
    assert vote.runs == 3
    assert vote.z == pytest.approx(1.35 * math.sqrt(1.5))
    assert vote.sign == 1
    (alone,) = votes(skill("te", **TE), fold(ledger[:4]))
    assert alone.sign == 0


def test_runs_that_measured_the_very_same_are_one_measurement() -> None:
    """A deterministic engineer that is run again with the same seed adds nothing to what is known."""
    again = [run(f"r{n}", "alpha-one") for n in range(10)] + [seen(f"r{n}", 1.35) for n in range(10)]
    (vote,) = votes(skill("te", **TE), fold(again))
    assert (vote.runs, vote.z, vote.sign) == (1, pytest.approx(1.35), 0)
    # Capped alike is not measured alike.
    broken = [run(f"r{n}", "alpha-one") for n in range(2)] + [seen("r0", -400.0), seen("r1", -300.0)]
    (vote,) = votes(skill("te", **TE), fold(broken))
    assert (vote.runs, vote.gain) == (2, -DEFAULTS.gain_cap)


def test_a_competition_that_was_taken_for_two_domains_votes_once() -> None:
    ledger = [run(f"r{n}", "alpha-one", domain) for n, domain in enumerate(("text", "tabular", "tabular"))]
    ledger += [seen(f"r{n}", 3.0 + n) for n in range(3)]
    (vote,) = votes(skill("te", **TE), fold(ledger))
    assert (vote.domain, vote.runs) == ("tabular", 3)
    (vote,) = votes(skill("te", **TE), fold([one for one in ledger if one.run != "r2"]))
    assert vote.domain == "tabular"  # by name where neither has more


def test_many_runs_on_the_same_rows_never_count_as_many_competitions() -> None:
    ledger = [run(f"r{n}", "alpha-one") for n in range(100)] + [seen(f"r{n}", 1.0) for n in range(100)]
    (vote,) = votes(skill("te", **TE), fold(ledger))
    assert vote.z < math.sqrt(2)


def test_the_discovering_competition_votes_in_its_own_tier_only() -> None:
    ledger = fold(results("target_encoding", {"alpha-one": 3.0, "beta-two": 2.0}))
    wide = domain_skill("te", **TE, discovered_in=("alpha-one",))
    assert [vote.competition for vote in votes_in_scope(wide, ledger)] == ["beta-two"]
    own = competition_skill("te", **TE)
    assert [vote.competition for vote in votes_in_scope(own, ledger)] == ["alpha-one"]


def test_votes_are_for_the_claim_and_only_where_its_conditions_held() -> None:
    ledger = fold(
        [
            run("r1", "alpha-one", facts={"rows": 10}),
            run("r2", "beta-two", facts={"rows": 5000}),
            seen("r1", -3),
            seen("r2", 3),
        ]
    )
    assert tally(votes(skill("te", **TE), ledger)) == tally(()).__class__(1, 1, 0)
    against = skill("no-te", technique="target_encoding", claim="any/target_encoding/-")
    assert {vote.competition: vote.sign for vote in votes(against, ledger)} == {"alpha-one": 1, "beta-two": -1}
    large = skill("te", **TE, conditions=(Condition.parse("rows >= 1000"),))
    assert [vote.competition for vote in votes(large, ledger)] == ["beta-two"]


def test_advice_without_a_technique_is_judged_by_what_cites_it() -> None:
    one = skill("advice", technique=None, claim="any/care/+")
    ledger = fold(
        [run("r1", "alpha-one"), seen("r1", 2.0, technique="x", cites=(one.id,)), seen("r1", -9.0, candidate="c9")]
    )
    assert [vote.gain for vote in votes(one, ledger)] == [2.0]


def test_merged_learnings_bring_their_candidates_along_unless_vetoed() -> None:
    one = skill("advice", technique=None, claim="any/care/+")
    link = DecisionRecord(run="round-1", skill=one.id, reason="covered", supports=("r1/c4",))
    base = [run("r1", "alpha-one"), seen("r1", 2.0, technique=None)]
    assert len(votes(one, fold([*base, link]))) == 1
    assert votes(one, fold([*base, link.model_copy(update={"vetoed": True})])) == ()


def test_changes_without_a_measured_noise_do_not_vote() -> None:
    ledger = fold([run("r1", "alpha-one"), seen("r1", 1.0, noise=0.0), seen("r1", 1.0, noise=None, candidate="c2")])
    assert votes(skill("te", **TE), ledger) == ()


def test_an_effect_is_unknown_until_there_is_enough() -> None:
    one = domain_skill("te", **TE, discovered_in=("alpha-one",))
    gains = {"alpha-one": 9.0, "beta-two": 2.0, "gamma-three": 3.0}
    few = effect(one, fold(results("target_encoding", gains)))
    assert (few.gain, few.low, few.competitions) == (None, None, 2)
    enough = effect(one, fold(results("target_encoding", gains | {"delta-four": 4.0})))
    assert enough.gain == pytest.approx(3.0)
    # Three values 2, 3, 4: standard deviation 1, Student's t for 2 degrees of freedom at 95 % is 2.920.
    assert enough.high - enough.gain == pytest.approx(2.920 / math.sqrt(3), rel=1e-3)


def test_t_quantiles_against_the_table() -> None:
    table = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 10: 1.812, 30: 1.697}
    for df, value in table.items():
        assert t_quantile(0.95, df) == pytest.approx(value, rel=0.01)


def test_a_spread_smaller_than_the_known_noise_is_not_believed() -> None:
    _, low, high = mean_interval([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], 0.9)
    assert high - low == pytest.approx(2 * 2.920 / math.sqrt(3), rel=1e-3)


def _exposed(shown: float, withheld: float, runs: int, competition: str = "alpha-one") -> list[LedgerRecord]:
    made: list[LedgerRecord] = []
    for number in range(runs):
        masked = number % 2 == 1
        name = f"{competition}-{number}"
        value = (withheld if masked else shown) + (number % 3 - 1) * 0.5
        made.append(run(name, competition, value=value))
        made.append(
            ExposureRecord(
                run=name,
                skill="skill-te",
                revision=1,
                digest="d",
                state="masked" if masked else "loaded",
                mask_probability=0.5,
            )
        )
    return made


def test_withholding_gives_an_effect_against_absence() -> None:
    one = skill("te")
    good = absence_effect(one, fold(_exposed(2.0, 0.0, 24)))
    assert good.low is not None
    assert good.low > 0
    none = absence_effect(one, fold(_exposed(1.0, 1.0, 24)))
    assert none.low is not None
    assert none.low < 0 < none.high
    assert absence_effect(one, fold(_exposed(2.0, 0.0, 8))).gain is None
    assert absence_effect(one, Evidence()).gain is None


def test_withholding_compares_within_a_competition_only() -> None:
    """One competition's scores are a thousand times the other's; both arms of each are alike."""
    ledger = _exposed(1.0, 1.0, 24) + _exposed(1000.0, 1000.0, 24, "beta-two")
    found = absence_effect(skill("te"), fold(ledger))
    assert found.competitions == 2
    assert found.gain == pytest.approx(0, abs=0.1)


def test_exposures_that_chance_did_not_decide_do_not_count() -> None:
    ledger = [
        r.model_copy(update={"mask_probability": 0.0}) if isinstance(r, ExposureRecord) else r
        for r in _exposed(2, 0, 24)
    ]
    assert absence_effect(skill("te"), fold(ledger)).gain is None


def test_a_change_that_broke_everything_is_no_hundred_votes() -> None:
    ledger = fold(
        [run(f"r{n}", "alpha-one") for n in range(3)] + [seen("r0", -400.0), seen("r1", 3.5), seen("r2", 4.5)]
    )
    (vote,) = votes(skill("te", **TE), ledger)
    assert vote.gain == pytest.approx(1.0)


def test_what_is_to_be_expected_counts_the_discovery_and_shrinks_to_none() -> None:
    te = domain_skill("te", technique="te", claim="tabular/te/+", discovered_in=("alpha",))
    assert expected_gain(te, fold([])) is None
    assert expected_gain(te, fold(results("te", {"alpha": 2.0}))) == pytest.approx(1.0)
    three = fold([*results("te", {"alpha": 2.0, "beta": 1.0, "gamma": 3.0}), *results("te", {"delta": -4.0}, "text")])
    assert expected_gain(te, three) == pytest.approx(6.0 / 4)
    against = te.model_copy(update={"claim": "tabular/te/-"})
    assert expected_gain(against, three) == pytest.approx(-6.0 / 4)
    home = competition_skill("c-te", "beta", technique="te", claim="tabular/te/+")
    assert expected_gain(home, three) == pytest.approx(0.5)


def test_a_chance_is_the_share_that_was_kept_by_competition_shrunk_towards_what_is_usual() -> None:
    def chance(one: Skill, *records: LedgerRecord) -> float | None:
        return chance_of(one, votes(one, fold(records)))

    def tried(name: str, competition: str, *kept: bool | None, domain: str = "tabular") -> list[LedgerRecord]:
        changes = [seen(name, 1.0, "te", kept=one, candidate=f"c{n}") for n, one in enumerate(kept)]
        return [run(name, competition, domain), *changes]

    te = domain_skill("te", technique="te", claim="tabular/te/+", discovered_in=("alpha",))
    usual = DEFAULTS.prior_kept
    assert chance(te) is None
    undecided = tried("r0", "delta", None)
    assert chance(te, *undecided) is None
    # Two of three changes in one run and none of two in the other: a third for alpha, which counts once.
    alpha = tried("r1", "alpha", True, True, False) + tried("r2", "alpha", False, False)
    assert chance(te, *alpha) == pytest.approx((1 / 3 + usual) / 2)
    records = [*alpha, *tried("r3", "beta", True), *undecided, *tried("r4", "gamma", True, domain="text")]
    assert chance(te, *records) == pytest.approx((1 / 3 + 1 + usual) / 3)
    assert chance(te.model_copy(update={"claim": "tabular/te/-"}), *records) == chance(te, *records)
    home = competition_skill("c-te", "beta", technique="te", claim="tabular/te/+")
    assert chance(home, *records) == pytest.approx((1 + usual) / 2)


def test_votes_that_were_counted_before_are_the_same_for_other_conditions_and_signs() -> None:
    """They are remembered by technique, conditions and sign, and not where a skill has evidence merged into it."""
    records = [
        run("r1", "alpha-one", facts={"rows": 100}),
        run("r2", "beta-two", facts={"rows": 9000}),
        seen("r1", 2.0, "te"),
        seen("r2", -3.0, "te"),
    ]
    merged = DecisionRecord(run="round", reason="covered", skill="skill-own", supports=("r2/c9",))
    also = seen("r2", 5.0, "other", candidate="c9")
    many = [
        skill("a", technique="te", claim="any/te/+"),
        skill("b", technique="te", claim="any/te/-"),
        skill("c", technique="te", claim="any/te/+", conditions=(Condition(fact="rows", op=">=", value=1000),)),
        skill("own", technique="te", claim="any/te/+"),
    ]
    shared = fold([*records, also, merged])
    for one in (*many, *reversed(many)):
        assert votes(one, shared) == votes(one, fold([*records, also, merged]))
    assert [[vote.gain for vote in votes(one, shared)] for one in many] == [[2, -3], [-2, 3], [-3], [2, 1]]
