"""Order: evidence of skills first, else the base order without any preference; and what is closed on a branch."""

from __future__ import annotations

from typing import Any

import pytest

from haste.agents.builtin.catalogue import DOMAINS
from haste.agents.builtin.choose import (
    PATIENCE,
    PROMISING,
    RARE,
    base_order,
    by_scale,
    in_order,
    likeliest,
    open_techniques,
)
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.evidence import CAP, CLAIMED_CHANCE, PRIOR_TECHNIQUES, USUAL, evidence, outlook
from haste.agents.builtin.facts import facts_of
from haste.schema.brief import Attempt, Brief, Incumbent
from haste.schema.competition import Kind
from haste.schema.conditions import Condition
from haste.schema.execution import Outcome
from haste.schema.knowledge import SkillNote, Status, Tier
from haste.schema.solution import Operator, Proposal, Scale

from .examples import example

TWEAKS = [technique for technique in DOMAINS["tabular"].techniques if technique.scale is Scale.TWEAK]
BRIEF = example(Kind.BINARY, "roc_auc").brief()


def note(technique: str, gain: float | None = None, **more: Any) -> SkillNote:
    values: dict[str, Any] = {
        "name": f"skill-{technique}", "tier": Tier.DOMAIN, "status": Status.ACTIVE,
        "description": "", "body": "", "digest": "d",
        "claim": f"tabular/{technique}/+", "technique": technique,
        "expected": gain,
    }  # fmt: skip
    return SkillNote(**{**values, **more})


def attempt(technique: str, **more: Any) -> Attempt:
    values: dict[str, Any] = {
        "candidate": "c9", "branch": "c1", "operator": Operator.REFINE, "title": technique,
        "technique": technique,
        "scale": Scale.TWEAK, "diagnosis": None, "outcome": Outcome.OK, "score": 0.8,
        "gain": -0.01, "noise": 0.01, "kept": False,
    }  # fmt: skip
    return Attempt(**{**values, **more})


def names(brief: Brief) -> list[str]:
    return [choice.technique.name for choice in in_order(TWEAKS, brief, facts_of(brief))]


def test_textbook_is_the_rank() -> None:
    brief = BRIEF.model_copy(update={"order": "textbook"})
    assert [technique.rank for technique in base_order(TWEAKS, brief)] == sorted(technique.rank for technique in TWEAKS)


def test_random_is_drawn_from_the_seed_and_prefers_nothing() -> None:
    orders = [names(BRIEF.model_copy(update={"seed": seed})) for seed in range(400)]
    assert names(BRIEF) == names(BRIEF)
    firsts = {technique.name: sum(order[0] == technique.name for order in orders) for technique in TWEAKS}
    expected = 400 / len(TWEAKS)
    assert max(firsts.values()) < 3 * expected
    assert min(firsts.values()) > 0


def test_positive_evidence_leads_and_negative_trails() -> None:
    skills = (note("average_seeds", 1.0), note("winsorise", 2.5), note("average_folds", -2.0))
    order = names(BRIEF.model_copy(update={"skills": skills}))
    assert order[:2] == ["winsorise", "average_seeds"]
    assert order[-1] == "average_folds"
    plain = [name for name in names(BRIEF) if name not in ("winsorise", "average_seeds", "average_folds")]
    assert order[2:-1] == plain


def test_what_advice_against_a_technique_gains_speaks_against_it() -> None:
    skills = (note("average_seeds", 2.5, claim="tabular/average_seeds/-"), note("winsorise", 1.0))
    order = names(BRIEF.model_copy(update={"skills": skills}))
    assert (order[0], order[-1]) == ("winsorise", "average_seeds")


EVERY = DOMAINS["tabular"].techniques


def likely(*skills: SkillNote, scale: Scale = Scale.TWEAK, history: tuple[Attempt, ...] = ()) -> list[str]:
    told = {"skills": skills, "order": "textbook", "scale": scale, "branch": "c1", "history": history}
    brief = BRIEF.model_copy(update=told)
    choices = by_scale(EVERY, brief, facts_of(brief))
    return [one.technique.name for one in likeliest(choices, EVERY, brief, facts_of(brief))]


def handbook(scale: Scale) -> list[str]:
    ranked = sorted(EVERY, key=lambda one: (one.rank, one.name))
    return [one.name for one in ranked if one.scale is scale]


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("missed", [0, PATIENCE, 3 * PATIENCE])
def test_where_no_skill_speaks_the_ladder_decides_and_nothing_ends_it(scale: Scale, missed: int) -> None:
    assert likely(scale=scale, history=tuple(attempt("x") for _ in range(missed))) == handbook(scale)


def test_without_skills_a_random_order_is_one_of_the_asked_scale() -> None:
    """Drawn among what is at that scale, so that what else there is to try does not change it."""
    for seed in range(5):
        brief = BRIEF.model_copy(update={"seed": seed, "branch": "c1", "scale": Scale.STRUCTURAL})
        structural = [one for one in EVERY if one.scale is Scale.STRUCTURAL]
        found = likeliest(by_scale(EVERY, brief, facts_of(brief)), EVERY, brief, facts_of(brief))
        assert [one.technique for one in found] == base_order(structural, brief)


def test_the_likeliest_to_be_kept_comes_first_whatever_it_gained_on_average() -> None:
    often, rarely = note("winsorise", -1.0, chance=0.4), note("average_seeds", 0.2, chance=0.2)
    assert likely(often, rarely)[:2] == ["winsorise", "average_seeds"]


def test_what_is_kept_less_often_than_usual_is_not_tried() -> None:
    skills = (note("winsorise", 0.2, chance=USUAL - 0.01), note("average_seeds", -0.4, chance=USUAL))
    assert sorted(likely(*skills)) == sorted(name for name in handbook(Scale.TWEAK) if name != "winsorise")


def test_what_is_likelier_at_another_scale_outranks_the_ladder() -> None:
    assert likely(note("ratios", 0.2, chance=0.4))[0] == "ratios"
    assert "ratios" not in likely(note("ratios", 0.2, chance=USUAL))
    # Where structural changes are kept, so are those that no skill speaks of, and tweaks follow.
    kept = [note(name, 0.2, chance=0.4) for name in ("ratios", "products", "target_encoding")]
    found, structural = likely(*kept), handbook(Scale.STRUCTURAL)
    assert sorted(found[: len(structural)]) == sorted(structural)
    assert found[len(structural) :] == handbook(Scale.TWEAK)


def test_an_outlook_is_what_the_others_did_shrunk_towards_what_is_usual() -> None:
    skills = (
        note("winsorise", 1.0, chance=0.5), note("average_seeds", -1.0, chance=0.05), note("ratios", -1.0, chance=0.0),
        note("average_folds", 1.0), note("begin_with_linear", 1.0, chance=0.9),
        note("winsorise", 1.0, chance=0.9, status=Status.RETIRED),
    )  # fmt: skip
    brief = BRIEF.model_copy(update={"skills": skills})
    prior = PRIOR_TECHNIQUES * USUAL
    found = outlook(TWEAKS, brief, facts_of(brief))
    assert found == pytest.approx((0.55 + prior) / (2 + PRIOR_TECHNIQUES))
    unadvised = outlook(EVERY, brief, facts_of(brief), recommended=False)
    assert unadvised == pytest.approx((0.05 + prior) / (2 + PRIOR_TECHNIQUES))


@pytest.mark.parametrize(
    "silent",
    [
        note("winsorise", 5.0, status=Status.RETIRED),
        note("winsorise", 5.0, conditions=(Condition(fact="rows", op=">", value=10**9),)),
        note("winsorise", 5.0, status=Status.CONTESTED, conditions=(Condition(fact="not_known", op="==", value=1),)),
        note("some_other", 5.0),
    ],
)
def test_skills_that_do_not_speak_here_change_nothing(silent: SkillNote) -> None:
    assert names(BRIEF.model_copy(update={"skills": (silent,)})) == names(BRIEF)


def test_a_claim_without_a_measured_effect_counts_by_its_polarity() -> None:
    gains = []
    for claim in ("tabular/winsorise/+", "tabular/winsorise/-"):
        found = evidence(
            "winsorise", BRIEF.model_copy(update={"skills": (note("winsorise", claim=claim),)}), facts_of(BRIEF)
        )
        assert found is not None
        gains.append(found.gain)
    assert gains[0] > 0 > gains[1]


@pytest.mark.parametrize(("gain", "place"), [(-0.05, -1), (0.05, 0)])
def test_what_the_run_saw_of_advice_on_another_branch_outranks_it(gain: float, place: int) -> None:
    """A change of five noises there, for or against: the skill says 1 for it, or 1 against."""
    sign = "-" if gain > 0 else "+"
    skills = (note("winsorise", 1.0, claim=f"tabular/winsorise/{sign}"),)
    seen = BRIEF.model_copy(
        update={"skills": skills, "branch": "c2", "history": (attempt("winsorise", gain=gain, branch="c1"),)}
    )
    assert names(seen)[place] == "winsorise"
    assert names(seen.model_copy(update={"branch": "c1"}))[-1 - place] == "winsorise"  # its own: closed or kept there


def test_what_a_run_saw_counts_no_more_than_a_noise_cap_lets_it() -> None:
    history = (attempt("winsorise", gain=-1.0, noise=1e-6), attempt("winsorise", gain=None), attempt("ratios", gain=1))
    brief = BRIEF.model_copy(update={"skills": (note("winsorise", 1.0),), "branch": "c2", "history": history})
    found = evidence("winsorise", brief, facts_of(brief))
    assert found is not None
    assert found.gain == pytest.approx((1.0 - 2 * CAP) / 3)


def test_what_a_run_saw_on_another_branch_counts_for_the_chance_as_well() -> None:
    skills = (note("winsorise", 1.0, chance=0.4),)
    for kept, chance in ((False, 0.4 / 3), (True, 2.4 / 3)):
        history = (attempt("winsorise", kept=kept, branch="c1"),)
        brief = BRIEF.model_copy(update={"skills": skills, "branch": "c2", "history": history})
        found = evidence("winsorise", brief, facts_of(brief))
        assert found is not None
        assert found.chance == pytest.approx(chance)


@pytest.mark.parametrize(
    ("claim", "status", "above"),
    [
        ("+", Status.ACTIVE, 1.0),
        ("+", Status.CANDIDATE, 0.5),
        ("-", Status.ACTIVE, -1.0),
        ("-", Status.CONTESTED, -0.5),
    ],
)
def test_a_bare_claim_moves_the_chance_a_little(claim: str, status: Status, above: float) -> None:
    told = note("winsorise", claim=f"tabular/winsorise/{claim}", status=status)
    found = evidence("winsorise", BRIEF.model_copy(update={"skills": (told,)}), facts_of(BRIEF))
    assert found is not None
    assert found.chance == pytest.approx(USUAL + above * CLAIMED_CHANCE)


def test_without_a_skill_a_run_makes_no_evidence_of_its_own() -> None:
    brief = BRIEF.model_copy(update={"branch": "c2", "history": (attempt("winsorise", gain=0.5),)})
    assert evidence("winsorise", brief, facts_of(brief)) is None


def test_the_engineer_follows_evidence_and_cites_it() -> None:
    engineer = BuiltinEngineer()
    drafted = engineer.draft(BRIEF.model_copy(update={"order": "textbook"}), 1)[0]
    incumbent = Incumbent(
        candidate="c1", title="", code=drafted.code, recipe=drafted.recipe, score=0.8, fold_scores=(), wall_s=None
    )
    asked = BRIEF.model_copy(update={"incumbent": incumbent, "branch": "c1", "scale": Scale.TWEAK})
    for technique in ("average_folds", "shallower_trees"):
        proposal = engineer.refine(asked.model_copy(update={"skills": (note(technique, 1.0),)}))
        assert proposal is not None
        assert (proposal.technique, proposal.cites) == (technique, (f"skill-{technique}",))


def test_proven_advice_outranks_the_scale_that_was_asked_for() -> None:
    engineer = BuiltinEngineer()
    drafted = engineer.draft(BRIEF.model_copy(update={"order": "textbook"}), 1)[0]
    incumbent = Incumbent(
        candidate="c1", title="", code=drafted.code, recipe=drafted.recipe, score=0.8, fold_scores=(), wall_s=None
    )
    asked = BRIEF.model_copy(update={"incumbent": incumbent, "branch": "c1", "scale": Scale.TWEAK})
    found = engineer.refine(asked.model_copy(update={"skills": (note("ratios", PROMISING),)}))
    assert found is not None
    assert (found.technique, found.scale) == ("ratios", Scale.STRUCTURAL)
    weak = engineer.refine(asked.model_copy(update={"skills": (note("ratios", PROMISING - 0.01, chance=USUAL),)}))
    assert weak is not None
    assert weak.scale is Scale.TWEAK


def test_where_hardly_anything_is_kept_the_rest_is_left_alone() -> None:
    engineer = BuiltinEngineer()
    drafted = engineer.draft(BRIEF.model_copy(update={"order": "textbook"}), 1)[0]
    incumbent = Incumbent(
        candidate="c1", title="", code=drafted.code, recipe=drafted.recipe, score=0.8, fold_scores=(), wall_s=None
    )
    missed = tuple(attempt(f"tried_{n}") for n in range(PATIENCE))
    asked = BRIEF.model_copy(update={"incumbent": incumbent, "branch": "c1", "scale": Scale.TWEAK, "history": missed})
    poor = [note(technique.name, -2.0, chance=0.02) for technique in TWEAKS[:8]]
    assert (0.02 * 8 + PRIOR_TECHNIQUES * USUAL) / (8 + PRIOR_TECHNIQUES) < RARE
    assert engineer.refine(asked.model_copy(update={"skills": (*poor, note("ratios", 1.0))})).technique == "ratios"  # type: ignore[union-attr]
    # What is likelier came before, and that some of it is kept says nothing of the rest.
    liked = tuple(note(name, 0.1, chance=0.9) for name in ("ratios", "products", "target_encoding", "one_hot_encoding"))
    for rest in ((), liked[:1], liked):
        assert engineer.refine(asked.model_copy(update={"skills": (*poor, *rest)})) is None
    # The branch itself has to bear it out.
    for history in (missed[1:], (*missed, attempt("tried", kept=True)), (*missed[1:], attempt("x", branch="c2"))):
        assert engineer.refine(asked.model_copy(update={"skills": tuple(poor), "history": history})) is not None
    # One bad experience is none: what nothing is known of is still tried.
    assert engineer.refine(asked.model_copy(update={"skills": tuple(poor[:1])})) is not None
    # Neither do poor beginnings, or what is known of other domains, speak against it.
    others = [note(f"begin_with_{n}", -2.0, chance=0.0) for n in range(8)] + [
        note(f"of_another_domain_{n}", -2.0, chance=0.0) for n in range(8)
    ]
    assert engineer.refine(asked.model_copy(update={"skills": tuple(others)})) is not None


def test_drafts_are_of_different_groups_and_follow_evidence() -> None:
    engineer = BuiltinEngineer()
    textbook = BRIEF.model_copy(update={"order": "textbook"})
    assert [draft.technique for draft in engineer.draft(textbook, 3)] == [
        "use_lightgbm",
        "use_linear",
        "use_extra_trees",
    ]
    warm = textbook.model_copy(update={"skills": (note("begin_with_kernel", 2.0), note("begin_with_lightgbm", -2.0))})
    assert [draft.technique for draft in engineer.draft(warm, 3)] == ["use_kernel", "use_linear", "use_extra_trees"]
    for seed in range(20):
        drafts = engineer.draft(BRIEF.model_copy(update={"seed": seed}), 3)
        families = DOMAINS["tabular"].families
        assert len({families[draft.recipe["model"]["family"]].group for draft in drafts if draft.recipe}) == 3


@pytest.mark.parametrize("order", ["textbook", "random"])
@pytest.mark.parametrize("count", range(2, 8))
def test_where_skills_recommend_every_draft_the_last_is_one_that_none_has_a_say_in(order: str, count: int) -> None:
    """Advice that is wrong for all that it recommends leaves one first script that was begun without it."""
    cold = BRIEF.model_copy(update={"order": order, "seed": 4})
    engineer, every = BuiltinEngineer(), [one for one in DOMAINS["tabular"].techniques if one.family]
    without = [str(draft.technique) for draft in engineer.draft(cold, len(every))]
    assert [draft.technique for draft in engineer.draft(cold, count)] == without[:count]
    # Wrong advice: whatever was to be tried first comes last.
    wrong = tuple(note(f"begin_with_{name.removeprefix('use_')}", 1.0 + rank) for rank, name in enumerate(without))
    misled = engineer.draft(cold.model_copy(update={"skills": wrong}), count)
    names = [str(draft.technique) for draft in misled]
    group = {one.name: DOMAINS["tabular"].families[str(one.family)].group for one in every}
    left = [name for name in without if name not in names[:-1]]
    unlike = [name for name in left if group[name] not in {group[name] for name in names[:-1]}]
    assert names[-1] == (unlike or left)[0]
    assert not misled[-1].cites
    assert all(draft.cites for draft in misled[:-1])
    assert count > 3 or names[-1] == without[0]


def closed(*history: Attempt) -> set[str]:
    brief = BRIEF.model_copy(update={"history": history, "branch": "c1"})
    every = DOMAINS["tabular"].techniques
    return {technique.name for technique in every} - {technique.name for technique in open_techniques(every, brief)}


def test_a_reverted_change_is_closed_until_the_model_changes() -> None:
    assert closed(attempt("winsorise")) == {"winsorise"}
    moved = attempt("use_kernel", scale=Scale.APPROACH, kept=True, gain=0.1)
    assert closed(attempt("winsorise"), moved) == {"use_kernel"}
    assert closed(attempt("winsorise", branch="c2")) == set()


def test_a_kept_change_may_come_again_but_not_its_reverse() -> None:
    assert closed(attempt("shallower_trees", kept=True)) == {"deeper_trees"}


@pytest.mark.parametrize(
    ("gains", "may_come_again"),
    [
        ((0.04,), True),
        ((0.04, 0.03), True),
        ((0.04, 0.001), False),  # surely better, and leads nowhere
        ((0.04, 0.001, 0.001), False),
        ((0.01, 0.04), True),
        ((0.04, None), True),  # against an incumbent without a score
    ],
)
def test_a_kept_change_is_repeated_while_that_pays(gains: tuple[float | None, ...], may_come_again: bool) -> None:
    kept = tuple(attempt("weaker_regularisation", kept=True, gain=gain) for gain in gains)
    elsewhere = attempt("weaker_regularisation", kept=True, gain=0.0001, branch="c2")
    assert ("weaker_regularisation" not in closed(*kept, elsewhere)) is may_come_again
    moved = attempt("use_surface", kept=True, scale=Scale.APPROACH)
    assert "weaker_regularisation" not in closed(*kept, moved)  # another model, another strength


def test_a_crash_stays_closed() -> None:
    moved = attempt("use_kernel", scale=Scale.APPROACH, kept=True)
    assert "ratios" in closed(attempt("ratios", outcome=Outcome.CRASHED, kept=None), moved)


def test_a_drafted_family_is_no_place_to_move_to() -> None:
    drafted = attempt("use_linear", operator=Operator.DRAFT, branch="c2", scale=Scale.APPROACH, kept=None)
    assert closed(drafted) == {"use_linear"}


def test_nothing_left_is_none() -> None:
    engineer = BuiltinEngineer()
    drafted = engineer.draft(BRIEF, 1)[0]
    incumbent = Incumbent(
        candidate="c1", title="", code=drafted.code, recipe=drafted.recipe, score=0.8, fold_scores=(), wall_s=None
    )
    history = tuple(attempt(technique.name) for technique in TWEAKS)
    asked = BRIEF.model_copy(update={"incumbent": incumbent, "branch": "c1", "scale": Scale.TWEAK, "history": history})
    assert engineer.refine(asked) is None


def test_a_strangers_script_is_left_alone() -> None:
    foreign = Incumbent(candidate="c1", title="", code="print(1)", recipe=None, score=0.8, fold_scores=(), wall_s=None)
    assert BuiltinEngineer().refine(BRIEF.model_copy(update={"incumbent": foreign, "branch": "c1"})) is None
    odd = foreign.model_copy(update={"recipe": {"made": "elsewhere"}})
    assert BuiltinEngineer().refine(BRIEF.model_copy(update={"incumbent": odd, "branch": "c1"})) is None


def refined(*skills: SkillNote, history: tuple[Attempt, ...] = (), branch: str = "c1") -> Proposal | None:
    engineer = BuiltinEngineer()
    drafted = engineer.draft(BRIEF.model_copy(update={"order": "textbook"}), 1)[0]
    incumbent = Incumbent(
        candidate="c1", title="", code=drafted.code, recipe=drafted.recipe, score=0.8, fold_scores=(), wall_s=None
    )
    told = {"incumbent": incumbent, "branch": branch, "scale": Scale.TWEAK, "skills": skills, "history": history}
    return engineer.refine(BRIEF.model_copy(update=told))


PROVEN = (note("average_folds", 2.0), note("ratios", 1.0))


def test_what_is_proven_is_applied_together_at_a_branchs_first_change() -> None:
    both = refined(*PROVEN)
    assert both is not None
    assert (both.technique, both.scale) == ("average_folds+ratios", Scale.STRUCTURAL)
    assert both.cites == ("skill-average_folds", "skill-ratios")
    alone = [refined(one) for one in PROVEN]
    assert all(one is not None and one.code != both.code for one in alone)
    weak = refined(PROVEN[0], note("ratios", PROMISING - 0.01))
    assert weak is not None
    assert weak.technique == "average_folds"


def test_where_the_bundle_is_not_kept_its_parts_are_tried_one_at_a_time() -> None:
    then = refined(*PROVEN, history=(attempt("average_folds+ratios"),))
    assert then is not None
    assert then.technique == "average_folds"
    elsewhere = refined(*PROVEN, history=(attempt("average_folds+ratios"),), branch="c2")
    assert elsewhere is not None
    assert elsewhere.technique == "average_folds"
    undecided = refined(*PROVEN, history=(attempt("average_folds+ratios", kept=None),), branch="c2")
    assert undecided is not None
    assert undecided.technique == "average_folds+ratios"


def test_what_is_tried_though_it_lost_on_average_says_why() -> None:
    often = refined(note("ratios", -0.4, chance=0.4))
    assert often is not None
    assert (often.technique, often.cites) == ("ratios", ("skill-ratios",))
    assert "lost by it on average, yet kept it more often than is usual (skill-ratios)" in often.rationale


def test_the_same_bundle_in_another_order_is_not_tried_on_another_branch() -> None:
    then = refined(*PROVEN, history=(attempt("ratios+average_folds"),), branch="c2")
    assert then is not None
    assert then.technique == "average_folds"


def test_a_repaired_prototype_was_not_refined_yet() -> None:
    found = refined(*PROVEN, history=(attempt("use_lightgbm", operator=Operator.DEBUG, kept=None),))
    assert found is not None
    assert found.technique == "average_folds+ratios"


def test_what_would_be_written_over_is_no_part_of_a_bundle() -> None:
    found = refined(note("target_encoding", 3.0), note("one_hot_encoding", 2.0), note("ratios", 1.0))
    assert found is not None
    assert found.technique == "target_encoding+ratios"


def test_what_only_this_run_saw_gain_is_no_part_of_a_bundle_and_cites_nothing() -> None:
    against = note("ratios", 1.0, claim="tabular/ratios/-")
    seen = (attempt("ratios", branch="c2", gain=0.05, kept=True),)
    found = refined(note("average_folds", 4.0), against, history=seen)
    assert found is not None
    assert found.technique == "average_folds"
    alone = refined(against, history=seen)
    assert alone is not None
    assert (alone.technique, alone.cites) == ("ratios", ())
    assert "this run saw" in alone.rationale


def test_a_repaired_bundle_may_lack_parts_so_that_none_of_them_is_taken_for_made() -> None:
    made = (attempt("winsorise+ratios", operator=Operator.DEBUG, kept=True, gain=0.05),)
    brief = BRIEF.model_copy(update={"branch": "c1", "history": made, "skills": (note("winsorise", 5.0),)})
    assert names(brief)[0] == "winsorise"


def test_what_a_kept_bundle_holds_is_no_longer_advised_nor_its_reverse_open() -> None:
    history = (attempt("winsorise+shallower_trees", kept=True, gain=0.05),)
    brief = BRIEF.model_copy(update={"branch": "c1", "history": history, "skills": (note("winsorise", 5.0),)})
    made = next(one for one in in_order(TWEAKS, brief, facts_of(brief)) if one.technique.name == "winsorise")
    assert made.evidence is None
    assert "deeper_trees" not in {one.name for one in open_techniques(TWEAKS, brief)}
    assert "deeper_trees" in {one.name for one in open_techniques(TWEAKS, BRIEF)}


def test_a_move_to_another_model_is_no_part_of_a_bundle() -> None:
    found = refined(note("use_linear", 3.0), note("average_folds", 2.0), note("ratios", 1.0))
    assert found is not None
    assert found.technique == "average_folds+ratios"


def test_a_change_and_its_reverse_are_never_made_together() -> None:
    found = refined(note("more_smaller_steps", 3.0), note("fewer_trees", 2.0), note("ratios", 1.0))
    assert found is not None
    assert found.technique == "more_smaller_steps+ratios"
