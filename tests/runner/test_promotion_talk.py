"""Asking about learnings outside a run: paid once, recorded, capped; and a round that a model judges."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from haste.agents.engineer import Answer
from haste.llm.scripted import ScriptedModel, filled
from haste.runner.asking import Unanswered
from haste.runner.context import Models
from haste.runner.promotion import Writer, judge_of, settle_round
from haste.runner.promotion_talk import Talk
from haste.runner.skill_store import Reading
from haste.schema.config import Budget, ModelConfig, RunConfig
from haste.schema.events import ModelAsked, ModelFailed, ModelReplied
from haste.schema.knowledge import PromotionBrief, PromotionProposal
from haste.schema.model import (
    Bound,
    Fault,
    Message,
    ModelFault,
    ModelReply,
    ModelRequest,
    ReplyForm,
    Role,
    Stage,
    Usage,
)
from haste.skills.inventory import load_inventory
from haste.skills.promote import Shelf
from haste.store.files import FileStore
from haste.store.inventory import SkillFiles

from ..skills.making import learning


def request(text: str = "what is it worth?") -> ModelRequest:
    return ModelRequest(
        role=Role.ORCHESTRATOR,
        stage=Stage.PROMOTE,
        stable=("be brief",),
        messages=(Message(author="user", text=text),),
        form=ReplyForm(name="verdict", description="", parameters={"type": "object"}),
        max_output_tokens=100,
    )


def asking(*texts: str) -> Generator[ModelRequest, ModelReply, list[str]]:
    said = []
    for text in texts:
        reply = yield request(text)
        said.append(reply.arguments or reply.stop)
    return said


class Flat:
    """A cent a call."""

    def bound(self, model: str, request: ModelRequest) -> Bound:
        return Bound(tokens=150, usd=0.01)

    def usd(self, model: str, usage: Usage) -> float | None:
        return None if usage.input is None else 0.01


def answer(asked: ModelRequest) -> ModelReply:
    return filled(asked, {"echo": asked.messages[-1].text}, usage=Usage(input=40, output=10))


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    opened: list[FileStore] = []

    def begin(folder: Path, model: ScriptedModel, budget: Budget | None = None) -> Talk:
        config = RunConfig(competition="", model="scripted:model", budget=budget or Budget())
        config = config.model_copy(update={"models": ModelConfig(attempts=3)})
        opened.append(FileStore(folder))
        return Talk(config, Models(model, Flat()), opened[-1], clock=lambda: 0.0, pause=lambda _: None)

    yield begin
    for store in opened:
        store.close()


Begin = Callable[..., Talk]


def test_an_answer_that_needs_nobody_asks_nobody(tmp_path: Path, talk: Begin) -> None:
    model = ScriptedModel([])
    assert talk(tmp_path, model).settle(None) is None
    assert list(FileStore(tmp_path).read()) == []


def test_replies_are_recorded_with_their_cost_and_not_paid_again(tmp_path: Path, talk: Begin) -> None:
    first = talk(tmp_path, ScriptedModel(answer))
    assert first.settle(asking("a", "b")) == ['{"echo": "a"}', '{"echo": "b"}']
    assert (first.spent.calls, first.spent.usd, first.spent.most_tokens) == (2, 0.02, 100)
    first.store.close()  # type: ignore[attr-defined]
    events = [entry.event for entry in FileStore(tmp_path).read()]
    assert [type(one) for one in events] == [ModelAsked, ModelReplied] * 2
    later = ScriptedModel(answer)
    second = talk(tmp_path, later)
    assert second.settle(asking("a", "b", "c")) == ['{"echo": "a"}', '{"echo": "b"}', '{"echo": "c"}']
    assert [one.messages[-1].text for one in later.asked] == ["c"]
    assert second.spent.calls == 1


@pytest.mark.parametrize(
    ("budget", "limit"), [(Budget(max_usd=0.025), "cost_limit"), (Budget(max_tokens=249), "token_limit")]
)
def test_a_call_that_could_pass_a_cap_is_not_made(tmp_path: Path, talk: Begin, budget: Budget, limit: str) -> None:
    model = ScriptedModel(answer)
    with pytest.raises(Unanswered) as end:
        talk(tmp_path, model, budget).settle(asking("a", "b", "c", "d"))
    assert end.value.limit == limit
    assert len(model.asked) == 2
    assert sum(1 for _ in FileStore(tmp_path).read()) == 4


def test_passing_faults_are_asked_again_and_others_are_not(tmp_path: Path, talk: Begin) -> None:
    busy = ModelFault(Fault.OVERLOADED, "busy", model="scripted:model")
    model = ScriptedModel([busy, busy, answer(request("a"))])
    assert talk(tmp_path / "x", model).settle(asking("a")) == ['{"echo": "a"}']
    kinds = [type(entry.event) for entry in FileStore(tmp_path / "x").read()]
    assert kinds == [ModelAsked, ModelFailed, ModelAsked, ModelFailed, ModelAsked, ModelReplied]
    for fault, times in ((busy, 3), (ModelFault(Fault.BAD_KEY, "no", model="scripted:model"), 1)):
        refusing = ScriptedModel([fault] * 5)
        with pytest.raises(Unanswered) as end:
            talk(tmp_path / fault.fault, refusing).settle(asking("a"))
        assert end.value.limit is None
        assert len(refusing.asked) == times


def test_too_long_a_context_is_told_to_who_asks(tmp_path: Path, talk: Begin) -> None:
    long = ModelFault(Fault.CONTEXT_TOO_LONG, "too long", model="scripted:model")
    assert talk(tmp_path, ScriptedModel([long])).settle(asking("a")) == ["context_too_long"]


class Asker:
    """An engineer that asks for each verdict, and takes the word for it."""

    def promote(self, brief: PromotionBrief) -> Answer[PromotionProposal | None]:
        def think() -> Generator[ModelRequest, ModelReply, PromotionProposal | None]:
            reply = yield request(brief.learning.statement)
            return PromotionProposal.model_validate_json(reply.arguments or "")

        return think()


def verdict(asked: ModelRequest) -> ModelReply:
    said = {"verdict": "global", "reason": "anybody can use it", "statement": "Shrink what is rare."}
    return filled(asked, said, usage=Usage(input=40, output=10))


def test_a_round_is_judged_by_the_model_and_stops_whole_at_the_cap(tmp_path: Path, talk: Begin) -> None:
    names = ("te", "lags", "bins")
    pending = tuple(
        learning(f"r{n}", technique=name, claim=f"any/{name}/+", statement=f"Advice on {name} in its own words.")
        for n, name in enumerate(names)
    )
    files = SkillFiles(tmp_path / "skills")
    files.create()
    reading = Reading(Shelf(load_inventory([])), pending, ())
    own = talk(files.root / "conversations", ScriptedModel(verdict), Budget(max_usd=0.025))
    judge = judge_of(Asker(), own.settle)  # type: ignore[arg-type]
    with pytest.raises(Unanswered):
        list(settle_round(reading, Writer(files, "round-1", 1.0), judge=judge))
    decided = [file.text for file in files.read_ledger("round-1").files]
    assert [text.count('"engineer"') for text in decided] == [2]
    assert files.read().problems == ()
    assert len(files.read().files) == 2


def test_the_person_is_heard_while_a_reply_is_waited_for(tmp_path: Path) -> None:
    class Wanted(Exception):
        pass

    def interrupted() -> bool:
        raise Wanted

    never = threading.Event()
    store = FileStore(tmp_path)
    slow = ScriptedModel(lambda asked: never.wait(60) or answer(asked))
    config = RunConfig(competition="", model="scripted:model")
    asked = Talk(config, Models(slow, Flat()), store, interrupted=interrupted)
    with pytest.raises(Wanted):
        asked.settle(asking("a"))
    never.set()
    assert [entry.event.kind for entry in store.read()] == ["model_asked"]
    store.close()
