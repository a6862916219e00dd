"""The library's answer as a `ModelReply`. Whatever a model said was paid for, so nothing here refuses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from haste.schema.model import ModelReply, ModelRequest, Usage

from .endpoint import Protocol

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse, ToolCallPart

Stop = Literal["complete", "length", "refused", "context_too_long"]


_HOLDS_AN_ANSWER: Mapping[Protocol, frozenset[str]] = {
    "openai": frozenset({"choices"}),
    "anthropic": frozenset({"content"}),
    "google": frozenset({"candidates", "promptFeedback"}),  # a blocked prompt has no candidates, and is a refusal
}


def is_answer(protocol: Protocol, body: Any) -> bool:
    """Whether the JSON that came back is an answer at all: some servers send an error with HTTP 200."""
    return isinstance(body, Mapping) and any(body.get(name) is not None for name in _HOLDS_AN_ANSWER[protocol])


def to_reply(response: ModelResponse, request: ModelRequest, model: str, usage: Usage) -> ModelReply:
    """Text, form and stop reason. Without a tool call, an object in the text counts as the form filled in."""
    calls = response.tool_calls
    text = _said(response) or str((response.provider_details or {}).get("refusal") or "")
    form, arguments = None, None
    if calls:
        call = next((one for one in calls if one.tool_name == request.form.name), calls[0])
        form, arguments = call.tool_name, _arguments(call)
    elif found := find_object(text):
        form, arguments = request.form.name, found
    return ModelReply(
        text=_whole(text),
        form=form and _whole(form),
        arguments=arguments and _whole(arguments),
        stop=_stop(response),
        model=model,
        usage=usage,
    )


def _said(response: ModelResponse) -> str:
    """The text in the answer. A block of a kind that the library does not know can come as a text without one."""
    from pydantic_ai.messages import TextPart

    parts = [one for one in response.parts if not isinstance(one, TextPart) or isinstance(one.content, str)]
    return replace(response, parts=parts).text or ""


def _whole(text: str) -> str:
    """Without halves of characters (lone surrogates), which a reply that was cut off can hold and no file can."""
    return text.encode(errors="replace").decode()


def find_object(text: str) -> str | None:
    """The JSON object that a text is or holds: all from its first brace to its last. It may not parse.

    A text that only mentions braces somewhere is no object: one has to stand at its beginning, or in a code fence.
    """
    stripped = text.strip()
    if "```" in stripped:
        after = stripped.partition("```")[2].partition("\n")[2].lstrip()
        stripped = stripped if stripped.startswith("{") else after
    if not stripped.startswith("{"):
        return None
    end = stripped.rfind("}")
    return stripped if end < 0 else stripped[: end + 1]


def _arguments(call: ToolCallPart) -> str | None:
    if call.args is None or isinstance(call.args, str):
        return call.args
    return json.dumps(call.args, ensure_ascii=False)


def _stop(response: ModelResponse) -> Stop:
    if (response.provider_details or {}).get("finish_reason") == "model_context_window_exceeded":
        return "context_too_long"  # Anthropic's word, for an answer that was begun
    stops: dict[str | None, Stop] = {"length": "length", "content_filter": "refused"}
    return stops.get(response.finish_reason, "complete")
