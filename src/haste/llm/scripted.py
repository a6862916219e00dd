"""A model whose answers are written beforehand, for tests and examples. It knows no provider and no network."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from haste.schema.errors import ProviderError
from haste.schema.model import ModelFault, ModelReply, ModelRequest, Usage

MODEL = "scripted:model"

Spoken = ModelReply | ModelFault


class ScriptedModel:
    """Gives its answers one after the other, or lets a function of the request answer.

    A `ModelFault` among the answers is raised. `asked` holds every request, in order. Asked more often than it
    has answers, it raises a ProviderError: a test that asks too much shall fail, and not go in circles.
    """

    def __init__(self, answers: Iterable[Spoken] | Callable[[ModelRequest], Spoken]) -> None:
        self.asked: list[ModelRequest] = []
        self._speak = answers if callable(answers) else _in_order(answers)

    def complete(self, request: ModelRequest) -> ModelReply:
        self.asked.append(request)
        spoken = self._speak(request)
        if isinstance(spoken, ModelFault):
            raise spoken
        return spoken


def _in_order(answers: Iterable[Spoken]) -> Callable[[ModelRequest], Spoken]:
    left = deque(answers)

    def speak(request: ModelRequest) -> Spoken:
        if not left:
            message = f"the script has no answer left for {request.role}/{request.stage}"
            raise ProviderError(message, where=MODEL)
        return left.popleft()

    return speak


def filled(
    request: ModelRequest, arguments: Mapping[str, Any], *, usage: Usage | None = None, model: str = MODEL
) -> ModelReply:
    """The reply of a model that filled in the form it was asked for."""
    return ModelReply(
        form=request.form.name, arguments=json.dumps(arguments), model=model, usage=usage if usage else Usage()
    )
