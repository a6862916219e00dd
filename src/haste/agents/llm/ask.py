"""One question to a model and what may follow: a fuller look at what was wrong, a shorter prompt, an end.

A generator: it yields requests and is sent replies. It knows stages by what they render and accept, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from haste.agents.engineer import Thinking
from haste.schema.model import Message, ModelReply, ModelRequest, Role, Stage
from haste.schema.solution import Unusable

from .parse import read
from .replies import Reply, form
from .template import prompt
from .unfit import Unfit
from .untrusted import shortened

R = TypeVar("R", bound=Reply)
T = TypeVar("T")

FOLLOW_UPS = 2  # a reply is sent back with the reason so often, then it stays unusable
LEAST_OUTPUT = 1_000  # tokens; no answer of any use is shorter, so that allowing less would not help
_KEPT_REPLY = 40_000  # characters of an unusable reply that are shown to the model again


@dataclass(frozen=True)
class Cut:
    """How much of what can be spared is shown; the least useful goes first."""

    skills: float = 1.0  # share of the brief's skills, the best-ranked
    other: bool = True  # whether another branch's script is shown
    history: bool = True  # False: only the latest attempts
    description: int = 6000  # characters
    columns: int = 60


CUTS = (
    Cut(),
    Cut(skills=0.5, other=False),
    Cut(skills=0.0, other=False),
    Cut(skills=0.0, other=False, history=False),
    Cut(skills=0.0, other=False, history=False, description=1000, columns=20),
)


@dataclass(frozen=True)
class Prompt:
    stable: tuple[str, ...]
    ask: str


@dataclass(frozen=True)
class Question(Generic[R, T]):
    """`accept` turns a filled-in form into the answer, or raises Unfit with what to say to the model."""

    role: Role
    stage: Stage
    form: type[R]
    render: Callable[[Cut], Prompt]
    accept: Callable[[R], T]
    max_output_tokens: int
    shorter: str = "Be brief."  # the hint after a reply that was cut off
    omit: tuple[str, ...] = ()  # fields of the form that there is nothing for


def ask(question: Question[R, T]) -> Thinking[T | Unusable]:
    """Ask until the answer can be used, or it is no longer worth it.

    Where even the least is too long for the model, the whole is asked once more: whoever asks for us then knows that
    this model can be of no help, and asks another one or nobody.
    """
    state = _full(question)
    tries = 0
    while True:
        reply = yield state.request(question)
        if reply.stop in ("context_too_long", "output_too_long"):
            shorter = state.shorter(prompt_too=reply.stop == "context_too_long")
            if shorter is None and reply.usage.output:  # it was begun, and paid for: asking again would be, too
                return Unusable(reason="the model has no room for an answer, even without skills and older history")
            state = shorter or _full(question)
            continue
        if reply.stop == "refused":
            return Unusable(reason=f"the model refused: {reply.text[:200].strip() or 'it gave no reason'}")
        try:
            return question.accept(read(reply, question.form))
        except Unfit as unfit:
            fault = unfit
        if reply.stop == "length":
            most = min(state.allowed, reply.usage.output or state.allowed)
            fault = Unfit(f"the reply was cut off at {most} tokens. {question.shorter}")
        if tries == FOLLOW_UPS:
            return Unusable(reason=str(fault))
        tries += 1
        state = replace(state, messages=_again(state.shown.ask, reply, fault, tries))


@dataclass(frozen=True)
class _State:
    """What is asked next, what could be asked instead, and how many tokens the answer may take."""

    shown: Prompt
    messages: tuple[Message, ...]
    allowed: int
    prompts: Iterator[Prompt]  # ever shorter ones, rendered when needed

    def request(self, question: Question[R, T]) -> ModelRequest:
        return ModelRequest(
            role=question.role,
            stage=question.stage,
            stable=self.shown.stable,
            messages=self.messages,
            form=form(question.form, question.omit),
            max_output_tokens=self.allowed,
        )

    def shorter(self, *, prompt_too: bool) -> _State | None:
        """Half the answer, and with it a shorter prompt; None where neither can be had."""
        allowed = max(self.allowed // 2, min(self.allowed, LEAST_OUTPUT))
        prompt_ = next((one for one in self.prompts if one != self.shown), None) if prompt_too else None
        if prompt_ is not None:
            return replace(self, shown=prompt_, messages=_first(prompt_), allowed=allowed)
        return replace(self, allowed=allowed) if allowed < self.allowed else None


def _full(question: Question[R, T]) -> _State:
    prompts = map(question.render, CUTS)
    shown = next(prompts)
    return _State(shown, _first(shown), question.max_output_tokens, prompts)


def _first(shown: Prompt) -> tuple[Message, ...]:
    return (Message(author="user", text=shown.ask),)


def _again(asked: str, reply: ModelReply, fault: Unfit, tries: int) -> tuple[Message, ...]:
    """The question with the unusable reply and what is wrong with it. A cut-off or empty reply is not shown again."""
    said = (reply.arguments or reply.text).strip()
    words = prompt("again", tries=str(tries), reason=str(fault), then=fault.then)
    if reply.stop == "length" or not said:
        return (Message(author="user", text=f"{asked}\n\n{words}"),)
    return (
        Message(author="user", text=asked),
        Message(author="model", text=shortened(said, _KEPT_REPLY)),
        Message(author="user", text=words),
    )
