"""Engineers that ask a model, and what a conversation needs around it; no machine, no network, no waiting."""

from __future__ import annotations

import json

from haste.llm.scripted import ScriptedModel, filled
from haste.runner.context import Context, Models
from haste.runner.converse import converse
from haste.schema.brief import Brief
from haste.schema.config import Budget, ModelConfig, RunConfig
from haste.schema.events import Event, RunStarted
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
from haste.schema.solution import Unusable
from haste.search.evolve import evolve, fold
from haste.search.state import RunState
from haste.store.memory import MemoryStore
from tests.search.legal import competition

from .toys import ListedEngineer, linear, proposal

USED = Usage(input=1000, cached=600, output=200)


def request(text: str, stage: Stage = Stage.REFINE, role: Role = Role.SPECIALIST) -> ModelRequest:
    return ModelRequest(
        role=role,
        stage=stage,
        stable=("You solve competitions.",),
        messages=(Message(author="user", text=text),),
        form=ReplyForm(name="answer", description="the answer", parameters={"type": "object"}),
        max_output_tokens=100,
    )


def said(reply: ModelReply) -> dict:
    return json.loads(reply.arguments or "{}")


def answer(asked: ModelRequest, **arguments) -> ModelReply:
    return filled(asked, arguments, usage=USED, model="openai:one")


def fault(kind: Fault, *, after_s: float | None = None) -> ModelFault:
    return ModelFault(kind, f"{kind} it is", model="openai:one", retry_after_s=after_s)


class FlatPrices:
    """A thousandth of a dollar per token, known for every model but those that are called unknown."""

    def bound(self, model: str, asked: ModelRequest) -> Bound:
        return Bound(tokens=2000, usd=None if "unknown" in model else 2.0)

    def usd(self, model: str, usage: Usage) -> float | None:
        if "unknown" in model or usage.input is None or usage.output is None:
            return None
        return (usage.input + usage.output) / 1000


class Table:
    """A run's journal in memory, a clock that only pauses and calls move, and somebody to ask."""

    def __init__(self, spoken, *, fallback=None, budget: Budget | None = None, call_s: float = 0.0, **models):
        self.now, self.pauses, self.stopped = 0.0, [], False
        self.store = MemoryStore(lambda: self.now)
        self.main, self.other = ScriptedModel(spoken), ScriptedModel(fallback or [])
        self.call_s = call_s
        if fallback is not None:
            models["fallback"] = "openai:two"
        self.config = RunConfig(
            competition="toy",
            model="openai:one",
            models=ModelConfig(**models),
            budget=budget or Budget(time_limit_s=None),
        )
        started = RunStarted(
            run_id="r", config=self.config, competition=competition(), code_version="0", executor="fake"
        )
        self.state = evolve(RunState(), self.store.append(started))
        made = Models(self, FlatPrices(), self.other if fallback is not None else None)
        self.context = Context(
            self.config, None, None, None, self.store, None, lambda: self.now, models=made, pause=self._pause
        )
        self.context.interrupted = lambda: self.stopped

    def complete(self, asked: ModelRequest) -> ModelReply:
        self.now += self.call_s
        return self.main.complete(asked)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def hold(self, thinking, *, most: int | None = None):
        """What `converse` comes to; killed after `most` events, it comes to nothing."""
        talk = converse(thinking, self.state, self.context)
        count = 0
        while True:
            try:
                event = next(talk)
            except StopIteration as end:
                return end.value
            self.append(event)
            count += 1
            if count == most:
                talk.close()
                return None

    def append(self, event: Event) -> None:
        self.state = evolve(self.state, self.store.append(event))

    def events(self, kind: str) -> list:
        return [entry.event for entry in self.store.read() if entry.event.kind == kind]

    def reread(self) -> None:
        self.state = fold(self.store.read())


class AskingEngineer(ListedEngineer):
    """Asks a model for everything that the listed one knows; a reply is a number, and the script follows from it."""

    name = "asking"
    domain = "text"

    def classify(self, brief: Brief):
        reply = yield request(f"domain of {brief.competition.id}?", Stage.CLASSIFY, Role.ORCHESTRATOR)
        return said(reply)["domain"]

    def draft(self, brief: Brief, count: int):
        reply = yield request(f"draft {count} in {brief.competition.domain}", Stage.DRAFT)
        answers = said(reply).get("columns", [])
        if not answers:
            return Unusable(reason="it drafted nothing that runs")
        return [proposal(f"draft {i}", linear(*columns)) for i, columns in enumerate(answers[:count])]

    def refine(self, brief: Brief):
        reply = yield request(f"refine {len(brief.history)}, {brief.seed}", Stage.REFINE)
        if "columns" not in said(reply):
            reply = yield request(f"refine {len(brief.history)}, {brief.seed}, once more", Stage.REFINE)
        columns = said(reply).get("columns")
        if columns is None:
            return Unusable(reason="nothing that it said could be used")
        return proposal(f"refinement {len(brief.history)}", linear(*columns), brief.scale)

    def debug(self, brief: Brief):
        reply = yield request(f"debug {brief.failure.candidate} {brief.failure.attempt}", Stage.DEBUG)
        columns = said(reply).get("columns")
        return proposal("repair", linear(*columns)) if columns else Unusable(reason="no repair in it")

    def reflect(self, brief: Brief):
        yield request(f"reflect on {len(brief.history)}", Stage.REFLECT, Role.REFLECT)
        return ()


def two_questions():
    first = yield request("one")
    second = yield request("two")
    return said(first)["n"] + said(second)["n"]
