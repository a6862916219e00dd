"""What a provider's library raises, as a `ModelFault`: which fault, how long to wait, and a text without keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from haste.schema.model import Fault, ModelFault

LONGEST = 400  # characters of a provider's message in an error text

# Wordings of servers that send no code for it: llama.cpp, vLLM, Ollama, LM Studio, Anthropic, OpenAI, Google.
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window|limit)s?|context_length_exceeded|exceed_context_size"
    r"|(?:prompt|input|request) (?:is )?too (?:long|large)|maximum model length|max_model_len"
    r"|input token count .* exceeds|reduce the length",
    re.IGNORECASE,
)
# How much was asked with, and how much fits in, where a server says both: input and output share the context.
_ROOM = (
    re.compile(r"context length is (?P<room>\d+).*?(?P<asked>\d+) (?:in the messages|input tokens)", re.DOTALL),
    re.compile(r"(?P<asked>\d+) input tokens.*?context length is (?:only )?(?P<room>\d+)", re.DOTALL),
    re.compile(r"context limit: (?P<asked>\d+) \+ \d+ > (?P<room>\d+)"),
    re.compile(r"max_new_tokens`? must be <= (?P<room>\d+)\. Given: (?P<asked>\d+)"),
)
_MOST_ASKED = 0.75  # of the room: with a longer prompt it is the prompt that has to become shorter
# OpenAI, Anthropic, Google, Groq, DeepSeek, Cohere, Bedrock, vLLM.
_OUTPUT_TOO_LONG = re.compile(
    r"(?:max_(?:completion_|output_|new_)?tokens|maxOutputTokens|max(?:imum)? (?:output |completion )?tokens)\b"
    r".{0,80}?(?:too (?:large|high|long|big)|exceed|> \d|<= ?\d|less than or equal|greater than|at most|range)",
    re.IGNORECASE | re.DOTALL,
)
# Proxies answer 400 where the provider itself would answer 404.
_NO_MODEL = re.compile(
    r"model[^.\n]{0,80}(?:not found|does not exist|not exist|is not supported|unknown)"
    r"|(?:invalid|unknown|no such) model",
    re.IGNORECASE,
)
# Last line of defence, for keys that are not ours to know: OpenAI's, Anthropic's, Google's, and any bearer.
_LIKE_A_KEY = re.compile(r"\b(?:sk|rk|pk)-[\w*.\-]{6,}|\bAIza[\w\-]{10,}|(?i:bearer\s+)[\w.\-~+/=*]{8,}")


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text with no key in it: neither one of `secrets` nor what looks like one."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return _LIKE_A_KEY.sub("[key]", text)


def to_fault(error: Exception, model: str, secrets: Iterable[str]) -> ModelFault:
    """`error` is whatever asking the library's model raised."""
    text = _text(error)
    fault = _which(error, text)
    hint = getattr(error, "retry_after", None)
    return ModelFault(
        fault,
        _bounded(scrub(f"{_LEAD[fault]}{text}", secrets)),
        model=model,
        retry_after_s=float(hint) if hint is not None and fault.passing else None,
    )


_LEAD = {
    Fault.RATE_LIMITED: "rate limit: ",
    Fault.OVERLOADED: "the provider cannot serve now: ",
    Fault.TIMEOUT: "no answer in time: ",
    Fault.UNREACHABLE: "no connection: ",
    Fault.CONNECTION: "the connection was dropped: ",
    Fault.MALFORMED: "the answer makes no sense: ",
    Fault.CONTEXT_TOO_LONG: "the request is longer than the model can read: ",
    Fault.OUTPUT_TOO_LONG: "more output was allowed than the model can write: ",
    Fault.BAD_KEY: "the key was refused: ",
    Fault.UNKNOWN_MODEL: "no such model there (or the base URL is wrong): ",
    Fault.REJECTED: "the request was refused: ",
}


def _which(error: Exception, text: str) -> Fault:
    from pydantic_ai import exceptions as known

    status = _status(error)
    refused = isinstance(error, known.ModelRequestRejectedError) or (status is not None and 300 <= status < 500)
    if status in (400, 422, 500) and (too_long := _too_long(text)):  # llama.cpp's server has said so with a 500
        return too_long
    for kind, fault in (
        (known.ModelContextWindowExceededError, Fault.CONTEXT_TOO_LONG),
        (known.ModelAuthenticationError, Fault.BAD_KEY),
        (known.ModelNotFoundError, Fault.UNKNOWN_MODEL),
        (known.ModelQuotaExceededError, Fault.REJECTED),  # waiting does not fill an account
        (known.ModelRateLimitError, Fault.RATE_LIMITED),
        ((known.ModelTimeoutError, known.ModelRequestTimeout), Fault.TIMEOUT),
        (known.ModelConnectionError, Fault.CONNECTION),
    ):
        if isinstance(error, kind):
            return Fault.UNREACHABLE if fault in _MAYBE_UNHEARD and _unheard(error) else fault
    if status == 413:
        return Fault.CONTEXT_TOO_LONG
    if status is not None and (status >= 500 or getattr(error, "provider_retry_hint", None)):
        return Fault.OVERLOADED
    if status == 408:
        return Fault.TIMEOUT
    if isinstance(error, known.ModelUnavailableError | known.ModelServerError):
        return Fault.OVERLOADED
    if refused:
        return Fault.UNKNOWN_MODEL if _NO_MODEL.search(text) else Fault.REJECTED
    return Fault.MALFORMED


def _too_long(text: str) -> Fault | None:
    """Which of the two is too long, what is asked or what may be answered; None: neither."""
    for pattern in _ROOM:
        if found := pattern.search(text):
            fits = int(found["asked"]) <= _MOST_ASKED * int(found["room"])
            return Fault.OUTPUT_TOO_LONG if fits else Fault.CONTEXT_TOO_LONG
    if _OUTPUT_TOO_LONG.search(text):
        return Fault.OUTPUT_TOO_LONG
    return Fault.CONTEXT_TOO_LONG if _TOO_LONG.search(text) else None


_MAYBE_UNHEARD = (Fault.CONNECTION, Fault.TIMEOUT)
_UNHEARD = ("ConnectError", "ConnectTimeout", "PoolTimeout")  # by name: the libraries bring httpx under two names


def _unheard(error: BaseException | None) -> bool:
    """Whether no connection was made at all, so that nobody heard the question."""
    while error is not None:
        if type(error).__name__ in _UNHEARD:
            return True
        error = error.__cause__ or error.__context__
    return False


def _text(error: Exception) -> str:
    """The provider's own words where it sent any, else the library's."""
    from pydantic_ai.exceptions import AgentRunError

    if not isinstance(error, AgentRunError):  # the library stumbled over the answer
        return f"it has not the protocol's shape ({type(error).__name__})"
    said, status = _said(getattr(error, "body", None)), _status(error)
    if status is not None and 300 <= status < 400:
        return f"it points to another address, and nobody is followed there: check --base-url (HTTP {status})"
    if said:
        return f"{said} (HTTP {status})" if status else said
    message = str(getattr(error, "message", None) or error)
    cause = error.__cause__
    inner = cause.__cause__ if cause is not None else None
    if inner is not None and str(inner) not in message:  # "Connection error." alone does not say which
        message = f"{message} {inner}"
    return message.strip() or type(error).__name__


def _status(error: BaseException) -> int | None:
    """The HTTP status. Below 400 the library leaves it to the provider's own error, which is the cause."""
    for one in (error, error.__cause__):
        for name in ("status_code", "code"):
            if isinstance(status := getattr(one, name, None), int):
                return status
    return None


def _said(body: Any) -> str:
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, dict):
            return str(error.get("message") or error)
        return str(error)
    return body if isinstance(body, str) else ""


def _bounded(text: str) -> str:
    """One line of bounded length, without halves of characters (lone surrogates), which no file can hold."""
    line = " ".join(text.encode(errors="replace").decode().split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
