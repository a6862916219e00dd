"""Token counts as each protocol words them. What a provider leaves out stays unknown: None, never zero.

They are read from the raw body of the answer: the library that speaks the protocols counts unknown as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haste.schema.model import Usage

from .endpoint import Protocol


def read_usage(protocol: Protocol, body: Any) -> Usage:
    """The usage in an answer's JSON, whatever that is; an answer without one has unknown usage."""
    if not isinstance(body, Mapping):
        return Usage()
    readers = {"openai": _openai, "anthropic": _anthropic, "google": _google}
    block = body.get("usageMetadata" if protocol == "google" else "usage")
    return readers[protocol](block) if isinstance(block, Mapping) else Usage()


def _openai(block: Mapping[str, Any]) -> Usage:
    """Both totals hold their parts: cached in the prompt's, reasoning in the completion's."""
    prompt, completion = _inner(block, "prompt_tokens_details"), _inner(block, "completion_tokens_details")
    return Usage(
        input=_count(block, "prompt_tokens"),
        cached=_count(prompt, "cached_tokens"),
        cache_written=_count(prompt, "cache_write_tokens"),
        output=_count(block, "completion_tokens"),
        reasoning=_count(completion, "reasoning_tokens"),
    )


def _anthropic(block: Mapping[str, Any]) -> Usage:
    """`input_tokens` counts only what was neither read from the cache nor written to it."""
    fresh = _count(block, "input_tokens")
    cached, written = _count(block, "cache_read_input_tokens"), _count(block, "cache_creation_input_tokens")
    return Usage(
        input=None if fresh is None else fresh + (cached or 0) + (written or 0),
        cached=cached,
        cache_written=written,
        output=_count(block, "output_tokens"),
        reasoning=_count(_inner(block, "output_tokens_details"), "thinking_tokens"),
    )


def _google(block: Mapping[str, Any]) -> Usage:
    """Thoughts are counted apart from the candidates. Protobuf's JSON leaves zeros out, so absent parts are zero."""
    prompt = _count(block, "promptTokenCount")
    if prompt is None:
        return Usage()
    thoughts = _count(block, "thoughtsTokenCount") or 0
    return Usage(
        input=prompt + (_count(block, "toolUsePromptTokenCount") or 0),
        cached=_count(block, "cachedContentTokenCount") or 0,
        cache_written=0,  # its cache writes itself, at no charge
        output=(_count(block, "candidatesTokenCount") or 0) + thoughts,
        reasoning=thoughts,
    )


def _inner(block: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = block.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _count(block: Mapping[str, Any], name: str) -> int | None:
    value = block.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
