"""A recorded run as a model: equal questions get the answers they got then, offline.

It knows requests and replies, and nothing of journals: whoever reads a journal hands over the pairs. Where no reply
came, what was raised then is raised again.
"""

from __future__ import annotations

import difflib
import json
from collections import deque
from collections.abc import Iterable, Iterator

from haste.schema.errors import ProviderError
from haste.schema.model import ModelReply, ModelRequest, identity

Outcome = ModelReply | Exception
MOST_LINES = 60  # of a diff in an error text
WIDEST = 160  # characters of one line in it


class UnseenRequest(ProviderError):
    """A question that the recording does not hold; the text shows how it differs from the nearest one."""

    kind = "replay"


class ReplayModel:
    """Answers a request that was recorded n times n times, in the recorded order; then, and else, UnseenRequest."""

    def __init__(self, recorded: Iterable[tuple[ModelRequest, Outcome]], *, name: str = "replay") -> None:
        self._name = name
        self._requests: dict[str, ModelRequest] = {}
        self._left: dict[str, deque[Outcome]] = {}
        for request, outcome in recorded:
            key = identity(request)
            self._requests.setdefault(key, request)
            self._left.setdefault(key, deque()).append(outcome)

    def complete(self, request: ModelRequest) -> ModelReply:
        outcomes = self._left.get(identity(request))
        if outcomes:
            outcome = outcomes.popleft()
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        if outcomes is not None:
            message = f"the {request.stage} question by {request.role} was asked more often than it was recorded"
            raise UnseenRequest(message, where=self._name)
        raise UnseenRequest(self._difference(request), where=self._name)

    def _difference(self, request: ModelRequest) -> str:
        asked = f"no recorded question equals this {request.stage} question by {request.role}"
        if not self._requests:
            return f"{asked}: the recording is empty"
        nearest = _nearest(request, self._requests.values())
        lines = list(_diff(nearest, request))
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} lines more"]
        return "\n".join([f"{asked}. It differs from the nearest one:", *lines])


def _nearest(request: ModelRequest, among: Iterable[ModelRequest]) -> ModelRequest:
    """Same role and stage first, then by the share of lines in common (Jaccard), then the earliest."""
    wanted = set(_lines(request))

    def closeness(other: ModelRequest) -> tuple[bool, bool, float]:
        lines = set(_lines(other))
        shared = len(wanted & lines) / max(1, len(wanted | lines))
        return other.stage == request.stage, other.role == request.role, shared

    return max(among, key=closeness)


def _diff(recorded: ModelRequest, asked: ModelRequest) -> Iterator[str]:
    lines = difflib.unified_diff(_lines(recorded), _lines(asked), "recorded", "asked", lineterm="", n=2)
    return (line if len(line) <= WIDEST else f"{line[:WIDEST]}..." for line in lines)


def _lines(request: ModelRequest) -> list[str]:
    """The request as a person reads it."""
    lines = [f"role: {request.role}", f"stage: {request.stage}", f"max_output_tokens: {request.max_output_tokens}"]
    for number, block in enumerate(request.stable, 1):
        lines += [f"== stable block {number}", *block.splitlines()]
    for number, message in enumerate(request.messages, 1):
        lines += [f"== message {number}, {message.author}", *message.text.splitlines()]
    form = request.form
    lines += [f"== form {form.name}: {form.description}", *json.dumps(form.parameters, indent=1).splitlines()]
    return lines
