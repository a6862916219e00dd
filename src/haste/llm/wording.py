"""A `ModelRequest` in the library's terms: messages, parameters and settings of one call.

Stable blocks go first and the conversation last, so that a provider's prompt cache finds the prefix again. OpenAI
and Google find it by themselves; Anthropic wants a breakpoint after each block, and takes four at most.
https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from haste.schema.model import ModelRequest, ReplyForm

from .endpoint import Endpoint

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

ReplyMode = Literal["tool", "native", "prompted"]

BREAKPOINTS = 4  # Anthropic's most per request


@dataclass(frozen=True)
class Call:
    messages: list[ModelMessage]
    settings: ModelSettings
    parameters: ModelRequestParameters


def to_call(request: ModelRequest, endpoint: Endpoint, mode: ReplyMode, timeout_s: float) -> Call:
    """What to hand to the library for this request."""
    from pydantic_ai.messages import InstructionPart

    blocks = [block for block in request.stable if block.strip()]
    if mode == "prompted":
        blocks.append(_asks_for(request.form))
    parameters = _parameters(request.form, mode)
    settings = _settings(request, timeout_s)
    if endpoint.protocol == "anthropic" and blocks:
        settings["extra_body"] = {"system": _with_breakpoints(blocks)}
    else:
        # One system message: the chat templates of several local models refuse a second one.
        parameters.instruction_parts = [InstructionPart(content="\n\n".join(blocks))] if blocks else None
    if endpoint.protocol == "openai" and not endpoint.own and blocks:
        # Sends requests that begin alike to the same machine, where the prefix is cached.
        key = hashlib.sha256(blocks[0].encode()).hexdigest()[:32]
        settings["openai_prompt_cache_key"] = key  # type: ignore[typeddict-unknown-key]
    return Call(_conversation(request), settings, parameters)


def _conversation(request: ModelRequest) -> list[ModelMessage]:
    from pydantic_ai import messages as said

    return [
        said.ModelRequest(parts=[said.UserPromptPart(content=message.text)])
        if message.author == "user"
        else said.ModelResponse(parts=[said.TextPart(content=message.text)])
        for message in request.messages
    ]


def _settings(request: ModelRequest, timeout_s: float) -> ModelSettings:
    """Retries are the runner's business alone: a hidden one would spend time and money that no cap sees."""
    from pydantic_ai.settings import ModelSettings

    return ModelSettings(
        max_tokens=request.max_output_tokens,
        timeout=timeout_s,  # between two bytes
        request_timeout=timeout_s,  # of the whole call
    )


def _parameters(form: ReplyForm, mode: ReplyMode) -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    if mode == "tool":
        tool = ToolDefinition(
            name=form.name, description=form.description, parameters_json_schema=form.parameters, kind="output"
        )
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(name=form.name, description=form.description, json_schema=form.parameters)
    return ModelRequestParameters(output_mode=mode, output_object=wanted, prompted_output_template=False)


def _with_breakpoints(blocks: list[str]) -> list[dict[str, Any]]:
    """Anthropic's `system`. With more blocks than breakpoints the last ones get them: each covers all before it."""
    first = max(0, len(blocks) - BREAKPOINTS)
    return [
        {"type": "text", "text": block} | ({"cache_control": {"type": "ephemeral"}} if place >= first else {})
        for place, block in enumerate(blocks)
    ]


def _asks_for(form: ReplyForm) -> str:
    schema = json.dumps(form.parameters, ensure_ascii=False)
    return (
        f"Reply with one JSON object and nothing else: no code fence, no words before or after it.\n"
        f"It is `{form.name}`: {form.description}\nIt follows this JSON schema:\n{schema}"
    )
