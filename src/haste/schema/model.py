"""Talking to a model: what is asked, what came back, what it used. Plain values that no provider's library knows."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, Literal

from .errors import ProviderError
from .value import Value


class Role(StrEnum):
    """Who asks; each may have a model of its own."""

    ORCHESTRATOR = "orchestrator"
    SPECIALIST = "specialist"
    REFLECT = "reflect"


class Stage(StrEnum):
    """What is asked for."""

    CLASSIFY = "classify"
    INFER = "infer"
    DRAFT = "draft"
    REFINE = "refine"
    DEBUG = "debug"
    REFLECT = "reflect"
    PROMOTE = "promote"


class Message(Value):
    author: Literal["user", "model"]
    text: str


class ReplyForm(Value):
    """The typed answer that is asked for, as a tool to call or as a schema to follow."""

    name: str
    description: str
    parameters: dict[str, Any]  # a JSON schema of an object


class ModelRequest(Value):
    """One question. `stable` comes first and changes least, so that a provider's prompt cache finds it again."""

    role: Role
    stage: Stage
    stable: tuple[str, ...]  # system blocks, the longest-lived first; a cache breakpoint belongs after each
    messages: tuple[Message, ...]  # begins and ends with the user's
    form: ReplyForm
    max_output_tokens: int


def identity(request: ModelRequest) -> str:
    """What makes two requests the same: "sha256:" + the digest of the request's JSON, which is also its blob's name."""
    return "sha256:" + hashlib.sha256(request.model_dump_json().encode()).hexdigest()


class Usage(Value):
    """Tokens of one call. None is unknown, never zero."""

    input: int | None = None  # all of it, the cached part included
    cached: int | None = None  # read from the provider's cache
    cache_written: int | None = None
    output: int | None = None  # all of it, reasoning included
    reasoning: int | None = None


class Bound(Value):
    """The most that one call can come to. `usd` is None where no price is known."""

    tokens: int
    usd: float | None


class ModelReply(Value):
    """What came back, unparsed: `arguments` is the JSON text of the form, where the model filled it in."""

    text: str = ""
    form: str | None = None  # the name of the form that was filled in: not always the one asked for
    arguments: str | None = None
    stop: Literal["complete", "length", "refused", "context_too_long", "output_too_long"] = "complete"
    model: str  # PROVIDER:NAME that answered
    usage: Usage = Usage()


class Fault(StrEnum):
    """Why no reply came."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"  # also every other 5xx
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # refused, or no such host: nobody heard the question
    CONNECTION = "connection"  # dropped on the way
    MALFORMED = "malformed"  # an answer that is none: no JSON, no choices
    CONTEXT_TOO_LONG = "context_too_long"
    OUTPUT_TOO_LONG = "output_too_long"  # more output was allowed than the model can write
    BAD_KEY = "bad_key"
    UNKNOWN_MODEL = "unknown_model"
    REJECTED = "rejected"  # any other 4xx

    @property
    def passing(self) -> bool:
        """Whether asking again can help."""
        return self in _PASSING or self.may_be_paid

    @property
    def may_be_paid(self) -> bool:
        """Whether the provider may have worked for it, and charged."""
        return self in (Fault.TIMEOUT, Fault.CONNECTION, Fault.MALFORMED)


_PASSING = (Fault.RATE_LIMITED, Fault.OVERLOADED, Fault.UNREACHABLE)


class ModelFault(ProviderError):
    """A call that brought no reply. `retry_after_s` is the provider's own hint."""

    def __init__(self, fault: Fault, message: str, *, model: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, where=model)
        self.fault, self.model, self.retry_after_s = fault, model, retry_after_s
