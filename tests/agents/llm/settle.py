"""Drives an engineer's answer to its end against a model that is a plain function."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar, cast

from haste.agents.engineer import Answer
from haste.schema.model import ModelReply, ModelRequest

T = TypeVar("T")
Model = Callable[[ModelRequest], ModelReply]


def settle(answer: Answer[T], model: Model, seen: list[ModelRequest] | None = None) -> T:
    """The answer, after as many questions as it takes; `seen` collects them."""
    if not isinstance(answer, Generator):
        return answer
    reply: ModelReply | None = None
    while True:
        try:
            request = answer.send(cast(ModelReply, reply))
        except StopIteration as done:
            return cast(T, done.value)
        if seen is not None:
            seen.append(request)
        reply = model(request)


def first_request(answer: Answer[T]) -> ModelRequest:
    assert isinstance(answer, Generator)
    return cast(ModelRequest, next(answer))


def replies(*ready: ModelReply) -> Model:
    """A model that says these in turn; one question too many is an error."""
    left = list(ready)
    return lambda _request: left.pop(0)
