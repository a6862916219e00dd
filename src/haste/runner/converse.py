"""Driving an engineer's answer: where it is a generator, its questions are put to a model, paid and journaled.

A reply is journaled before the engineer is sent it, so that no crash pays twice: on resume the engineer asks the same
again, and replies that no answer has followed from yet are found in the state. It knows nothing of what is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

from haste.agents.engineer import Answer, Thinking
from haste.llm.protocol import LanguageModel
from haste.schema.events import Event, ModelFailed, ModelReplied, StopReason
from haste.schema.model import Bound, Fault, ModelFault, ModelReply, ModelRequest, Usage
from haste.schema.solution import BlobRef
from haste.search.budget import thinking_left_s
from haste.search.chance import draw
from haste.search.spending import limit_of
from haste.search.state import RunState

from .context import Context
from .patience import Abandoned, in_time

T = TypeVar("T")

FIRST_PAUSE_S = 1.0  # at most, after a first failure; twice that after the next, and so on
LONGEST_PAUSE_S = 60.0
LONGEST_HINT_S = 600.0  # a provider that asks for a longer pause is given up
MAYBE_PAID = (Fault.TIMEOUT, Fault.CONNECTION, Fault.MALFORMED)  # the provider may have worked for it, and charged
NOTHING = Usage(input=0, cached=0, cache_written=0, output=0, reasoning=0)


class Unanswered(Exception):
    """No reply can be had. `limit`: the budget that forbids asking; None: the journal says why, or Ctrl-C does."""

    def __init__(self, limit: StopReason | None = None) -> None:
        super().__init__(limit)
        self.limit = limit


def growing_pause_s(fault: ModelFault, chance: float, attempt: int) -> float | None:
    """A growing pause with full jitter, or the provider's hint if longer; None where that is too long to wait.

    `chance` is in [0, 1). The jitter spreads many runs that met the same overload
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    pause = chance * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    pause = max(pause, fault.retry_after_s or 0.0)  # a hint of nothing would use up all attempts at once
    return None if pause > LONGEST_HINT_S else pause


def converse(answer: Answer[T], state: RunState, context: Context) -> Generator[Event, None, T]:
    """The engineer's answer, whether it knew it or had to ask. Yields what is to be journaled. Raises Unanswered."""
    if isinstance(answer, Generator):
        thought: T = yield from _Conversation(state, context).hold(answer)
        return thought
    return answer


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


class _Conversation:
    def __init__(self, state: RunState, context: Context) -> None:
        assert context.models is not None, "an engineer that asks is given models"
        self._state, self._context, self._models = state, context, context.models
        self._spent, self._unread = state.spending, list(state.unread)
        self._given_up: set[str] = set()

    def hold(self, thinking: Thinking[T]) -> Generator[Event, None, T]:
        reply: ModelReply | None = None
        try:
            while True:
                since = self._context.clock()
                try:
                    request = next(thinking) if reply is None else thinking.send(reply)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]
                reply = yield from self._reply(request, since)
        finally:
            thinking.close()

    def _reply(self, request: ModelRequest, since: float) -> Generator[Event, None, ModelReply]:
        context = self._context
        ref = context.store.put(request.model_dump_json().encode())
        for event in self._unread:
            if event.request == ref:
                self._unread.remove(event)
                return ModelReply.model_validate_json(context.store.get(event.reply))
        question = _Question(request, ref, context.clock() - since)
        for name, model in self._whom(request):
            reply = yield from self._ask(question, _Asked(name, model, self._models.prices.bound(name, request)))
            if reply is not None:
                return reply
            self._given_up.add(name)
        raise Unanswered

    def _whom(self, request: ModelRequest) -> Iterator[tuple[str, LanguageModel]]:
        """The role's model, then the fall-back; one that was given up in this conversation is left alone."""
        models, rules = self._models, self._state.rules
        known = [(rules.model_of(request.role), models.main)]
        if models.fallback is not None:
            known.append((rules.models.fallback or "", models.fallback))
        return (one for one in known if one[0] not in self._given_up)

    def _ask(self, question: _Question, asked: _Asked) -> Generator[Event, None, ModelReply | None]:
        """The reply of one model, asked as often as the rules allow; None where it is given up."""
        context, most = self._context, self._state.rules.models.attempts
        for attempt in range(1, most + 1):
            self._check(asked.bound)
            begun = context.clock()
            try:
                reply = in_time(lambda: asked.model.complete(question.request), self._over)
            except Abandoned:
                detail = "the run was interrupted" if context.interrupted() else "the run's time was up"
                fault = ModelFault(Fault.TIMEOUT, f"not waited for: {detail}", model=asked.name)
                yield self._failed(question, asked, fault, begun)
                raise Unanswered(None if context.interrupted() else "time_limit") from None
            except ModelFault as fault:
                if fault.fault is not Fault.CONTEXT_TOO_LONG:
                    pause = self._pause_s(fault, question, attempt) if attempt < most else None
                    yield self._failed(question, asked, fault, begun, pause)
                    if pause is None:
                        return None
                    self._rest(pause)
                    continue
                # Nothing for the harness to mend: the engineer is told, as by a reply, and asks for less.
                reply = ModelReply(stop="context_too_long", text=fault.message, model=asked.name, usage=NOTHING)
            yield self._replied(question, asked, reply, begun)
            return reply
        return None

    def _check(self, bound: Bound) -> None:
        """Raises Unanswered where money, tokens or time do not allow one more call."""
        limit = limit_of(self._state.rules.budget, self._spent, bound)
        left = self._left_s()
        if limit is None and left is not None and left <= self._spent.usual_s:
            limit = "time_limit"
        if limit is not None:
            raise Unanswered(limit)

    def _left_s(self) -> float | None:
        return thinking_left_s(self._state, self._context.clock())

    def _over(self) -> bool:
        left = self._left_s()
        return self._context.interrupted() or (left is not None and left <= 0)

    def _pause_s(self, fault: ModelFault, question: _Question, attempt: int) -> float | None:
        """How long to wait before asking again; None where that cannot help, or there is no time for the pause."""
        if not fault.fault.passing:
            return None
        chance = draw(self._state.rules.seed, "pause", question.ref, attempt) / 2**31
        pause, left = growing_pause_s(fault, chance, attempt), self._left_s()
        return None if pause is None or (left is not None and pause >= left) else pause

    def _rest(self, pause_s: float) -> None:
        self._context.pause(pause_s)
        if self._context.interrupted():
            raise Unanswered

    def _failed(
        self, question: _Question, asked: _Asked, fault: ModelFault, begun: float, pause_s: float | None = None
    ) -> Event:
        event = ModelFailed(
            request=question.ref,
            role=question.request.role,
            stage=question.request.stage,
            model=asked.name,
            fault=fault.fault,
            detail=fault.message,
            pause_s=pause_s,
            wall_s=self._context.clock() - begun,
            bound=asked.bound if fault.fault in MAYBE_PAID else None,
        )
        self._spent = self._spent.after(event)
        return event

    def _replied(self, question: _Question, asked: _Asked, reply: ModelReply, begun: float) -> Event:
        ended = self._context.clock()
        ref = self._context.store.put(reply.model_dump_json().encode())
        event = ModelReplied(
            request=question.ref,
            reply=ref,
            role=question.request.role,
            stage=question.request.stage,
            model=reply.model,
            usage=reply.usage,
            usd=self._models.prices.usd(asked.name, reply.usage),
            wall_s=ended - begun,
            overhead_s=question.overhead_s + self._context.clock() - ended,
            bound=asked.bound,
        )
        self._spent = self._spent.after(event)
        return event
