"""Token counts as three protocols word them, and JSON in what a model says."""

from __future__ import annotations

import pytest

from haste.llm.reading import find_object
from haste.llm.usage import read_usage
from haste.schema.model import Usage


def test_openai_leaves_unknown_what_a_server_does_not_say():
    bare = {"usage": {"prompt_tokens": 10, "completion_tokens": 2}}
    assert read_usage("openai", bare) == Usage(input=10, output=2)
    null = {"usage": {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": None}}
    assert read_usage("openai", null) == Usage(input=10, output=2)
    zero = {"usage": {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 0}}}
    assert read_usage("openai", zero) == Usage(input=10, output=2, cached=0)


def test_anthropics_input_leaves_the_cached_part_out_and_ours_does_not():
    block = {"input_tokens": 5, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 7}
    assert read_usage("anthropic", {"usage": block}) == Usage(input=125, cached=100, cache_written=20, output=7)


def test_googles_thoughts_are_output_too():
    block = {"promptTokenCount": 10, "candidatesTokenCount": 2, "thoughtsTokenCount": 30}
    wanted = Usage(input=10, cached=0, cache_written=0, output=32, reasoning=30)
    assert read_usage("google", {"usageMetadata": block}) == wanted


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "google"])
@pytest.mark.parametrize("body", [None, [], "x", {}, {"usage": None, "usageMetadata": 3}, {"usage": {}}])
def test_no_usage_is_unknown_and_not_zero(protocol, body):
    assert read_usage(protocol, body) == Usage()


def test_counts_that_are_none():
    assert read_usage("openai", {"usage": {"prompt_tokens": "12", "completion_tokens": -1}}) == Usage()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('  {"a": {"b": 2}}\n', '{"a": {"b": 2}}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('Here it is:\n```\n{"a": "```"}\n```\nDone.', '{"a": "```"}'),
        ('{"a": "```py\\nx```"}', '{"a": "```py\\nx```"}'),
        ('{"a": 1} as you wished', '{"a": 1}'),
        ('{"a": 1', '{"a": 1'),
        ("A set {1, 2} is no object.", None),
        ("```python\nprint({})\n```", None),
        ("", None),
    ],
)
def test_the_object_in_a_text(text, found):
    assert find_object(text) == found
