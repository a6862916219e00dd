"""What follows a reply: an answer, a follow-up with the reason, a shorter prompt, or the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from haste.agents.engineer import Rejected
from haste.agents.llm.ask import FOLLOW_UPS
from haste.agents.llm.engineer import LlmEngineer
from haste.schema.brief import Brief
from haste.schema.knowledge import Status, Tier, Verdict
from haste.schema.model import ModelReply, ModelRequest, Role, Stage, Usage
from haste.schema.solution import Diagnosis, Operator, Proposal, Scale, Unusable

from .briefs import NOTES, attempt, bare, failing, note, refining
from .filling import fill, prototype, refinement, said, script, written
from .settle import replies, settle
from .shown import LISTING, promotion

ENGINEER = LlmEngineer()
GOOD_EDIT = {"search": "SEED = 0", "replace": "SEED = 1"}
TOO_LONG = written("", stop="context_too_long")
CUT_OFF = said('{"diagnosis": "overf', stop="length").model_copy(update={"usage": Usage(output=16000)})


def refine(*ready: ModelReply) -> tuple[Proposal | Unusable | None, list[ModelRequest]]:
    seen: list[ModelRequest] = []
    return settle(ENGINEER.refine(refining("affairs")), replies(*ready), seen), seen


def test_a_refinement_becomes_a_proposal() -> None:
    proposal, seen = refine(said(refinement(edits=[GOOD_EDIT], cites=["average-seeds", "no-such-note"])))
    assert isinstance(proposal, Proposal)
    assert "SEED = 1" in proposal.code
    assert (proposal.technique, proposal.diagnosis, proposal.scale) == (
        "other_weight", Diagnosis.OVERFITTING, Scale.TWEAK,
    )  # fmt: skip
    assert proposal.cites == ("average-seeds",)
    assert proposal.expected == "a little"
    (request,) = seen
    assert (request.role, request.stage, request.form.name) == (Role.SPECIALIST, Stage.REFINE, "propose_change")


def test_a_change_of_another_scale_than_asked_is_counted_as_its_own() -> None:
    for technique, scale, asked in (
        ("blend_with_linear", Scale.STRUCTURAL, Scale.TWEAK), ("lightgbm", Scale.APPROACH, Scale.TWEAK),
        ("average_seeds", Scale.TWEAK, None), ("my_own", Scale.TWEAK, None),
    ):  # fmt: skip
        proposal, _ = refine(said(refinement(edits=[GOOD_EDIT], technique=technique)))
        assert isinstance(proposal, Proposal)
        assert (proposal.scale, proposal.asked) == (scale, asked)


def test_a_whole_script_will_do() -> None:
    proposal, _ = refine(said(refinement(script=script())))
    assert isinstance(proposal, Proposal)
    assert proposal.code == script()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (said(refinement(edits=[{"search": "SEED = 99", "replace": ""}])), "does not occur"),
        (said(refinement(edits=[{"search": "SEED", "replace": "S"}])), "occurs"),
        (said(refinement(edits=[{"search": '"submission.csv"', "replace": '"out.csv"'}])), "never writes"),
        (said(refinement(script='open("/etc/passwd")')), "absolute path"),
        (said(refinement()), "neither edits nor a script"),
        (said(refinement(edits=[GOOD_EDIT]) | {"diagnosis": "tired"}), "`diagnosis`: input should be"),
        (written("I think we should use a forest."), "no JSON object"),
        (written(""), "empty"),
        (CUT_OFF, "cut off at 16000 tokens. Hand over edits only"),
    ],
)
def test_an_unusable_reply_is_sent_back_with_the_reason(bad: ModelReply, reason: str) -> None:
    proposal, (first, second) = refine(bad, said(refinement(edits=[GOOD_EDIT])))
    assert isinstance(proposal, Proposal)
    assert second.stable == first.stable
    assert reason in second.messages[-1].text
    assert second.messages[0].text.startswith(first.messages[0].text)
    assert second.messages[-1].author == "user"
    shown = [message.text for message in second.messages if message.author == "model"]
    assert shown == ([] if bad in (CUT_OFF, written("")) else [bad.arguments or bad.text])


def test_what_stays_unusable_is_given_up_with_the_last_reason() -> None:
    bad = said(refinement())
    answer, seen = refine(*[bad] * (FOLLOW_UPS + 1))
    assert answer == Unusable(reason="there are neither edits nor a script")
    assert len({request.model_dump_json() for request in seen}) == len(seen) == FOLLOW_UPS + 1


def test_a_refusal_is_the_end() -> None:
    answer, seen = refine(written("I cannot help with affairs.", stop="refused"))
    assert answer == Unusable(reason="the model refused: I cannot help with affairs.")
    assert len(seen) == 1


def wordy(**more: Any) -> Brief:
    """A competition whose authors had much to say."""
    brief = refining("affairs", **more)
    competition = brief.competition.model_copy(update={"description": "Words, words, words. " * 200})
    return brief.model_copy(update={"competition": competition})


def until_all_was_asked_again(answer: Any, stop: str) -> list[ModelRequest]:
    """What is asked of somebody for whom everything is too long; it begins anew at the end."""
    seen: list[ModelRequest] = []
    request, reply = next(answer), written("", stop=stop, usage=Usage(input=0, output=0))
    while request not in seen:
        seen.append(request)
        request = answer.send(reply)
    assert request == seen[0]
    answer.close()
    return seen


def test_a_prompt_that_is_too_long_loses_skills_then_history_then_description() -> None:
    seen = until_all_was_asked_again(ENGINEER.refine(wordy()), "context_too_long")
    full, half, bare_, recent, least = seen
    names = [note.name for note in NOTES]
    assert [name for name in names if f"## {name}" in "".join(full.stable)] == names
    assert [name for name in names if f"## {name}" in "".join(half.stable)] == ["average-seeds", "c-other-avoid-ratios"]
    assert len(bare_.stable) == 3
    assert bare_.messages == half.messages == full.messages
    assert "earlier, tweak" in bare_.messages[0].text
    assert "earlier, tweak" not in recent.messages[0].text
    assert "characters left out" in least.stable[1]
    assert [len(r.stable[-1]) for r in seen] == [len(full.stable[-1])] * 5  # the script itself is never cut


def test_a_shorter_prompt_may_succeed() -> None:
    proposal, seen = refine(TOO_LONG, said(refinement(edits=[GOOD_EDIT])))
    assert isinstance(proposal, Proposal)
    assert len(seen) == 2


def test_a_shorter_prompt_leaves_less_room_for_the_answer_too() -> None:
    seen = until_all_was_asked_again(ENGINEER.refine(wordy(skills=(), history=())), "context_too_long")
    described = ["characters left out" in request.stable[1] for request in seen]
    assert described == [False, True, True, True, True]
    assert [request.max_output_tokens for request in seen] == [16000, 8000, 4000, 2000, 1000]


def test_an_answer_that_may_be_too_long_is_allowed_less_and_nothing_else_changes() -> None:
    seen = until_all_was_asked_again(ENGINEER.draft(bare("affairs"), 3), "output_too_long")
    assert [request.max_output_tokens for request in seen] == [32000, 16000, 8000, 4000, 2000, 1000]
    assert len({request.model_copy(update={"max_output_tokens": 1}).model_dump_json() for request in seen}) == 1
    small = LlmEngineer().classify(bare("affairs"))
    assert until_all_was_asked_again(small, "output_too_long")[-1].max_output_tokens == 1000


def test_what_was_allowed_less_stays_so_after_a_reply_that_is_no_use() -> None:
    seen: list[ModelRequest] = []
    too_much = written("", stop="output_too_long")
    cut_off = CUT_OFF.model_copy(update={"usage": Usage(output=8000)})
    proposal = settle(
        ENGINEER.refine(refining("affairs")),
        replies(too_much, cut_off, too_much, said(refinement(edits=[GOOD_EDIT]))),
        seen,
    )
    assert isinstance(proposal, Proposal)
    assert [request.max_output_tokens for request in seen] == [16000, 8000, 8000, 4000]
    assert "cut off at 8000 tokens" in seen[3].messages[-1].text


def test_an_answer_that_was_begun_again_and_again_is_not_paid_for_without_end() -> None:
    begun = written("", stop="context_too_long", usage=Usage(input=190_000, output=100))
    answer = settle(ENGINEER.refine(refining("affairs")), lambda _: begun)
    assert isinstance(answer, Unusable)
    assert "no room" in answer.reason


@pytest.mark.parametrize("name", ["affairs", "sign-names"])
def test_a_run_of_one_specialist_shares_its_prefix(name: str) -> None:
    later = refining(name, tried=30, seed=99, iterations_left=1, time_left_s=5.0, branch="c2")
    answers = (
        ENGINEER.refine(refining(name)), ENGINEER.refine(later), ENGINEER.draft(refining(name), 3),
        ENGINEER.debug(failing(name)), ENGINEER.reflect(later),
    )  # fmt: skip
    requests = []
    for answer in answers:
        settle(answer, fill, requests)
    prefixes = {json.dumps(request.stable[:3]) for request in requests}
    assert len(prefixes) == 1
    assert requests[0].stable == requests[1].stable  # the incumbent's script is the same, too
    assert len(requests[0].stable) == 4


def test_asked_the_same_it_asks_the_same() -> None:
    first, second = refine(said(refinement(script=script())))[1], refine(said(refinement(script=script())))[1]
    assert first == second


def draft(*ready: ModelReply, count: int = 3) -> tuple[object, list[ModelRequest]]:
    seen: list[ModelRequest] = []
    return settle(ENGINEER.draft(bare("affairs"), count), replies(*ready), seen), seen


def drafts(*ones: dict[str, object]) -> ModelReply:
    return said({"prototypes": list(ones)})


def test_three_prototypes_in_one_call() -> None:
    made, seen = draft(drafts(*(prototype(n) for n in range(3))))
    assert isinstance(made, tuple)
    assert [one.technique for one in made] == ["use_linear", "use_lightgbm", "use_neighbours"]
    assert all(one.scale is Scale.APPROACH for one in made)
    assert len(seen) == 1


def test_only_what_cannot_be_used_is_asked_for_again() -> None:
    bad = prototype(1, script="print(0.9)")
    made, (_, second) = draft(drafts(prototype(0), bad, prototype(2)), drafts(prototype(1)))
    assert isinstance(made, tuple)
    assert [one.technique for one in made] == ["use_linear", "use_neighbours", "use_lightgbm"]
    assert "prototype 2 (Prototype use_lightgbm): it never writes" in second.messages[-1].text
    assert "replacements for these prototypes only" in second.messages[-1].text


def test_two_of_one_family_are_not_different() -> None:
    twin = prototype(0, title="The same again")
    made, (_, second) = draft(drafts(prototype(0), twin), drafts(prototype(1)), count=2)
    assert isinstance(made, tuple)
    assert "`use_linear` is that of an earlier prototype" in second.messages[-1].text


def test_good_prototypes_survive_bad_ones() -> None:
    bad = drafts(prototype(1, script="x = ("))
    made, seen = draft(drafts(prototype(0), prototype(1, script="x = (")), bad, bad)
    assert isinstance(made, tuple)
    assert len(made) == 1
    assert len(seen) == FOLLOW_UPS + 1
    assert draft(*[bad] * 3)[0] == Unusable(reason="prototype 1 (Prototype use_lightgbm): the script does not parse: "
                                            "'(' was never closed, line 1: x = (.")  # fmt: skip


def test_a_repair_keeps_the_failed_changes_name_and_scale() -> None:
    tried = attempt("c17", technique="ratios", scale=Scale.STRUCTURAL, diagnosis=Diagnosis.FEATURE_GAP)
    brief = failing("affairs").model_copy(update={"history": (tried,)})
    repaired = settle(ENGINEER.debug(brief), fill)
    assert isinstance(repaired, Proposal)
    assert (repaired.technique, repaired.scale, repaired.diagnosis) == (
        "ratios", Scale.STRUCTURAL, Diagnosis.FEATURE_GAP,
    )  # fmt: skip
    assert "EXTRA = 1" in repaired.code


LESSON = {
    "supports": ["c12", "c6"], "statement": "Target encoding\n brought nothing.", "tier": "domain",
    "action": "target_encoding", "polarity": "-", "conditions": ["max_cardinality < 20"],
}  # fmt: skip


OTHER = LESSON | {"supports": ["c8"], "statement": "Something else did as little.", "action": "something_else"}


def test_figures_of_a_learning_are_counted_not_believed() -> None:
    brief = refining("affairs")
    (learning, _) = settle(ENGINEER.reflect(brief), replies(said({"learnings": [LESSON | {"gain": 99}, OTHER]})))
    assert learning.statement == "Target encoding brought nothing."
    assert learning.claim == "tabular/target_encoding/-"  # the situation that a skill has for this technique
    assert (learning.tier, learning.technique) == (Tier.DOMAIN, "target_encoding")
    assert (learning.tried, learning.kept, learning.gain) == (2, 0, pytest.approx(-2.0))  # c6 crashed
    assert [str(condition) for condition in learning.conditions] == ["max_cardinality < 20"]
    assert (learning.domain, learning.competition) == ("tabular", "affairs")


def test_a_learning_says_on_how_many_folds_its_gains_rest() -> None:
    folds = {"c12": (-0.012, -0.008), "c6": (0.1, 0.1, 0.1), "c8": ()}
    past = tuple(
        attempt(name, gain=-0.01, noise=1e-18 if name == "c6" else 0.002, fold_gains=gains)
        for name, gains in folds.items()
    )
    brief = refining("affairs", history=past)
    (learning, _) = settle(ENGINEER.reflect(brief), replies(said({"learnings": [LESSON, OTHER]})))
    assert learning.gain == pytest.approx(-5.0)
    assert learning.folds == (2,)  # equal folds are no certainty
    asked = promotion()
    for told, words in (((), "+1.4 noise."), ((5,), "noise, over 5 folds."), ((5, 2, 5), "noise, over 5 and 2 folds."),
                        ((1,), "noise, over 1 fold.")):  # fmt: skip
        judged = asked.learning.model_copy(update={"folds": told})
        seen: list[ModelRequest] = []
        settle(ENGINEER.promote(asked.model_copy(update={"learning": judged})), replies(said(JUDGED)), seen)
        assert words in seen[0].messages[0].text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"supports": ["c99"]}, "not on c99"),
        ({"supports": []}, "not on none"),
        ({"conditions": ["rows are many"]}, "not a condition"),
        ({"conditions": ["wealth > 3"]}, "no fact `wealth`"),
        ({"statement": " "}, "lacks its statement"),
        ({"polarity": "maybe"}, "`learnings.0.polarity`"),
    ],
)
def test_a_learning_rests_on_what_was_tried(change: dict[str, object], reason: str) -> None:
    seen: list[ModelRequest] = []
    ready = replies(said({"learnings": [LESSON | change, OTHER]}), said({"learnings": [LESSON, OTHER]}))
    assert len(settle(ENGINEER.reflect(refining("affairs")), ready, seen)) == 2
    assert reason in seen[1].messages[-1].text


def test_a_run_ends_without_learnings_where_none_can_be_read() -> None:
    unusable = settle(ENGINEER.reflect(refining("affairs")), replies(*[written("no")] * 3))
    assert isinstance(unusable, Unusable)
    assert settle(ENGINEER.reflect(bare("affairs")), replies()) == ()  # and is not even asked


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_learnings_are_sent_back(count: int) -> None:
    seen: list[ModelRequest] = []
    ready = replies(said({"learnings": [LESSON][:count]}), said({"learnings": [LESSON, OTHER]}))
    assert len(settle(ENGINEER.reflect(refining("affairs")), ready, seen)) == 2
    assert f"there are {count} learnings, and 2 are the least" in seen[1].messages[-1].text


def test_one_candidate_teaches_one_learning_at_most_if_it_must() -> None:
    brief = refining("affairs", history=(attempt("c12"),))
    (learning,) = settle(ENGINEER.reflect(brief), replies(said({"learnings": [LESSON | {"supports": ["c12"]}]})))
    assert learning.supports == ("c12",)


def test_a_domain_is_one_of_the_six_or_there_is_no_usable_word() -> None:
    assert settle(ENGINEER.classify(bare("sign-names")), fill) == "tabular"
    assert isinstance(settle(ENGINEER.classify(bare("sign-names")), replies(*[written("?")] * 3)), Unusable)


JUDGED = {
    "reason": "It follows from the method.",
    "verdict": "domain",
    "statement": "Encode by means.",
    "conditions": [],
}


def test_a_verdict_is_a_proposal() -> None:
    seen: list[ModelRequest] = []
    proposal = settle(ENGINEER.promote(promotion()), replies(said(JUDGED)), seen)
    assert proposal is not None
    assert (proposal.verdict, proposal.statement) == (Verdict.DOMAIN, "Encode by means.")
    assert "affairs" not in json.dumps(seen[0].model_dump(mode="json"))  # the competition is not named
    assert (seen[0].role, seen[0].stage) == (Role.ORCHESTRATOR, Stage.PROMOTE)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "conflict"}, "must name the skill"),
        ({"duplicates": "some-skill"}, "`some-skill` is none of the known skills"),
        ({"statement": ""}, "needs the learning in general terms"),
        ({"conditions": ["cores > 2"]}, "no fact `cores`"),
    ],
)
def test_a_verdict_is_checked(change: dict[str, object], reason: str) -> None:
    seen: list[ModelRequest] = []
    assert settle(ENGINEER.promote(promotion()), replies(said(JUDGED | change), said(JUDGED)), seen) is not None
    assert reason in seen[1].messages[-1].text


def test_without_a_verdict_counting_decides() -> None:
    assert settle(ENGINEER.promote(promotion()), replies(written("", stop="refused"))) is None


def test_settings_are_toml_or_are_asked_for_again() -> None:
    bad, good = {"reason": "", "toml": "metric roc_auc"}, {"reason": "", "toml": '```toml\nmetric = "roc_auc"\n```'}
    seen: list[ModelRequest] = []
    assert settle(ENGINEER.infer(LISTING), replies(said(bad), said(good)), seen) == 'metric = "roc_auc"\n'
    assert "that is not TOML" in seen[1].messages[-1].text


def test_the_harness_error_comes_back_with_what_was_written() -> None:
    seen: list[ModelRequest] = []
    settle(ENGINEER.infer(LISTING, (), Rejected('target = "x"', "no column x")), fill, seen)
    assert 'target = "x"' in seen[0].messages[0].text
    assert "no column x" in seen[0].messages[0].text


def test_there_is_nothing_to_ask_without_an_incumbent_or_a_failure() -> None:
    assert ENGINEER.refine(bare("affairs")) is None
    assert ENGINEER.debug(bare("affairs")) is None


def test_conditions_that_do_not_hold_rank_a_note_last() -> None:
    seen: list[ModelRequest] = []
    unmet = note("unmet", conditions=NOTES[1].conditions)
    unproven = note("unproven", status=Status.CANDIDATE)
    brief = refining("affairs", skills=(unmet, unproven))
    settle(ENGINEER.refine(brief), replies(TOO_LONG, said(refinement(script=script()))), seen)
    assert "## unproven" in "".join(seen[1].stable)
    assert "## unmet" not in "".join(seen[1].stable)


def test_names_are_the_lists_where_it_has_them() -> None:
    made, _ = draft(drafts(prototype(0, technique="Extra Trees"), prototype(1, technique="use_extra_trees")),
                    drafts(prototype(2)), count=2)  # fmt: skip
    assert isinstance(made, tuple)
    assert [one.technique for one in made] == ["use_extra_trees", "use_neighbours"]  # the second was the first's family
    lesson = LESSON | {"action": "extra_trees", "tier": "global"}
    (learning, _) = settle(ENGINEER.reflect(refining("affairs")), replies(said({"learnings": [lesson, OTHER]})))
    assert (learning.technique, learning.claim) == ("use_extra_trees", "any/use_extra_trees/-")
    own = LESSON | {"action": "my_trick"}
    (learning, _) = settle(ENGINEER.reflect(refining("affairs")), replies(said({"learnings": [own, OTHER]})))
    assert learning.claim == "tabular/my_trick/-"


def test_what_was_averaged_at_the_end_supports_nothing() -> None:
    average = attempt("c99", operator=Operator.ENSEMBLE, gain=None)
    brief = refining("affairs")
    brief = brief.model_copy(update={"history": (*brief.history, average)})
    seen: list[ModelRequest] = []
    ready = replies(said({"learnings": [LESSON | {"supports": ["c99"]}, OTHER]}), said({"learnings": [LESSON, OTHER]}))
    assert len(settle(ENGINEER.reflect(brief), ready, seen)) == 2
    assert "not on c99" in seen[1].messages[-1].text


def test_notes_are_asked_about_only_where_there_are_some() -> None:
    for skills, asked in ((NOTES, True), ((), False)):
        seen: list[ModelRequest] = []
        settle(ENGINEER.refine(refining("affairs", skills=skills)), fill, seen)
        assert ("cites" in seen[0].form.parameters["properties"]) is asked


def test_another_branchs_script_is_shown_where_a_change_may_reach_it_and_goes_first() -> None:
    for scale, shown in ((Scale.TWEAK, False), (Scale.STRUCTURAL, True), (Scale.APPROACH, True)):
        seen: list[ModelRequest] = []
        answer = ENGINEER.refine(refining("affairs", scale=scale))
        settle(answer, replies(TOO_LONG, said(refinement(script=script()))), seen)
        assert [("RANKS = True" in "".join(request.stable)) for request in seen] == [shown, False]
        assert seen[0].stable[3].startswith("# The incumbent's script: c4, ")
