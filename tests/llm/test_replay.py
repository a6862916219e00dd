"""A recording answers what was asked then, and says how a new question differs."""

from __future__ import annotations

import pytest

from haste.llm.replay import MOST_LINES, WIDEST, ReplayModel, UnseenRequest
from haste.schema.model import Message, ModelReply, ModelRequest, Role, Stage, identity
from tests.llm.loopback import question


def reply(text: str) -> ModelReply:
    return ModelReply(text=text, model="x:m")


def test_equal_questions_get_their_answers_in_the_recorded_order():
    a, b = question("a"), question("b")
    model = ReplayModel([(a, reply("1")), (b, reply("2")), (a, reply("3"))])
    assert [model.complete(asked).text for asked in (b, question("a"), question("a"))] == ["2", "1", "3"]


def test_a_question_asked_too_often_is_told_apart_from_a_new_one():
    model = ReplayModel([(question("a"), reply("1"))])
    model.complete(question("a"))
    with pytest.raises(UnseenRequest, match="more often than it was recorded"):
        model.complete(question("a"))


def test_a_new_question_shows_how_it_differs_from_the_nearest():
    near = question("the score is 0.81\nthe same\nlines")
    far = question("something else entirely\nwith\nother lines", stable=("another role",))
    with pytest.raises(UnseenRequest) as caught:
        ReplayModel([(far, reply("1")), (near, reply("2"))], name="replay:r1").complete(
            question("the score is 0.82\nthe same\nlines")
        )
    told = str(caught.value)
    assert told.startswith("replay:r1: no recorded question equals this refine question by specialist.")
    assert "-the score is 0.81" in told
    assert "+the score is 0.82" in told
    assert "something else" not in told
    assert "You improve scripts." not in told, "what is the same is left out"


def test_the_nearest_has_the_same_stage_and_role_first():
    words = "one two\nthree\nfour"
    other_stage = question(words, stage=Stage.DRAFT)
    other_role = question(words, role=Role.REFLECT)
    same = question("nothing in common")
    with pytest.raises(UnseenRequest) as caught:
        ReplayModel([(asked, reply("")) for asked in (other_stage, other_role, same)]).complete(question(words + "!"))
    assert "-nothing in common" in str(caught.value)


def test_a_changed_schema_shows():
    asked = question()
    changed = asked.form.model_copy(update={"parameters": {"type": "object", "properties": {}}})
    with pytest.raises(UnseenRequest, match=r'-\s+"change"'):
        ReplayModel([(asked, reply(""))]).complete(asked.model_copy(update={"form": changed}))


def test_the_difference_is_bounded():
    long = "\n".join(f"{number} {'x' * 500}" for number in range(5000))
    with pytest.raises(UnseenRequest) as caught:
        ReplayModel([(question("short"), reply(""))]).complete(question(long))
    lines = str(caught.value).splitlines()
    assert len(lines) <= MOST_LINES + 2
    assert max(map(len, lines[1:])) <= WIDEST + 3
    assert "lines more" in lines[-1]


def test_an_empty_recording():
    with pytest.raises(UnseenRequest, match="the recording is empty"):
        ReplayModel([]).complete(question())


def test_the_identity_survives_a_trip_through_json_and_sees_every_field():
    asked = question()
    assert identity(ModelRequest.model_validate_json(asked.model_dump_json())) == identity(asked)
    changes = {
        "role": Role.REFLECT,
        "stage": Stage.DEBUG,
        "stable": ("x",),
        "messages": (Message(author="user", text="x"),),
        "form": asked.form.model_copy(update={"description": "x"}),
        "max_output_tokens": 1,
    }
    assert changes.keys() == ModelRequest.model_fields.keys()
    others = {identity(asked.model_copy(update={name: value})) for name, value in changes.items()}
    assert len(others | {identity(asked)}) == len(changes) + 1
    assert identity(asked).startswith("sha256:")
