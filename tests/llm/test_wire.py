"""What really goes over the wire, per protocol and reply mode."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from haste.llm.endpoint import find
from haste.llm.line import Line, open_line
from haste.llm.provider import ProviderModel
from haste.llm.wording import BREAKPOINTS, to_call
from haste.schema.errors import ConfigError
from haste.schema.model import Fault, Message, ModelFault, ModelReply
from tests.llm.loopback import FILLED, FORM, SPEAKERS, Answer, Server, question, serving

KEY = "planted-key-0123456789"
ENVIRONMENT = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"), KEY)
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def opened() -> Iterator[list[ProviderModel]]:
    models: list[ProviderModel] = []
    yield models
    for model in models:
        model.close()


@pytest.fixture
def ask(server: Server, opened: list[ProviderModel]) -> Ask:
    """Asks through a protocol and returns the body that the server received."""

    def asking(protocol: str, *, mode: Any = "tool", name: str | None = None, **told: Any) -> dict[str, Any]:
        speaker = SPEAKERS[protocol]
        server.answers.clear()
        server.answers.append(speaker.filled() if mode == "tool" else speaker.said(json.dumps(FILLED)))
        model = ProviderModel(find(name or f"{protocol}:m", speaker.url(server), ENVIRONMENT), reply_mode=mode)
        opened.append(model)
        reply = model.complete(question(**told))
        assert reply.form == FORM.name
        assert json.loads(reply.arguments or "") == FILLED
        return server.requests[-1]

    return asking


def test_anthropic_gets_a_breakpoint_after_each_stable_block(ask: Ask):
    body = ask("anthropic", stable=("role", "competition", "skills"))
    assert [block["text"] for block in body["system"]] == ["role", "competition", "skills"]
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in body["system"])
    assert "cache_control" not in json.dumps(body["messages"]), "the volatile part is not worth a cache write"


def test_anthropic_gets_no_more_breakpoints_than_it_takes(ask: Ask):
    body = ask("anthropic", stable=tuple("abcdef"))
    marked = [block["text"] for block in body["system"] if "cache_control" in block]
    assert len(marked) == BREAKPOINTS
    assert marked == list("cdef"), "the last ones: each covers everything before it"


def test_without_stable_blocks_there_is_no_system_text(ask: Ask):
    assert "system" not in ask("anthropic", stable=())
    assert [message["role"] for message in ask("openai", stable=())["messages"]] == ["user"]
    assert "systemInstruction" not in ask("google", stable=("  ",))


def test_openai_compatible_servers_get_one_system_message_first(ask: Ask):
    messages = ask("openai", stable=("role", "competition"))["messages"]
    assert messages[0] == {"role": "system", "content": "role\n\ncompetition"}
    assert [message["role"] for message in messages] == ["system", "user"]


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_a_conversation_keeps_its_order_and_its_words(ask: Ask, protocol: str):
    said = ("Refine.", "I said nonsense.", "Again, <b>please</b> & 'properly', café.")
    told = tuple(Message(author="user" if i % 2 == 0 else "model", text=text) for i, text in enumerate(said))
    body = ask(protocol, messages=told)
    turns = body["contents"] if protocol == "google" else [m for m in body["messages"] if m["role"] != "system"]
    assert [turn["role"] for turn in turns] == ["user", "model" if protocol == "google" else "assistant", "user"]
    for turn, text in zip(turns, said, strict=True):
        assert text in json.dumps(turn, ensure_ascii=False)


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_tool_mode_forces_the_one_tool(ask: Ask, protocol: str):
    body = ask(protocol)
    if protocol == "openai":
        assert body["tool_choice"] == "required"
        assert [tool["function"]["name"] for tool in body["tools"]] == [FORM.name]
        assert body["tools"][0]["function"]["parameters"] == FORM.parameters
    elif protocol == "anthropic":
        assert body["tool_choice"] == {"type": "any"}
        assert [tool["input_schema"] for tool in body["tools"]] == [FORM.parameters]
    else:
        assert body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"
        assert body["tools"][0]["functionDeclarations"][0]["parameters_json_schema"] == FORM.parameters


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_native_mode_sends_the_schema_and_no_tool(ask: Ask, protocol: str):
    body = ask(protocol, mode="native")
    assert "tools" not in body
    schema = {
        "openai": lambda: body["response_format"]["json_schema"]["schema"],
        "anthropic": lambda: body["output_config"]["format"]["schema"],
        "google": lambda: body["generationConfig"]["responseJsonSchema"],
    }[protocol]()
    assert schema["properties"] == FORM.parameters["properties"]


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_prompted_mode_asks_in_words_after_the_stable_blocks(ask: Ask, protocol: str):
    body = ask(protocol, mode="prompted", stable=("role",))
    assert "tools" not in body
    system = {
        "openai": lambda: body["messages"][0]["content"],
        "anthropic": lambda: "\n".join(block["text"] for block in body["system"]),
        "google": lambda: body["systemInstruction"]["parts"][0]["text"],
    }[protocol]()
    assert system.startswith("role")
    assert json.dumps(FORM.parameters) in system


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_equal_questions_are_equal_on_the_wire(ask: Ask, protocol: str):
    """A provider's cache compares bytes: nothing of the call's own (an id, the time) may stand in the body."""
    assert ask(protocol) == ask(protocol)


def test_the_output_limit_has_the_name_that_the_server_knows(ask: Ask):
    assert ask("openai", name="openai:qwen3-coder")["max_tokens"] == 500
    assert ask("openai", name="openai:gpt-5.1")["max_completion_tokens"] == 500
    assert ask("openai", name="ollama:gpt-oss:20b")["max_tokens"] == 500
    assert ask("anthropic")["max_tokens"] == 500
    assert ask("google")["generationConfig"]["maxOutputTokens"] == 500


def test_only_openai_itself_gets_a_cache_key():
    hosted, own = find("openai:gpt-5", None, ENVIRONMENT), find("openai:gpt-5", "http://127.0.0.1:1", ENVIRONMENT)
    told = [to_call(question(), endpoint, "tool", 1.0).settings for endpoint in (hosted, hosted, own)]
    assert told[0]["openai_prompt_cache_key"] == told[1]["openai_prompt_cache_key"]
    assert "openai_prompt_cache_key" not in told[2]


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_the_key_goes_to_the_server_and_nowhere_else(
    ask: Ask, server: Server, opened: list[ProviderModel], caplog: pytest.LogCaptureFixture, protocol: str
):
    caplog.set_level(logging.DEBUG)
    body = ask(protocol)
    assert KEY in "\n".join(server.headers[-1].values())
    assert KEY not in json.dumps(body)
    assert KEY not in server.paths[-1]
    assert KEY not in caplog.text
    assert KEY not in repr(opened[-1]) + repr(find(f"{protocol}:m", None, ENVIRONMENT | {"HASTE_OFFLINE": ""}))


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_a_key_that_a_server_says_is_not_in_the_reply(server: Server, opened: list[ProviderModel], protocol: str):
    say = SPEAKERS[protocol]
    opened.append(ProviderModel(find(f"{protocol}:m", say.url(server), ENVIRONMENT)))
    for answer in (say.said(f"you sent {KEY}"), say.filled(arguments={"change": KEY, "lines": 1})):
        server.answers.clear()
        server.answers.append(answer)
        reply = opened[-1].complete(question())
        assert KEY not in repr(reply)
        assert "[key]" in f"{reply.text}{reply.arguments}"


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_half_a_character_in_a_reply_does_not_keep_it_out_of_the_journal(
    server: Server, opened: list[ProviderModel], protocol: str
):
    say = SPEAKERS[protocol]
    opened.append(ProviderModel(find(f"{protocol}:m", say.url(server), ENVIRONMENT)))
    for answer in (say.said("cut \ud83d"), say.filled(arguments={"change": "cut \ud83d", "lines": 1})):
        server.answers.clear()
        server.answers.append(answer)
        reply = opened[-1].complete(question())
        assert ModelReply.model_validate_json(reply.model_dump_json()) == reply
        assert "cut " in f"{reply.text}{reply.arguments}"


def test_an_endpoints_own_short_key_is_not_in_the_reply_either(server: Server, opened: list[ProviderModel]):
    server.answers.clear()
    server.answers.append(SPEAKERS["openai"].said("you sent s3cr3t-1"))
    opened.append(ProviderModel(find("vllm:m", server.url, {"VLLM_API_KEY": "s3cr3t-1"})))
    assert opened[-1].complete(question()).text == "you sent [key]"


@pytest.mark.parametrize("protocol", SPEAKERS)
@pytest.mark.parametrize(
    "usage",
    [None, {}, "none", {"prompt_tokens": "12", "input_tokens": "12"}, {"prompt_tokens": -1, "input_tokens": -1}],
)
def test_an_answer_without_sound_token_counts_is_an_answer(
    server: Server, opened: list[ProviderModel], protocol: str, usage: object
):
    say = SPEAKERS[protocol]
    body = {name: value for name, value in say.filled().body.items() if name not in ("usage", "usageMetadata")}
    if usage is not None:
        body |= {"usageMetadata" if protocol == "google" else "usage": usage}
    server.answers.clear()
    server.answers.append(Answer(body))
    opened.append(ProviderModel(find(f"{protocol}:m", say.url(server), ENVIRONMENT)))
    reply = opened[-1].complete(question())
    assert (reply.form, json.loads(reply.arguments or "")) == (FORM.name, FILLED)
    assert (reply.usage.input, reply.usage.output) == (None, None)


def test_a_block_of_an_unknown_kind_is_left_out(server: Server, opened: list[ProviderModel]):
    say = SPEAKERS["anthropic"]
    wonder = {"type": "wonder", "x": 1}
    server.answers.clear()
    opened.append(ProviderModel(find("anthropic:m", say.url(server), ENVIRONMENT)))
    for content, text in (([wonder], ""), ([wonder, {"type": "text", "text": "so"}], "so")):
        server.answers.append(say._reply({"content": content}, "end_turn"))
        reply = opened[-1].complete(question())
        assert (reply.text, reply.form, reply.usage.output) == (text, None, 80)
        server.answers.popleft()


def test_an_answer_that_met_the_end_of_the_window_was_asked_with_too_much(server: Server, opened: list[ProviderModel]):
    say = SPEAKERS["anthropic"]
    server.answers.clear()
    server.answers.append(say._reply({"content": [{"type": "text", "text": "x"}]}, "model_context_window_exceeded"))
    opened.append(ProviderModel(find("anthropic:m", say.url(server), ENVIRONMENT)))
    reply = opened[-1].complete(question())
    assert (reply.stop, reply.usage.output) == ("context_too_long", 80)


def test_several_threads_may_share_a_model(server: Server, opened: list[ProviderModel]):
    server.answers.clear()
    server.answers.append(SPEAKERS["openai"].filled())
    model = ProviderModel(find("openai:m", server.url, {}))
    opened.append(model)
    forms: list[str | None] = []
    threads = [threading.Thread(target=lambda: forms.append(model.complete(question()).form)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert forms == [FORM.name] * 4


def test_a_call_that_nobody_waits_for_does_not_hold_up_the_next(opened: list[ProviderModel]):
    with serving() as server:
        server.answers.extend([Answer(stall=True), SPEAKERS["openai"].filled()])
        opened.append(ProviderModel(find("openai:m", server.url, {}), timeout_s=20.0))

        def abandoned() -> None:
            with contextlib.suppress(ModelFault):
                opened[-1].complete(question())

        thread = threading.Thread(target=abandoned, daemon=True)
        thread.start()
        while not server.requests:
            thread.join(0.01)
        assert opened[-1].complete(question()).form == FORM.name
        assert thread.is_alive()
    thread.join()


def test_an_interrupted_call_leaves_the_model_usable(
    server: Server, opened: list[ProviderModel], monkeypatch: pytest.MonkeyPatch
):
    server.answers.clear()
    server.answers.append(SPEAKERS["openai"].filled())
    model = ProviderModel(find("openai:m", server.url, {}))
    opened.append(model)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Line, "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.complete(question())
    assert not model._idle, "its event loop may hold the half of a call"
    assert model.complete(question()).form == FORM.name


def test_a_call_that_nobody_waits_for_does_not_spoil_the_end(monkeypatch: pytest.MonkeyPatch):
    lines: list[Line] = []

    def listed(*told: Any) -> Line:
        lines.append(open_line(*told))
        return lines[-1]

    monkeypatch.setattr("haste.llm.provider.open_line", listed)
    with serving() as silent:
        silent.answers.append(Answer(stall=True))
        model = ProviderModel(find("openai:m", silent.url, {}))
        ended: list[type[BaseException]] = []

        def abandoned() -> None:
            try:
                model.complete(question())
            except BaseException as error:
                ended.append(type(error))

        thread = threading.Thread(target=abandoned, daemon=True)
        thread.start()
        while not silent.requests:
            thread.join(0.01)
        lines[0].close()  # what the end of the process does
    thread.join()
    assert ended == [ModelFault], "the server hung up, and nothing else went wrong"
    lines[0].close()


def test_a_model_may_be_collected_while_another_is_asked(server: Server):
    server.answers.clear()
    server.answers.append(SPEAKERS["openai"].filled())
    model = ProviderModel(find("openai:m", server.url, {}))
    model.complete(question())
    line = model._idle[0]

    async def elsewhere() -> None:
        model.close()

    asyncio.run(elsewhere())
    assert line.closed
    assert line.runner.get_loop().is_closed()


def test_the_librarys_switch_is_obeyed(ask: Ask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pydantic_ai.models.ALLOW_MODEL_REQUESTS", False)
    with pytest.raises(ConfigError, match="switched off"):
        ask("openai")


def test_nothing_leaves_this_machine(opened: list[ProviderModel]):
    """192.0.2.0/24 is for documentation (RFC 5737): nobody is there, and the guard answers before the network does."""
    with pytest.raises(PermissionError, match="HASTE_TESTS_NETWORK"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    opened.append(ProviderModel(find("openai:m", "http://192.0.2.1/v1", {}), timeout_s=5))
    with pytest.raises(ModelFault) as caught:
        opened[0].complete(question())
    assert caught.value.fault == Fault.UNREACHABLE


def test_a_blocked_prompt_is_a_refusal(server: Server, opened: list[ProviderModel]):
    server.answers.clear()
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}
    server.answers.append(Answer(blocked))
    model = ProviderModel(find("google:m", server.url, {}))
    opened.append(model)
    reply = model.complete(question())
    assert (reply.stop, reply.usage.input) == ("refused", 9)


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "google"])
def test_where_nobody_listens_nobody_heard_the_question(opened: list[ProviderModel], protocol: str):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    opened.append(ProviderModel(find(f"{protocol}:m", f"http://127.0.0.1:{port}", {})))
    with pytest.raises(ModelFault) as caught:
        opened[0].complete(question())
    assert caught.value.fault == Fault.UNREACHABLE
    assert caught.value.fault.passing
    assert not caught.value.fault.may_be_paid
