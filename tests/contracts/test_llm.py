"""One contract for whoever stands behind the seam: the scripted model, a recording, and the real client.

The real client speaks each protocol to a server on this machine. Every fault that a provider can have is injected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from haste.llm.endpoint import find
from haste.llm.protocol import LanguageModel
from haste.llm.provider import ProviderModel
from haste.llm.replay import ReplayModel
from haste.llm.scripted import ScriptedModel
from haste.schema.model import Fault, ModelFault, ModelReply, Usage
from tests.llm.loopback import FILLED, FORM, SPEAKERS, Answer, OpenAI, Server, question, serving

KEY = "planted-key-0123456789"
USAGE = Usage(input=1200, cached=1000, cache_written=50, output=80, reasoning=30)
ARGUMENTS = json.dumps(FILLED)

# What the world does: the reply that must come out, whoever gives it. None: any.
REPLIES: dict[str, ModelReply] = {
    "filled": ModelReply(form=FORM.name, arguments=ARGUMENTS, model="x:m", usage=USAGE),
    "said": ModelReply(text="I would rather talk.", model="x:m", usage=USAGE),
    "unknown_tool": ModelReply(form="delete_everything", arguments=ARGUMENTS, model="x:m", usage=USAGE),
    "malformed_arguments": ModelReply(form=FORM.name, arguments='{"change": ', model="x:m", usage=USAGE),
    "truncated": ModelReply(form=FORM.name, arguments='{"change": "add a l', stop="length", model="x:m", usage=USAGE),
    "refused": ModelReply(stop="refused", model="x:m", usage=USAGE),
    "empty": ModelReply(model="x:m", usage=USAGE),
}
FAULTS: dict[str, Fault] = {
    "rate_limited": Fault.RATE_LIMITED,
    "overloaded": Fault.OVERLOADED,
    "server_error": Fault.OVERLOADED,
    "timeout": Fault.TIMEOUT,
    "dropped": Fault.CONNECTION,
    "no_json": Fault.MALFORMED,
    "wrong_content_type": Fault.MALFORMED,
    "no_choices": Fault.MALFORMED,
    "too_long": Fault.CONTEXT_TOO_LONG,
    "bad_key": Fault.BAD_KEY,
    "forbidden": Fault.BAD_KEY,
    "no_model": Fault.UNKNOWN_MODEL,
    "rejected": Fault.REJECTED,
}


class Subject(Protocol):
    name: str

    def model(self, *happens: str) -> LanguageModel:
        """A model to whose callers these things happen, one after the other."""
        ...

    def calls(self) -> int: ...


def outcome(what: str) -> ModelReply | ModelFault:
    return REPLIES[what] if what in REPLIES else ModelFault(FAULTS[what], what, model="x:m", retry_after_s=7.0)


class Scripted:
    name = "scripted"

    def model(self, *happens: str) -> LanguageModel:
        self.made = ScriptedModel(outcome(one) for one in happens)
        return self.made

    def calls(self) -> int:
        return len(self.made.asked)


class Replayed:
    name = "replay"

    def model(self, *happens: str) -> LanguageModel:
        return ReplayModel((question(), outcome(one)) for one in happens)

    def calls(self) -> int:
        return 1


class Real:
    """`stall` is short: the test of the timeout waits that long, and every other answer comes at once."""

    def __init__(self, speaker: OpenAI, server: Server) -> None:
        self.name, self.speaker, self.server = speaker.name, speaker, server
        self.opened: list[ProviderModel] = []

    def model(self, *happens: str) -> LanguageModel:
        self.server.requests.clear()
        self.server.answers.clear()
        self.server.answers.extend(self.answer(one) for one in happens)
        names = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
        endpoint = find(f"{self.name}:m", self.speaker.url(self.server), dict.fromkeys(names, KEY))
        self.opened.append(ProviderModel(endpoint, timeout_s=1.0 if "timeout" in happens else 30.0))
        return self.opened[-1]

    def calls(self) -> int:
        return len(self.server.requests)

    def answer(self, what: str) -> Answer:
        say = self.speaker
        special: dict[str, Callable[[], Answer]] = {
            "said": lambda: say.said("I would rather talk."),
            "unknown_tool": lambda: say.filled("delete_everything"),
            "malformed_arguments": lambda: say.filled(arguments='{"change": '),
            "server_error": lambda: say.failed(500, "api_error", "Internal server error"),
            "timeout": lambda: Answer(stall=True),
            "dropped": lambda: Answer(drop=True),
            "no_json": lambda: Answer("<html>502 Bad Gateway</html>"),
            "wrong_content_type": lambda: Answer("upstream gone", headers={"Content-Type": "text/plain"}),
            "bad_key": lambda: say.bad_key(KEY),
            "forbidden": lambda: say.failed(403, "permission_error", f"{KEY} may not use this model"),
            "rejected": lambda: say.failed(400, "invalid_request_error", f"temperature: not with {KEY}"),
        }
        return special[what]() if what in special else getattr(say, what)()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=["scripted", "replay", *SPEAKERS])
def subject(request: pytest.FixtureRequest, server: Server) -> Iterator[Subject]:
    if request.param in SPEAKERS:
        real = Real(SPEAKERS[request.param], server)
        yield real
        for model in real.opened:
            model.close()
    else:
        yield Scripted() if request.param == "scripted" else Replayed()


@pytest.mark.parametrize("what", REPLIES)
def test_what_a_model_says_is_a_reply(subject: Subject, what: str):
    if what == "malformed_arguments" and subject.name in ("anthropic", "google"):
        pytest.skip("the protocol carries arguments as JSON: it cannot send them malformed")
    reply = subject.model(what).complete(question())
    wanted = REPLIES[what]
    assert (reply.form, reply.stop) == (wanted.form, wanted.stop)
    if what in ("truncated", "refused"):  # each protocol words these its own way
        assert reply.form is None or reply.arguments
    else:
        assert (reply.text, reply.arguments) == (wanted.text, wanted.arguments)
    assert reply.usage.model_copy(update={"cache_written": 50}) == USAGE  # Google writes its cache at no charge
    assert reply.model in ("x:m", f"{subject.name}:m")
    assert subject.calls() == 1


def test_each_question_gets_its_answer_in_turn(subject: Subject):
    model = subject.model("said", "filled", "empty")
    replies = [model.complete(question()) for _ in range(3)]
    assert [reply.form for reply in replies] == [None, FORM.name, None]
    assert [bool(reply.text) for reply in replies] == [True, False, False]


@pytest.mark.parametrize("what", FAULTS)
def test_a_call_without_a_reply_is_a_fault(subject: Subject, what: str):
    with pytest.raises(ModelFault) as caught:
        subject.model(what).complete(question())
    assert caught.value.fault == FAULTS[what]
    assert caught.value.model in ("x:m", f"{subject.name}:m")
    assert caught.value.message
    assert subject.calls() == 1, "the seam never asks twice"
    if what == "rate_limited":
        assert caught.value.retry_after_s == 7.0


@pytest.mark.parametrize("what", FAULTS)
def test_no_fault_tells_a_key(subject: Subject, what: str):
    with pytest.raises(ModelFault) as caught:
        subject.model(what).complete(question())
    told = f"{caught.value} {caught.value!r} {caught.value.args} {vars(caught.value)}"
    assert KEY not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "the library's error carries the request, and with it the key"


def test_a_fault_leaves_the_model_usable(subject: Subject):
    model = subject.model("dropped", "overloaded", "filled")
    for _ in range(2):
        with pytest.raises(ModelFault):
            model.complete(question())
    assert model.complete(question()).form == FORM.name
