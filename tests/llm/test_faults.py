"""Which fault a provider's words are, how long to wait, and that no key survives in a text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haste.llm.endpoint import find
from haste.llm.faults import LONGEST, scrub
from haste.llm.provider import ProviderModel
from haste.schema.model import Fault, ModelFault
from tests.llm.loopback import SPEAKERS, Answer, Server, question, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def models(server: Server) -> Iterator[dict[str, ProviderModel]]:
    made = {name: ProviderModel(find(f"{name}:m", say.url(server), {})) for name, say in SPEAKERS.items()}
    yield made
    for model in made.values():
        model.close()


def fault(server: Server, model: ProviderModel, answer: Answer) -> ModelFault:
    server.answers.clear()
    server.answers.append(answer)
    with pytest.raises(ModelFault) as caught:
        model.complete(question())
    return caught.value


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "the request exceeds the available context size, try increasing it"),  # llama.cpp
        (500, "the request exceeds the available context size. try increasing the context size"),  # llama.cpp, older
        (400, "The decoder prompt (length 9000) is longer than the maximum model length of 8192."),  # vLLM
        (400, "This model's maximum context length is 8192 tokens. However, your request has 9000."),  # vLLM, OpenAI
        (400, "the input length exceeds the context length"),  # Ollama
        (413, "Request exceeds the maximum allowed number of bytes."),  # Anthropic
        (400, "input length and `max_tokens` exceed context limit: 199000 + 8000 > 200000"),  # Anthropic
        (400, "Please reduce the length of the messages or completion."),
    ],
)
def test_too_long_in_the_words_of_many_servers(
    server: Server, models: dict[str, ProviderModel], status: int, words: str
):
    for name, say in SPEAKERS.items():
        answer = say.failed(status, "invalid_request_error", words)
        assert fault(server, models[name], answer).fault == Fault.CONTEXT_TOO_LONG, name


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (  # OpenAI
            400,
            "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you"
            " provided 32000.",
        ),
        (400, "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for m"),  # Anthropic
        (  # Google
            400,
            "Unable to submit request because it has a maxOutputTokens value of 32000 but the supported range is from"
            " 1 (inclusive) to 8193 (exclusive).",
        ),
        (  # vLLM
            400,
            "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768"
            " tokens and your request has 3500 input tokens (32000 > 32768 - 3500). (parameter=max_tokens)",
        ),
        (  # vLLM, older, and OpenAI
            400,
            "This model's maximum context length is 32768 tokens. However, you requested 35500 tokens (3500 in the"
            " messages, 32000 in the completion). Please reduce the length of the messages or completion.",
        ),
        (  # vLLM, newer
            400,
            "You passed 3500 input tokens and requested 32000 output tokens. However, the model's context length is"
            " only 32768 tokens, resulting in a maximum input length of 768 tokens.",
        ),
        (400, "input length and `max_tokens` exceed context limit: 20000 + 190000 > 200000"),  # Anthropic
        (422, "`inputs` tokens + `max_new_tokens` must be <= 32769. Given: 3500 `inputs` tokens and 32000"),  # TGI
        (400, "`max_tokens` must be less than or equal to `8192`"),  # Groq
        (400, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),  # DeepSeek
        (400, "The maximum tokens you requested exceeds the model limit of 8192."),  # Bedrock
    ],
)
def test_more_output_than_a_model_can_write_in_the_words_of_many_servers(
    server: Server, models: dict[str, ProviderModel], status: int, words: str
):
    for name, say in SPEAKERS.items():
        for code in ("invalid_request_error", "context_length_exceeded"):
            found = fault(server, models[name], say.failed(status, code, words))
            assert found.fault == Fault.OUTPUT_TOO_LONG, name


def test_a_long_prompt_leaves_no_room_for_any_answer(server: Server, models: dict[str, ProviderModel]):
    for words in (
        "'max_tokens' or 'max_completion_tokens' is too large: 16000. This model's maximum context length is 32768"
        " tokens and your request has 31000 input tokens (16000 > 32768 - 31000).",
        "You passed 40000 input tokens and requested 1000 output tokens. However, the model's context length is only"
        " 32768 tokens, resulting in a maximum input length of 31768 tokens.",
    ):
        answer = SPEAKERS["openai"].failed(400, "BadRequestError", words)
        assert fault(server, models["openai"], answer).fault == Fault.CONTEXT_TOO_LONG


@pytest.mark.parametrize(
    ("status", "words", "which"),
    [
        (404, 'model "qwen9" not found, try pulling it first', Fault.UNKNOWN_MODEL),  # Ollama
        (400, "Invalid model name passed in model=gpt-9", Fault.UNKNOWN_MODEL),  # a LiteLLM proxy
        (400, "max_tokens must be at least 1", Fault.REJECTED),
        (429, "The maximum tokens per minute exceeded", Fault.RATE_LIMITED),
        (402, "Insufficient credits", Fault.REJECTED),
        (422, "field required", Fault.REJECTED),
        (408, "Request timeout", Fault.TIMEOUT),
        (502, "bad gateway", Fault.OVERLOADED),
        (529, "Overloaded", Fault.OVERLOADED),
    ],
)
def test_other_refusals(server: Server, models: dict[str, ProviderModel], status: int, words: str, which: Fault):
    for name, say in SPEAKERS.items():
        assert fault(server, models[name], say.failed(status, "other", words)).fault == which, name


def test_an_empty_account_is_not_waited_for(server: Server, models: dict[str, ProviderModel]):
    answer = SPEAKERS["openai"].failed(
        429, "insufficient_quota", "You exceeded your current quota", {"Retry-After": "5"}
    )
    found = fault(server, models["openai"], answer)
    assert (found.fault, found.retry_after_s) == (Fault.REJECTED, None)


@pytest.mark.parametrize("name", SPEAKERS)
def test_the_hint_in_milliseconds_and_as_a_date(server: Server, models: dict[str, ProviderModel], name: str):
    say = SPEAKERS[name]
    exact = say.failed(429, "rate_limit_error", "slow down", {"Retry-After-Ms": "1500", "Retry-After": "9"})
    assert fault(server, models[name], exact).retry_after_s == 1.5
    dated = say.failed(503, "overloaded", "later", {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})
    assert (fault(server, models[name], dated).retry_after_s or 0) > 86400
    silent = say.failed(503, "overloaded", "later")
    assert fault(server, models[name], silent).retry_after_s is None
    broken = say.failed(503, "overloaded", "later", {"Retry-After": "soon"})
    assert fault(server, models[name], broken).retry_after_s is None


def test_googles_hint_in_the_body(server: Server, models: dict[str, ProviderModel]):
    assert fault(server, models["google"], SPEAKERS["google"].rate_limited("0.5")).retry_after_s == 0.5


@pytest.mark.parametrize("name", SPEAKERS)
def test_an_error_with_status_200_is_no_reply(server: Server, models: dict[str, ProviderModel], name: str):
    answer = SPEAKERS[name].failed(200, "server_error", "upstream broke")
    assert fault(server, models[name], answer).fault == Fault.MALFORMED


@pytest.mark.parametrize("before", [150, 170, 175, 190])
def test_no_part_of_a_key_is_left_where_an_answer_is_cut(server: Server, before: int):
    key = "planted-key-0123456789"
    answer = Answer({"x": "y" * before + key})
    endpoint = find("google:m", server.url, {"GOOGLE_API_KEY": key})
    model = ProviderModel(endpoint)
    assert key[:4] not in fault(server, model, answer).message
    model.close()


def test_a_long_page_is_cut(server: Server, models: dict[str, ProviderModel]):
    for body in ("<p>gone</p>\n" * 2000, {"error": "x" * 9000}):
        message = fault(server, models["openai"], Answer(body, 502)).message
        assert "\n" not in message
        assert len(message) <= LONGEST + 3


@pytest.mark.parametrize("name", SPEAKERS)
def test_half_a_character_in_an_error_does_not_keep_it_out_of_the_journal(
    server: Server, models: dict[str, ProviderModel], name: str
):
    answer = SPEAKERS[name].failed(400, "invalid_request_error", "bad \ud800 thing")
    assert "bad ? thing" in fault(server, models[name], answer).message


@pytest.mark.parametrize("name", SPEAKERS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_to_another_address(
    server: Server, models: dict[str, ProviderModel], name: str, status: int
):
    with serving() as elsewhere:
        elsewhere.answers.append(SPEAKERS[name].filled())
        found = fault(server, models[name], Answer("", status, {"Location": f"{elsewhere.url}/v1/chat"}))
    assert elsewhere.requests == []
    assert found.fault == Fault.REJECTED
    assert "another address" in found.message


def test_scrubbing():
    assert scrub("key=s3cret!, again s3cret!", ["s3cret!"]) == "key=[key], again [key]"
    for secret in (
        "sk-ant-REDACTED",
        "sk-proj-****************abcd",
        "AIzaSyA0123456789_-abcdefghij",
        "Bearer eyJhbGciOi.J9.x-y_z",
    ):
        assert "[key]" in scrub(f"wrong key: {secret}.", [])
        assert secret[-6:] not in scrub(f"wrong key: {secret}", [])
    assert scrub("ask-me-anything about the risk-free rate", []) == "ask-me-anything about the risk-free rate"
