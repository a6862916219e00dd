"""A real model behind the seam: one HTTP call per question, no retry, no agent loop, nothing journaled.

It speaks OpenAI's, Anthropic's and Google's protocols through pydantic-ai, which is imported at the first call.
"""

from __future__ import annotations

import json
import threading
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

LIKE_A_KEY = 16  # characters; what is set as a key for a local server may be any word, and scripts hold words


class ProviderModel:
    """Raises ConfigError where the protocol's library is missing, or the model cannot do the reply mode.

    `secrets` are what no error text may hold; the endpoint's own key is among them. One question at a time:
    a second thread waits. `close` is for tests that count sockets; else the last reference closes the line.
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
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._finalizer: weakref.finalize[[], ProviderModel] | None = None
        if missing := missing_package(endpoint):
            raise missing

    def complete(self, request: ModelRequest) -> ModelReply:
        with self._lock:
            answer = self._ask(request)
        if isinstance(answer, Exception):
            raise answer  # here, so that nothing of the library hangs on it: its errors carry requests and headers
        return answer

    def close(self) -> None:
        if self._finalizer:
            self._finalizer()
        self._line = self._finalizer = None

    def _ask(self, request: ModelRequest) -> ModelReply | ModelFault | ConfigError:
        from pydantic_ai import models
        from pydantic_ai.exceptions import ContentFilterError, UserError
        from pydantic_ai.messages import ModelResponse

        if not models.ALLOW_MODEL_REQUESTS:
            message = "model requests are switched off: pydantic_ai.models.ALLOW_MODEL_REQUESTS is False"
            return ConfigError(message, where=self._endpoint.model)
        line = self._open()
        call = to_call(request, self._endpoint, self._mode, self._timeout_s)
        try:
            response = line.ask(call)
        except ContentFilterError:
            response = ModelResponse(parts=[], finish_reason="content_filter")
        except UserError as error:
            return ConfigError(scrub(str(error), self._secrets), where=self._endpoint.model)
        except Exception as error:
            return to_fault(error, self._endpoint.model, self._secrets)
        except BaseException:
            self.close()  # interrupted in the middle: the next call gets a fresh line
            raise
        protocol, model, body = self._endpoint.protocol, self._endpoint.model, _json(line.body)
        if not is_answer(protocol, body):
            said = scrub(line.body[:2000].decode(errors="replace"), self._secrets)[:200]  # not through a key's middle
            return ModelFault(Fault.MALFORMED, f"the answer holds no choices: {said}", model=model)
        return self._without_keys(to_reply(response, request, model, read_usage(protocol, body)))

    def _without_keys(self, reply: ModelReply) -> ModelReply:
        """A reply is journaled and shown to the model again; a server may have put into it what it was sent."""
        text, arguments = reply.text, reply.arguments
        for key in self._secrets:
            if len(key) >= LIKE_A_KEY:
                text, arguments = text.replace(key, "[key]"), arguments and arguments.replace(key, "[key]")
        return reply.model_copy(update={"text": text, "arguments": arguments})

    def _open(self) -> Line:
        if self._line is None:
            self._line = open_line(self._endpoint, self._timeout_s)
            self._finalizer = weakref.finalize(self, self._line.close)
        return self._line


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
