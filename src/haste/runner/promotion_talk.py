"""Asking a model outside any run, about learnings or a folder: paid once, recorded before it is read, and within a cap.

The record is a journal of model calls with their texts as blobs, in a folder of its own beside what it served. Whoever
asks the same again is given the recorded reply, so that a round that was broken off is not paid for twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

from haste.agents.engineer import Answer
from haste.llm.protocol import LanguageModel
from haste.schema.config import RunConfig
from haste.schema.events import ModelFailed, ModelReplied
from haste.schema.model import Bound, Fault, ModelFault, ModelReply, ModelRequest
from haste.schema.solution import BlobRef
from haste.search.chance import draw
from haste.search.spending import Spending, limit_of
from haste.store.protocol import Store

from .context import Models
from .converse import MAYBE_PAID, NOTHING, Unanswered, growing_pause_s

T = TypeVar("T")


@dataclass
class Talk:
    """`config` says whom to ask, how often and for how much at most; the competition in it is not looked at."""

    config: RunConfig
    models: Models
    store: Store
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    spent: Spending = field(default_factory=Spending)  # by this talk; recorded replies were paid by an earlier one
    _known: dict[BlobRef, BlobRef] = field(init=False)

    def __post_init__(self) -> None:
        events = (entry.event for entry in self.store.read())
        self._known = {one.request: one.reply for one in events if isinstance(one, ModelReplied)}

    def settle(self, answer: Answer[T]) -> T:
        """An engineer's answer, whether it knew it or has to ask. Raises Unanswered, at a cap or by the provider."""
        if not isinstance(answer, Generator):
            return answer
        reply: ModelReply | None = None
        try:
            while True:
                try:
                    request = next(answer) if reply is None else answer.send(reply)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]
                reply = self._reply(request)
        finally:
            answer.close()

    def _reply(self, request: ModelRequest) -> ModelReply:
        ref = self.store.put(request.model_dump_json().encode())
        if ref in self._known:
            return ModelReply.model_validate_json(self.store.get(self._known[ref]))
        whom = [(self.config.model_of(request.role), self.models.main)]
        if self.models.fallback is not None:
            whom.append((self.config.models.fallback or "", self.models.fallback))
        for name, model in whom:
            reply = self._ask(_Question(request, ref, name), model)
            if reply is not None:
                return reply
        raise Unanswered

    def _ask(self, question: _Question, model: LanguageModel) -> ModelReply | None:
        """One model's reply, asked as often as the configuration allows; None where it is given up."""
        most = self.config.models.attempts
        for attempt in range(1, most + 1):
            limit = limit_of(self.config.budget, self.spent, self._bound(question))
            if limit is not None:
                raise Unanswered(limit)
            begun = self.clock()
            try:
                reply = model.complete(question.request)
            except ModelFault as fault:
                if fault.fault is not Fault.CONTEXT_TOO_LONG:
                    pause = self._pause_s(fault, question, attempt) if attempt < most else None
                    self._note(self._failed(question, fault, pause, self.clock() - begun))
                    if pause is None:
                        return None
                    self.pause(pause)
                    continue
                # Nothing for the harness to mend: the engineer is told, as by a reply, and asks for less.
                reply = ModelReply(stop="context_too_long", text=fault.message, model=question.name, usage=NOTHING)
            self._note(self._replied(question, reply, self.clock() - begun))
            return reply
        return None

    def _pause_s(self, fault: ModelFault, question: _Question, attempt: int) -> float | None:
        """As in a run; None where asking again cannot help, or the provider asks for too long a pause."""
        if not fault.fault.passing:
            return None
        return growing_pause_s(fault, draw(self.config.seed, "pause", question.ref, attempt) / 2**31, attempt)

    def _bound(self, question: _Question) -> Bound:
        return self.models.prices.bound(question.name, question.request)

    def _failed(self, question: _Question, fault: ModelFault, pause_s: float | None, wall_s: float) -> ModelFailed:
        return ModelFailed(
            request=question.ref,
            role=question.request.role,
            stage=question.request.stage,
            model=question.name,
            fault=fault.fault,
            detail=fault.message,
            pause_s=pause_s,
            wall_s=wall_s,
            bound=self._bound(question) if fault.fault in MAYBE_PAID else None,
        )

    def _replied(self, question: _Question, reply: ModelReply, wall_s: float) -> ModelReplied:
        return ModelReplied(
            request=question.ref,
            reply=self.store.put(reply.model_dump_json().encode()),
            role=question.request.role,
            stage=question.request.stage,
            model=reply.model,
            usage=reply.usage,
            usd=self.models.prices.usd(question.name, reply.usage),
            wall_s=wall_s,
            overhead_s=0.0,
            bound=self._bound(question),
        )

    def _note(self, event: ModelReplied | ModelFailed) -> None:
        """On disk before anything is read from it."""
        self.store.append(event)
        self.spent = self.spent.after(event)
        if isinstance(event, ModelReplied):
            self._known[event.request] = event.reply


@dataclass(frozen=True)
class _Question:
    request: ModelRequest
    ref: BlobRef  # of the request; its digest is the request's identity
    name: str  # of whom is asked
