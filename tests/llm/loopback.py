"""A provider on this machine: speaks three protocols, answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from haste.schema.model import Message, ModelRequest, ReplyForm, Role, Stage

FORM = ReplyForm(
    name="refinement",
    description="One change to the script.",
    parameters={
        "type": "object",
        "properties": {"change": {"type": "string"}, "lines": {"type": "integer"}},
        "required": ["change", "lines"],
        "additionalProperties": False,
    },
)
FILLED = {"change": "add a lag", "lines": 3}


def question(text: str = "What next?", **other: Any) -> ModelRequest:
    told = {
        "role": Role.SPECIALIST,
        "stage": Stage.REFINE,
        "stable": ("You improve scripts.", "The competition is about digits."),
        "messages": (Message(author="user", text=text),),
        "form": FORM,
        "max_output_tokens": 500,
    }
    return ModelRequest(**(told | other))


@dataclass(frozen=True)
class Answer:
    """What goes over the wire. `drop`: hang up without a word. `stall`: keep silent until the server ends."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    stall: bool = False


@dataclass
class Server:
    port: int
    answers: deque[Answer] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving() -> Iterator[Server]:
    box: list[Server] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(box))
    server.daemon_threads = True
    box.append(Server(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield box[0]
    finally:
        box[0].ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(box: list[Server]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            told = box[0]
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.requests.append(json.loads(raw))
            told.headers.append({key.lower(): value for key, value in self.headers.items()})
            told.paths.append(self.path)
            answer = told.answers.popleft() if len(told.answers) > 1 else told.answers[0]
            if answer.stall:
                told.ended.wait()
            if answer.drop or answer.stall:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            data = body.encode()
            self.send_response(answer.status)
            for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


class OpenAI:
    """The chat-completions protocol."""

    name = "openai"
    usage = {
        "prompt_tokens": 1200,
        "completion_tokens": 80,
        "total_tokens": 1280,
        "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 50},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    refusal = "I cannot help with that."

    def url(self, server: Server) -> str:
        return f"{server.url}/v1"

    def _reply(self, message: dict[str, Any], stop: str) -> Answer:
        choice = {"index": 0, "message": {"role": "assistant", "content": None} | message, "finish_reason": stop}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m-2026-01-01"}
        return Answer(head | {"choices": [choice], "usage": self.usage})

    def filled(self, name: str = FORM.name, arguments: Any = FILLED, stop: str = "tool_calls") -> Answer:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
        return self._reply({"tool_calls": [call]}, stop)

    def said(self, text: str) -> Answer:
        return self._reply({"content": text}, "stop")

    def truncated(self) -> Answer:
        return self.filled(arguments='{"change": "add a l', stop="length")

    def refused(self) -> Answer:
        return self._reply({"refusal": self.refusal}, "stop")

    def empty(self) -> Answer:
        return self._reply({}, "stop")

    def no_choices(self) -> Answer:
        return Answer({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []})

    def failed(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
        return Answer({"error": {"message": message, "type": code, "code": code}}, status, headers or {})

    def rate_limited(self, seconds: str = "7") -> Answer:
        return self.failed(429, "rate_limit_exceeded", "Rate limit reached", {"Retry-After": seconds})

    def overloaded(self) -> Answer:
        return self.failed(503, "server_error", "The server is overloaded")

    def too_long(self) -> Answer:
        message = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."
        return self.failed(400, "context_length_exceeded", message)

    def bad_key(self, key: str) -> Answer:
        return self.failed(401, "invalid_api_key", f"Incorrect API key provided: {key}.")

    def no_model(self) -> Answer:
        return self.failed(404, "model_not_found", "The model `m` does not exist")


class Anthropic(OpenAI):
    """The messages protocol."""

    name = "anthropic"
    usage = {
        "input_tokens": 150,
        "cache_read_input_tokens": 1000,
        "cache_creation_input_tokens": 50,
        "output_tokens": 80,
        "output_tokens_details": {"thinking_tokens": 30},
    }
    refusal = ""

    def url(self, server: Server) -> str:
        return server.url

    def _reply(self, message: dict[str, Any], stop: str) -> Answer:
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-20260101", "stop_sequence": None}
        return Answer(head | {"content": message.get("content", []), "stop_reason": stop, "usage": self.usage})

    def filled(self, name: str = FORM.name, arguments: Any = FILLED, stop: str = "tool_use") -> Answer:
        return self._reply({"content": [{"type": "tool_use", "id": "t1", "name": name, "input": arguments}]}, stop)

    def said(self, text: str) -> Answer:
        return self._reply({"content": [{"type": "text", "text": text}]}, "end_turn")

    def truncated(self) -> Answer:
        return self.filled(arguments={"change": "add a l"}, stop="max_tokens")

    def refused(self) -> Answer:
        return self._reply({}, "refusal")

    def empty(self) -> Answer:
        return self._reply({}, "end_turn")

    def no_choices(self) -> Answer:
        return Answer({"id": "x", "type": "message", "role": "assistant"})

    def failed(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
        return Answer({"type": "error", "error": {"type": code, "message": message}}, status, headers or {})

    def rate_limited(self, seconds: str = "7") -> Answer:
        return self.failed(429, "rate_limit_error", "Number of requests has exceeded", {"retry-after": seconds})

    def overloaded(self) -> Answer:
        return self.failed(529, "overloaded_error", "Overloaded")

    def too_long(self) -> Answer:
        return self.failed(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")

    def bad_key(self, key: str) -> Answer:
        return self.failed(401, "authentication_error", f"invalid x-api-key {key}")

    def no_model(self) -> Answer:
        return self.failed(404, "not_found_error", "model: m")


class Google(OpenAI):
    """The generateContent protocol."""

    name = "google"
    usage = {
        "promptTokenCount": 1200,
        "cachedContentTokenCount": 1000,
        "candidatesTokenCount": 50,
        "thoughtsTokenCount": 30,
        "totalTokenCount": 1280,
    }
    refusal = ""

    def url(self, server: Server) -> str:
        return server.url

    def _reply(self, message: dict[str, Any], stop: str) -> Answer:
        candidate = {"content": {"role": "model", "parts": message.get("parts", [])}, "finishReason": stop, "index": 0}
        return Answer({"candidates": [candidate], "usageMetadata": self.usage, "modelVersion": "m-001"})

    def filled(self, name: str = FORM.name, arguments: Any = FILLED, stop: str = "STOP") -> Answer:
        return self._reply({"parts": [{"functionCall": {"name": name, "args": arguments}}]}, stop)

    def said(self, text: str) -> Answer:
        return self._reply({"parts": [{"text": text}]}, "STOP")

    def truncated(self) -> Answer:
        return self.filled(arguments={"change": "add a l"}, stop="MAX_TOKENS")

    def refused(self) -> Answer:
        return self._reply({}, "SAFETY")

    def empty(self) -> Answer:
        return self._reply({}, "STOP")

    def no_choices(self) -> Answer:
        return Answer({"modelVersion": "m-001"})

    def failed(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
        return Answer({"error": {"code": status, "status": code, "message": message}}, status, headers or {})

    def rate_limited(self, seconds: str = "7") -> Answer:
        info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}
        error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded", "details": [info]}
        return Answer({"error": error}, 429)

    def overloaded(self) -> Answer:
        return self.failed(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")

    def too_long(self) -> Answer:
        message = "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)."
        return self.failed(400, "INVALID_ARGUMENT", message)

    def bad_key(self, key: str) -> Answer:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        error = {"code": 400, "status": "INVALID_ARGUMENT", "message": f"API key not valid: {key}", "details": [info]}
        return Answer({"error": error}, 400)

    def no_model(self) -> Answer:
        return self.failed(404, "NOT_FOUND", "models/m is not found for API version v1beta")


SPEAKERS = {speaker.name: speaker for speaker in (OpenAI(), Anthropic(), Google())}
