"""Asking models: one question after the other, paid and recorded, within caps, with pauses and a fall-back.

What happens is handed out as events, each before anything follows from it: that a model is about to be asked, so that a
call that a crash cut off is held against the caps; and its reply, so that no crash pays for it twice. It knows nothing
of what is asked, and not whether it is asked in a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from haste.agents.engineer import Thinking
from haste.llm.protocol import LanguageModel
from haste.schema.config import RunConfig
from haste.schema.events import ModelAsked, ModelFailed, ModelReplied, StopReason
from haste.schema.model import Bound, Fault, ModelFault, ModelReply, ModelRequest, Usage
from haste.schema.solution import BlobRef
from haste.search.chance import draw
from haste.search.spending import Spending, limit_of
from haste.store.protocol import Store

from .context import Models
from .patience import NOT_WAITED_FOR, Abandoned, growing_pause_s, in_time

T = TypeVar("T")
Call = ModelAsked | ModelReplied | ModelFailed

UNPAID = Usage(input=0, cached=0, cache_written=0, output=0, reasoning=0)
# Nothing for the harness to mend: the engineer is told, as by a reply, and asks for less.
_TOLD: dict[Fault, Literal["context_too_long", "output_too_long"]] = {
    Fault.CONTEXT_TOO_LONG: "context_too_long",
    Fault.OUTPUT_TOO_LONG: "output_too_long",
}


_WHY: dict[StopReason | None, str] = {
    "cost_limit": "--max-usd could be passed",
    "token_limit": "--max-tokens could be passed",
    "time_limit": "the time is up",
}


class Unanswered(Exception):
    """No reply can be had. `limit`: the budget that forbids asking, and `detail` what it lacks for.

    Without a limit the record says why, or Ctrl-C does.
    """

    def __init__(self, limit: StopReason | None = None, detail: str = "") -> None:
        super().__init__(_WHY.get(limit, "the model gives no answer") + (detail and f": {detail}"))
        self.limit, self.detail = limit, detail


@dataclass(frozen=True)
class Desk:
    """Whom to ask and by which rules, where texts are put, and what ends the waiting."""

    rules: RunConfig  # whom, how often, for how much at most
    models: Models
    store: Store
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    interrupted: Callable[[], bool] = lambda: False
    left_s: Callable[[], float | None] = lambda: None  # None: no limit


@dataclass(frozen=True)
class _Question:
    request: ModelRequest
    ref: BlobRef  # of the request; its digest is the request's identity
    overhead_s: float  # the harness's time with it, before anybody was asked


@dataclass(frozen=True)
class _Asked:
    """Who is asked, and the most that asking once can come to."""

    name: str  # PROVIDER:NAME
    model: LanguageModel
    bound: Bound


class Conversation:
    """`known` gives the recorded reply to a question that was paid for already."""

    def __init__(self, desk: Desk, spent: Spending, known: Callable[[BlobRef], BlobRef | None]) -> None:
        self._desk, self._spent, self._known = desk, spent, known
        self._given_up: set[str] = set()
        self._too_long: set[tuple[BlobRef, str]] = set()  # a question, and for whom

    def hold(self, thinking: Thinking[T]) -> Generator[Call, None, T]:
        """What the engineer comes to. Raises Unanswered."""
        reply: ModelReply | None = None
        asked, wanted = None, 0
        try:
            while True:
                since = self._desk.clock()
                try:
                    request = next(thinking) if reply is None else thinking.send(reply)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]
                capped = self._capped(request)
                if capped == asked and request.max_output_tokens < wanted:
                    continue  # it is less than was too long, but not less than what was asked for
                asked, wanted = capped, request.max_output_tokens
                reply = yield from self._reply(capped, since)
        finally:
            thinking.close()

    def _capped(self, request: ModelRequest) -> ModelRequest:
        most = self._desk.rules.models.max_output_tokens
        if most is None or request.max_output_tokens <= most:
            return request
        return request.model_copy(update={"max_output_tokens": most})

    def _reply(self, request: ModelRequest, since: float) -> Generator[Call, None, ModelReply]:
        store, prices = self._desk.store, self._desk.models.prices
        ref = store.put(request.model_dump_json().encode())
        if (told := self._known(ref)) is not None:
            return ModelReply.model_validate_json(store.get(told))
        question = _Question(request, ref, self._desk.clock() - since)
        for name, model in self._whom(request):
            reply = yield from self._ask(question, _Asked(name, model, prices.bound(name, request)))
            if reply is not None:
                return reply
            self._given_up.add(name)
        raise Unanswered

    def _whom(self, request: ModelRequest) -> Iterator[tuple[str, LanguageModel]]:
        """The role's model, then the fall-back; one that was given up in this conversation is left alone."""
        models, rules = self._desk.models, self._desk.rules
        known = [(rules.model_of(request.role), models.main)]
        if models.fallback is not None:
            known.append((rules.models.fallback or "", models.fallback))
        talking = [one for one in known if not self._spent.leaves_alone(one[0])]
        return (one for one in talking or known if one[0] not in self._given_up)

    def _ask(self, question: _Question, asked: _Asked) -> Generator[Call, None, ModelReply | None]:
        """The reply of one model, asked as often as the rules allow; None where it is given up.

        Who is asked once more what was too long for it can be of no help: there is nothing shorter.
        """
        here = (question.ref, asked.name)
        desk, most = self._desk, self._desk.rules.models.attempts
        for attempt in range(1, most + 1):
            self._check(asked)
            yield self._noted(self._asking(question, asked))
            begun = desk.clock()
            try:
                reply = in_time(lambda: asked.model.complete(question.request), self._over)
            except Abandoned:
                detail = "the run was interrupted" if desk.interrupted() else "the run's time was up"
                fault = ModelFault(Fault.TIMEOUT, f"{NOT_WAITED_FOR}: {detail}", model=asked.name)
                yield self._noted(self._failed(question, asked, fault, begun))
                raise Unanswered(None if desk.interrupted() else "time_limit") from None
            except ModelFault as fault:
                told = None if here in self._too_long else _TOLD.get(fault.fault)
                if told is None:
                    pause = self._pause_s(fault, question, attempt) if attempt < most else None
                    yield self._noted(self._failed(question, asked, fault, begun, pause))
                    if pause is None:
                        return None
                    self._rest(pause)
                    continue
                reply = ModelReply(stop=told, text=fault.message, model=asked.name, usage=UNPAID)
            if reply.stop in _TOLD.values():
                self._too_long.add(here)
            yield self._noted(self._replied(question, asked, reply, begun))
            return reply
        return None

    def _check(self, asked: _Asked) -> None:
        """Raises Unanswered where money, tokens or time do not allow one more call."""
        budget, spent, most = self._desk.rules.budget, self._spent, asked.bound
        limit, left = limit_of(budget, spent, most), self._desk.left_s()
        detail = ""
        if limit == "cost_limit":
            cost = "has no known price" if most.usd is None else f"may cost {most.usd:.2g} USD"
            detail = f"a call of {asked.name} {cost}; {spent.most_usd:.2g} of {budget.max_usd:g} may be spent already"
        elif limit == "token_limit":
            used = f"{spent.most_tokens:,} of {budget.max_tokens:,}"
            detail = f"a call of {asked.name} may take {most.tokens:,} tokens; {used} may be used already"
        elif left is not None and left <= spent.usual_s:
            limit = "time_limit"
        if limit is not None:
            raise Unanswered(limit, detail)

    def _over(self) -> bool:
        left = self._desk.left_s()
        return self._desk.interrupted() or (left is not None and left <= 0)

    def _pause_s(self, fault: ModelFault, question: _Question, attempt: int) -> float | None:
        """How long to wait before asking again; None where that cannot help, or there is no time for the pause."""
        if not fault.fault.passing:
            return None
        chance = draw(self._desk.rules.seed, "pause", question.ref, attempt) / 2**31
        pause, left = growing_pause_s(fault, chance, attempt), self._desk.left_s()
        return None if pause is None or (left is not None and pause >= left) else pause

    def _rest(self, pause_s: float) -> None:
        self._desk.pause(pause_s)
        if self._desk.interrupted():
            raise Unanswered

    def _noted(self, event: Call) -> Call:
        self._spent = self._spent.after(event)
        return event

    def _asking(self, question: _Question, asked: _Asked) -> ModelAsked:
        request = question.request
        return ModelAsked(
            request=question.ref, role=request.role, stage=request.stage, model=asked.name, bound=asked.bound
        )

    def _failed(
        self, question: _Question, asked: _Asked, fault: ModelFault, begun: float, pause_s: float | None = None
    ) -> ModelFailed:
        return ModelFailed(
            request=question.ref,
            role=question.request.role,
            stage=question.request.stage,
            model=asked.name,
            fault=fault.fault,
            detail=fault.message,
            pause_s=pause_s,
            wall_s=self._desk.clock() - begun,
            bound=asked.bound if fault.fault.may_be_paid else None,
        )

    def _replied(self, question: _Question, asked: _Asked, reply: ModelReply, begun: float) -> ModelReplied:
        ended = self._desk.clock()
        ref = self._desk.store.put(reply.model_dump_json().encode())
        return ModelReplied(
            request=question.ref,
            reply=ref,
            role=question.request.role,
            stage=question.request.stage,
            model=reply.model,
            usage=reply.usage,
            usd=self._desk.models.prices.usd(asked.name, reply.usage),
            wall_s=ended - begun,
            overhead_s=question.overhead_s + self._desk.clock() - ended,
            bound=asked.bound,
        )
