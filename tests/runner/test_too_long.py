"""Questions that are too long for a model, or that allow it more of an answer than it can write."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.agents.llm.engineer import LlmEngineer
from haste.llm.scripted import ScriptedModel
from haste.runner.asking import Unanswered
from haste.runner.context import Models
from haste.runner.promotion_talk import Talk
from haste.schema.events import RunResumed
from haste.schema.model import Fault, ModelReply, ModelRequest
from haste.store.files import FileStore
from tests.agents.llm.briefs import bare, refining
from tests.agents.llm.filling import fill

from .asking import FlatPrices, Table, answer, fault, request

TOO_LONG = fault(Fault.CONTEXT_TOO_LONG)
TOO_MUCH = fault(Fault.OUTPUT_TOO_LONG)


def shortening(*texts: str):
    """Asks for less while it can, then for the whole once more."""
    while True:
        for text in texts:
            reply = yield request(text)
            if reply.stop not in ("context_too_long", "output_too_long"):
                return reply.arguments


@pytest.mark.parametrize(("kind", "stop"), [(TOO_LONG, "context_too_long"), (TOO_MUCH, "output_too_long")])
def test_what_is_too_long_is_told_to_who_asks(kind, stop):
    def thinking():
        return (yield request("long")).stop

    assert Table([kind]).hold(thinking()) == stop


@pytest.mark.parametrize("kind", [TOO_LONG, TOO_MUCH])
def test_for_whom_the_least_is_too_long_is_given_up_and_the_fall_back_is_asked_the_whole(kind):
    table = Table([kind] * 3, fallback=[kind, answer(request("short"), n=1)])
    assert table.hold(shortening("long", "short")) == '{"n": 1}'
    assert [one.messages[0].text for one in table.main.asked] == ["long", "short", "long"]
    assert [one.messages[0].text for one in table.other.asked] == ["long", "short"]
    (failed,) = table.events("model_failed")
    assert (failed.model, failed.fault, failed.pause_s, failed.bound) == ("openai:one", kind.fault, None, None)
    assert not table.state.given_up
    assert table.state.spending.usd == pytest.approx(1.2)


def test_where_the_least_is_too_long_for_all_the_run_stops_such_that_it_can_be_resumed():
    table = Table([TOO_LONG] * 3, fallback=[TOO_LONG] * 3)
    with pytest.raises(Unanswered) as silence:
        table.hold(shortening("long", "short"))
    assert silence.value.limit is None
    assert table.state.given_up
    table.append(RunResumed(code_version="0"))
    table.main = ScriptedModel([TOO_LONG, answer(request("short"), n=2)])  # somebody gave the server more room
    table.reread()
    assert table.hold(shortening("long", "short")) == '{"n": 2}'


@pytest.mark.parametrize("kind", [TOO_LONG, TOO_MUCH])
def test_the_engineers_own_questions_come_to_an_end(kind):
    for thinking in (LlmEngineer().refine(refining("affairs")), LlmEngineer().draft(bare("affairs"), 3)):
        table = Table(lambda asked: kind)
        with pytest.raises(Unanswered):
            table.hold(thinking)
        assert table.state.given_up
        assert len(table.main.asked) in (6, 7)


def limited(most: int):
    """A model that can write so much."""

    def speak(asked: ModelRequest) -> ModelReply | Exception:
        return TOO_MUCH if asked.max_output_tokens > most else fill(asked)

    return speak


@pytest.mark.parametrize(
    ("most", "cap", "asked_for"),
    [
        (8000, None, [16000, 8000]),
        (8000, 8000, [8000]),
        (20000, 10000, [10000]),
        (8000, 10000, [10000, 8000]),
        (3000, 5000, [5000, 4000, 2000]),
    ],
)
def test_no_more_output_is_allowed_than_the_person_says(most: int, cap: int | None, asked_for: list[int]):
    table = Table(limited(most), max_output_tokens=cap)
    table.hold(LlmEngineer().refine(refining("affairs")))
    assert [one.max_output_tokens for one in table.main.asked] == asked_for


def test_a_cap_below_what_helps_comes_to_an_end_too():
    table = Table(limited(100), max_output_tokens=500)
    with pytest.raises(Unanswered):
        table.hold(LlmEngineer().refine(refining("affairs")))
    assert [one.max_output_tokens for one in table.main.asked] == [500, 500]


def test_outside_a_run_it_is_not_kept_that_something_was_too_long(tmp_path: Path):
    store = FileStore(tmp_path)
    store.claim()
    for spoken, said in (([TOO_LONG] * 3, None), ([TOO_LONG, answer(request("short"), n=1)], '{"n": 1}')):
        model = ScriptedModel(spoken)
        talk = Talk(Table([]).config, Models(model, FlatPrices()), store, pause=lambda _: None)
        if said is None:
            with pytest.raises(Unanswered):
                talk.settle(shortening("long", "short"))
        else:
            assert talk.settle(shortening("long", "short")) == said
        assert len(model.asked) == len(spoken)
    store.close()
