"""A real model behind the seam: one HTTP call per question, no retry, no agent loop, nothing journaled.

It speaks OpenAI's, Anthropic's and Google's protocols through pydantic-ai, which is imported at the first call.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterable

from haste.schema.errors import ConfigError
from haste.schema.model import Fault, ModelFault, ModelReply, ModelRequest

from .endpoint import Endpoint
from .faults import scrub, to_fault
from .line import Line, missing_package, open_line
from .reading import is_answer, to_reply
from .usage import read_usage
from .wording import ReplyMode, to_call

LIKE_A_KEY = 8  # characters; what is set as a key for a local server may be any word, and scripts hold words


class ProviderModel:
    """Raises ConfigError where the protocol's library is missing, or the model cannot do the reply mode.

    `secrets` are what no error text may hold; the endpoint's own key is among them. A question that is asked while
    another is under way, perhaps one that nobody waits for any more, gets a line of its own. `close` is for tests that
    count sockets; else the last reference closes the lines.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        reply_mode: ReplyMode = "tool",
        timeout_s: float = 300.0,
        secrets: Iterable[str] = (),
    ) -> None:
        self._endpoint, self._mode, self._timeout_s = endpoint, reply_mode, timeout_s
        self._secrets = (endpoint.key, *secrets)
        self._idle: list[Line] = []
        self._closers: list[weakref.finalize[[], ProviderModel]] = []
        if missing := missing_package(endpoint):
            raise missing

    def complete(self, request: ModelRequest) -> ModelReply:
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer  # here, so that nothing of the library hangs on it: its errors carry requests and headers
        return answer

    def close(self) -> None:
        while self._closers:
            self._closers.pop()()
        self._idle.clear()

    def _answer(self, request: ModelRequest) -> ModelReply | ModelFault | ConfigError:
        from pydantic_ai import models

        if not models.ALLOW_MODEL_REQUESTS:
            message = "model requests are switched off: pydantic_ai.models.ALLOW_MODEL_REQUESTS is False"
            return ConfigError(message, where=self._endpoint.model)
        try:
            line = self._idle.pop()
        except IndexError:
            line = open_line(self._endpoint, self._timeout_s)
            self._closers.append(weakref.finalize(self, line.close))
        try:
            answer = self._ask(line, request)
        except BaseException:
            line.close()  # interrupted in the middle: the next call gets a fresh line
            raise
        self._idle.append(line)
        return answer

    def _ask(self, line: Line, request: ModelRequest) -> ModelReply | ModelFault | ConfigError:
        from pydantic_ai.exceptions import ContentFilterError, UserError
        from pydantic_ai.messages import ModelResponse

        protocol, model = self._endpoint.protocol, self._endpoint.model
        try:
            try:
                response = line.ask(to_call(request, self._endpoint, self._mode, self._timeout_s))
            except ContentFilterError:
                response = ModelResponse(parts=[], finish_reason="content_filter")
            body = _json(line.body)
            if not is_answer(protocol, body):
                # scrubbed first, so that the cut does not go through a key's middle
                said = scrub(line.body[:2000].decode(errors="replace"), self._secrets)[:200]
                return ModelFault(Fault.MALFORMED, f"the answer holds no choices: {said}", model=model)
            return self._without_keys(to_reply(response, request, model, read_usage(protocol, body)))
        except UserError as error:
            return ConfigError(scrub(str(error), self._secrets), where=model)
        except Exception as error:
            return to_fault(error, model, self._secrets)

    def _without_keys(self, reply: ModelReply) -> ModelReply:
        """A reply is journaled and shown to the model again; a server may have put into it what it was sent."""
        text, arguments = reply.text, reply.arguments
        for key in self._secrets:
            if len(key) >= LIKE_A_KEY:
                text, arguments = text.replace(key, "[key]"), arguments and arguments.replace(key, "[key]")
        return reply.model_copy(update={"text": text, "arguments": arguments})


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
