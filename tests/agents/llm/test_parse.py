from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from haste.agents.llm.parse import read
from haste.agents.llm.replies import _FORMS, ClassifyReply, DebugReply, DraftReply, RefineReply, form
from haste.agents.llm.unfit import Unfit
from haste.schema.model import ModelReply

from .filling import prototype, refinement, said, written

GOOD = {"reason": "words", "domain": "text"}
TEXT = json.dumps(GOOD)


@pytest.mark.parametrize(
    "reply",
    [
        said(GOOD, "classify_competition"),
        said(GOOD, "some_other_form"),
        said(GOOD | {"confidence": 0.9}),
        said(GOOD | {"domain": " Text "}),
        said({"name": "classify_competition", "arguments": GOOD}),
        said({"name": "classify_competition", "arguments": TEXT}),
        said({"classify_competition": GOOD}),
        written(TEXT),
        written(f"Here it is:\n```json\n{TEXT}\n```\nI hope {{this}} helps."),
        written(f"{{not json}} but then {TEXT} and more"),
        written(f'First a wrong one {{"a": 1}}, then {TEXT}'),
        written(f"<tool_call>{json.dumps({'name': 'classify_competition', 'parameters': GOOD})}</tool_call>"),
    ],
)
def test_the_wrapping_does_not_matter(reply: ModelReply) -> None:
    assert read(reply, ClassifyReply).domain == "text"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (written(""), "empty"),
        (said(""), "empty"),
        (written("  \n "), "empty"),
        (written("I would rather talk."), "no JSON object for `classify_competition`"),
        (written('{"reason": "cut off in the mid'), "no JSON object"),
        (said([1, 2]), "no JSON object"),
        (said({"reason": "x"}), "`domain`: field required"),
        (said(GOOD | {"domain": "genomics"}), "`domain`: input should be 'tabular', 'text'"),
        (said({"x": 1}, "other"), "`other` was filled in instead of `classify_competition`"),
    ],
)
def test_what_cannot_be_read_is_said_precisely(reply: ModelReply, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        read(reply, ClassifyReply)


def test_lists_may_come_as_text_and_optional_fields_not_at_all() -> None:
    edits = [{"search": "a", "replace": None}]
    reply = refinement(edits=json.dumps(edits), cites="one, two", diagnosis="Feature gap", technique="Log: Target!")
    read_back = read(said({k: v for k, v in reply.items() if k != "script"} | {"expected": None}), RefineReply)
    assert (read_back.edits[0].search, read_back.edits[0].replace) == ("a", "")
    assert read_back.cites == ("one", "two")
    assert read_back.diagnosis.value == "feature_gap"
    assert read_back.technique == "log_target"
    assert (read_back.script, read_back.expected) == ("", "")
    assert read(said({"cause": "x", "title": "y", "edits": None, "script": "z"}), DebugReply).edits == ()


def test_raw_line_ends_inside_strings_are_read() -> None:
    text = json.dumps({"prototypes": [prototype(0)]}).replace("\\n", "\n")
    assert read(written(text), DraftReply).prototypes[0].script.count("\n") > 5


@pytest.mark.parametrize("model", list(_FORMS))
def test_forms_are_plain_schemas_in_the_order_of_thought(model: type[BaseModel]) -> None:
    made = form(model)  # type: ignore[arg-type]
    text = json.dumps(made.parameters)
    assert "$ref" not in text
    assert "$defs" not in text
    assert made.parameters["additionalProperties"] is False
    assert list(made.parameters["properties"]) == list(model.model_fields)
    for word in ("A form.", "Where a skill is believed", "How far a refinement"):  # docstrings of ours
        assert word not in text
    _closed(made.parameters)


def _closed(node: Any) -> None:
    if isinstance(node, dict):
        assert node.get("type") != "object" or node.get("additionalProperties") is False
        for value in node.values():
            _closed(value)


DEEP = 100_000  # a model that repeats one sign until it is stopped


@pytest.mark.parametrize("text", ['{"reason":' * DEEP, '{"reason": ' + "[" * DEEP])
@pytest.mark.parametrize("say", [said, written])
def test_what_is_nested_without_end_is_unusable_and_no_crash(text: str, say: Any) -> None:
    with pytest.raises(Unfit, match="no JSON object"):
        read(say(text), ClassifyReply)


def test_a_list_as_text_that_is_nested_without_end_is_no_list() -> None:
    assert read(said(refinement(cites="[" * DEEP)), RefineReply).cites == ("[" * DEEP,)
    with pytest.raises(Unfit, match="edits"):
        read(said(refinement(edits="[" * DEEP)), RefineReply)


def test_half_a_character_is_replaced_wherever_it_stands() -> None:
    edits = json.dumps([{"search": "a \ud83d", "replace": "b \udc00"}])
    made = read(said(refinement(title="half \ud83d", edits=edits, cites='["\ud83d"]')), RefineReply)
    assert made.model_dump_json()
    assert (made.title, made.edits[0].search, made.cites) == ("half ?", "a ?", ("?",))
